import type { Incident } from './incident/incident.ts';
import type { TraceId } from './telemetry/ids.ts';
import type { TelemetryRecord } from './telemetry/record.ts';

/** What AWS keeps, asked only where what was pushed does not suffice. Throws when AWS failed, and then nothing was learnt. */
export type Archive = {
  /** Spans of a trace of which none is `known`, and the log lines of its functions. */
  seek(traceId: TraceId, known: readonly TelemetryRecord[]): Promise<Sought>;
};

export type Sought =
  | { readonly kind: 'sought'; readonly records: readonly TelemetryRecord[]; readonly calls: number }
  /** Lately, for so many calls: what was found then is among the records. */
  | { readonly kind: 'asked-before'; readonly calls: number }
  /** The budget of all workers together is used up; with `againInMs`: only just now. */
  | { readonly kind: 'refused'; readonly why: string; readonly againInMs: number | undefined };

/** What all workers together may ask of AWS. */
export type QueryBudget = {
  enter(): Promise<Entered>;
  /** How many calls it took when this trace was asked for lately. */
  asked(traceId: TraceId): Promise<number | undefined>;
  remember(traceId: TraceId, calls: number): Promise<void>;
};

type Entered =
  | { readonly kind: 'entered'; readonly leave: (bytesScanned: number) => Promise<void> }
  | { readonly kind: 'refused'; readonly why: string; readonly againInMs: number | undefined };

/** Where other programs of the company hear of incidents. Throws when it was not taken. */
export type Bus = {
  /** At least once; the entry's place in the incident's log tells repetitions apart. */
  tell(incident: Incident, entry: number): Promise<void>;
};
