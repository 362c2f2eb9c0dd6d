import type { Cause } from '../diagnosis/cause.ts';
import type { TraceId } from '../telemetry/ids.ts';
import type { SpanError } from '../telemetry/record.ts';
import type { Micros } from '../units.ts';
import type { Life, LogEntry } from './life.ts';

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
  /** Of the code that fails, where it says so. */
  readonly version: string | undefined;
  /** Whom the code belongs to, where its telemetry says so. */
  readonly owner: string | undefined;
  readonly traceId: TraceId;
  /** Every trace of the transaction, its own first: one transaction is one failure, by whichever of them it is found. */
  readonly traceIds: readonly TraceId[];
  /** When the transaction began. */
  readonly at: Micros;
  /** When the last of it that failed ended; of a slow one, when it ended. */
  readonly lastFailure: Micros;
};

/** Where the incident lives in Slack. */
export type Thread = { readonly channel: string; readonly ts: string };

export type Incident = {
  readonly id: string;
  /** The newest alert that tells more than the one before; its transaction is the one drawn. */
  readonly alert: Alert;
  readonly life: Life;
  /** Distinct failing transactions. */
  readonly count: number;
  readonly firstSeen: Micros;
  readonly lastSeen: Micros;
  /** What its transactions have that healthy ones of the time have not, in sentences. */
  readonly contrast: readonly string[];
  /** The transaction that was seen last; of many alike the one drawn may be the first, and another version may fail by now. */
  readonly newest: Pick<Alert, 'traceId' | 'version'>;
  readonly log: readonly LogEntry[];
  readonly thread: Thread | undefined;
  /** The storm in whose message it is told. */
  readonly storm: string | undefined;
  /** The version that its root shows. */
  readonly shown: number;
  /** Entries of the log that the thread tells already. */
  readonly told: number;
  /** Redis was lost since: it is known from its root, and of what began until then nobody can say whether it is counted. */
  readonly recalled: Micros | undefined;
  /** Grows with every change; an edit made from an older one must not overwrite a newer. */
  readonly version: number;
};
