import type { Cause, CauseKind } from '../../src/diagnosis/cause.ts';
import type { ResourceChange } from '../../src/diagnosis/changes.ts';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import type { UsualByOperation } from '../../src/diagnosis/usual.ts';
import type { TelemetryRecord } from '../../src/telemetry/record.ts';
import { aTrace, type SpanWords } from '../trace/records.ts';
import { NOTHING_USUAL, onlyTransaction } from './judged.ts';

export type Scene = () => readonly Cause[];

/** How a rule is shown to be one: where it speaks, where another must, and where nobody must. */
export type Shown = {
  readonly said: Scene;
  /** What looks alike, and what it is. */
  readonly alike: readonly (readonly [CauseKind, string, Scene])[];
  /** The same with nothing wrong. */
  readonly silent: Scene;
};

type Known = { readonly usual?: UsualByOperation; readonly changes?: readonly ResourceChange[] };

export const scene =
  (records: readonly TelemetryRecord[], { usual = NOTHING_USUAL, changes = [] }: Known = {}): Scene =>
  () =>
    diagnose(onlyTransaction(records), usual, changes);

export const spans = (...words: readonly SpanWords[]): readonly TelemetryRecord[] => aTrace('trace', ...words);

const AWS_CALL = { 'rpc.system': 'aws-api', 'rpc.service': 'DynamoDB' } as const;

/** An entry that failed because its only call did. */
export const failedCall = (call: SpanWords = {}): readonly TelemetryRecord[] =>
  spans(
    { id: 'entry', status: 'error', attributes: { 'http.response.status_code': 500 } },
    { id: 'call', parent: 'entry', spanKind: 'client', status: 'error', from: 10, to: 80, attributes: AWS_CALL, ...call },
  );

/** The same where the call went well. */
export const wellCall = (call: SpanWords = {}): readonly TelemetryRecord[] =>
  spans({ id: 'entry' }, { id: 'call', parent: 'entry', spanKind: 'client', from: 10, to: 80, attributes: AWS_CALL, ...call });

/** Of what a call says; what it says when it went well after all proves nothing. */
export const byWords = (type: string, message: string, alike: Shown['alike']): Shown => ({
  said: scene(failedCall({ error: { type, message } })),
  alike,
  silent: scene(wellCall({ status: 'ok', error: { type, message } })),
});

export const saying = (type: string, message: string): Scene => scene(failedCall({ error: { type, message } }));
