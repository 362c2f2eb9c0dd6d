import type { Cause } from '../diagnosis/cause.ts';
import type { TraceId } from '../telemetry/ids.ts';
import type { SpanError } from '../telemetry/record.ts';
import type { Micros } from '../units.ts';

/** What one suspect transaction says to the people who own it. Alerts with one signature are one incident. */
export type Alert = {
  /** Entry operation + failing hop + normalised error + environment, hashed; equal for the same failure. */
  readonly signature: string;
  readonly outcome: 'failed' | 'slow';
  readonly transaction: string;
  readonly service: string;
  readonly environment: string;
  /** Where it fails, or where the time goes when it is slow. */
  readonly hop: { readonly service: string; readonly operation: string };
  readonly error: SpanError | undefined;
  readonly duration: Micros;
  /** How many are known: when late ones come, there is more to tell. */
  readonly spans: number;
  /** Best first. */
  readonly causes: readonly Cause[];
  readonly traceId: TraceId;
  /** Every trace of the transaction, its own first: one transaction is one failure, by whichever of them it is found. */
  readonly traceIds: readonly TraceId[];
  /** When the transaction began. */
  readonly at: Micros;
};

export type IncidentState = 'open' | 'acknowledged' | 'resolved';

/** Who did what, when: one entry for every change, written in the same step as the change. */
export type LogEntry = {
  readonly at: Micros;
  /** A Slack user id, or `tracefall`. */
  readonly by: string;
  readonly what: 'opened' | 'acknowledged' | 'noted' | 'resolved';
  /** Of a note: its text. */
  readonly text: string | undefined;
};

/** Where the incident lives in Slack. */
export type Thread = { readonly channel: string; readonly ts: string };

export type Incident = {
  readonly id: string;
  /** The newest alert that tells more than the one before; its transaction is the one drawn. */
  readonly alert: Alert;
  readonly state: IncidentState;
  /** Distinct failing transactions. */
  readonly count: number;
  readonly firstSeen: Micros;
  readonly lastSeen: Micros;
  readonly log: readonly LogEntry[];
  readonly thread: Thread | undefined;
  /** Grows with every change; an edit made from an older one must not overwrite a newer. */
  readonly version: number;
};
