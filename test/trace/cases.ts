import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { ResourceChange } from '../../src/diagnosis/changes.ts';
import { operationKey, type Usual, type UsualByOperation } from '../../src/diagnosis/usual.ts';
import type { AttributeValue, SpanKind, SpanRecord } from '../../src/telemetry/record.ts';
import { aUsual, type UsualWords } from '../diagnosis/usually.ts';
import { aSpan, at } from './records.ts';

/** Recorded cases lie outside the repository; without them these tests are skipped. */
const folder = join(process.env['TRACEFALL_CORPUS'] ?? '/nowhere', 'cases');
export const HAS_CASES = existsSync(folder);

const CaseSpan = z.object({
  id: z.string(),
  parent: z.string().nullable(),
  svc: z.string(),
  op: z.string(),
  kind: z.enum(['SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER', 'INTERNAL']),
  start: z.number(),
  end: z.number().nullable(),
  status: z.enum(['ok', 'error', 'unset']),
  attrs: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  host: z.string().optional(),
});

const CaseFile = z.object({
  id: z.string(),
  pathMode: z.enum(['response', 'completion']),
  spans: z.array(CaseSpan),
  baseline: z
    .object({
      ops: z.record(
        z.string(),
        z.object({
          n: z.number(),
          ...{ p50: z.number().optional(), p95: z.number().optional(), selfP50: z.number().optional() },
          ...{ errRate: z.number().optional(), countP50: z.number().optional() },
          children: z.record(z.string(), z.number()).default({}),
        }),
      ),
    })
    .optional(),
  changes: z.array(z.object({ service: z.string(), what: z.string(), minutesBeforeOnset: z.number() })).default([]),
  expected: z.object({
    criticalPath: z.array(
      z.object({
        span: z.string().optional(),
        wait: z.object({ from: z.string(), to: z.string() }).optional(),
        start: z.number(),
        end: z.number(),
      }),
    ),
    topHint: z.object({ kind: z.string().optional(), span: z.string().optional() }).optional(),
    mustNotBlame: z.array(z.string()).optional(),
    abstain: z.boolean().optional(),
  }),
});
export type Case = z.infer<typeof CaseFile>;

export function cases(): readonly Case[] {
  if (!HAS_CASES) return [];
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort();
  return files.map((name) => CaseFile.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))));
}

const KINDS: Readonly<Record<string, SpanKind>> = {
  SERVER: 'server',
  CLIENT: 'client',
  PRODUCER: 'producer',
  CONSUMER: 'consumer',
  INTERNAL: 'internal',
};

/** The cases name what X-Ray would tell by a resource. */
function resourceOf(span: Case['spans'][number]): string | undefined {
  if (span.attrs['gateway'] === true) return 'AWS::ApiGateway::Stage';
  if (span.op === 'Lambda') return 'AWS::Lambda';
  if (span.op === 'handler') return 'AWS::Lambda::Function';
  return span.op === 'StateMachine' ? 'AWS::StepFunctions::StateMachine' : undefined;
}

export function recordsOf(known: Case): readonly SpanRecord[] {
  return known.spans.map((span) => {
    const { 'error.type': type, 'exception.message': message } = span.attrs;
    const host: Record<string, AttributeValue> = span.host === undefined ? {} : { 'host.name': span.host };
    return aSpan({
      trace: known.id,
      id: span.id,
      parent: span.parent ?? undefined,
      service: span.svc,
      operation: span.op,
      spanKind: KINDS[span.kind] ?? 'internal',
      resource: resourceOf(span),
      from: span.start,
      to: span.end ?? undefined,
      status: span.status,
      error:
        type === undefined && message === undefined ? undefined : { type: String(type ?? ''), message: String(message ?? '') },
      attributes: { ...span.attrs, ...host },
    });
  });
}

export const changesOf = ({ changes }: Case): readonly ResourceChange[] =>
  changes.map(({ service, what, minutesBeforeOnset }) => ({
    ...{ at: at(-minutesBeforeOnset * 60_000), resource: service, action: what, version: undefined },
  }));

type SaidUsual = NonNullable<Case['baseline']>['ops'][string];

/** Where the cases tell own times only, a whole time is the own time and those of the calls. */
export function usualOf(known: Case): UsualByOperation {
  const ops = known.baseline?.ops ?? {};
  const wholeOf = (span: Case['spans'][number]): number | undefined => {
    const said = ops[`${span.svc}|${span.op}`];
    if (!said || said.p50 !== undefined || said.selfP50 === undefined) return said?.p50;
    const calls = known.spans.filter((child) => child.parent === span.id && child.kind !== 'CONSUMER');
    return calls.reduce((sum, child) => sum + (wholeOf(child) ?? (child.end ?? child.start) - child.start), said.selfP50);
  };
  const usual = new Map<string, Usual>();
  for (const span of known.spans) {
    const said = ops[`${span.svc}|${span.op}`];
    if (said) usual.set(operationKey(span.svc, span.op), aUsual(wordsOf(said, wholeOf(span), ops)));
  }
  return usual;
}

function wordsOf(
  { n, p95, selfP50, errRate, children }: SaidUsual,
  p50: number | undefined,
  ops: Readonly<Record<string, SaidUsual>>,
): UsualWords {
  const calls = Object.entries(children).map(([callee, made]) => [callee, { made, times: ops[callee]?.countP50 ?? 1 }]);
  return {
    ...{ count: n, failing: errRate ?? 0, calls: Object.fromEntries(calls) },
    ...(p50 !== undefined && { p50, p95: p95 ?? 2 * p50 }),
    ...(selfP50 !== undefined && { own: selfP50 }),
  };
}
