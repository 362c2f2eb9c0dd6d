import type { Cause } from './diagnosis/cause.ts';
import type { EventRecord, Reject, TelemetryRecord } from './telemetry/record.ts';
import { tallyOf } from './trace/tally.ts';
import type { Span } from './trace/transaction.ts';
import type { Scene } from './waterfall/scene.ts';

/** The object that `tracefall inspect --json` prints. Its names and shapes are a contract: they may grow, they do not change. */
export type Inspection = {
  readonly format: 1;
  readonly records: RecordCounts;
  readonly transactions: readonly InspectedTransaction[];
  readonly window: { readonly causes: readonly InspectedCause[] };
};

export type RecordCounts = {
  readonly read: number;
  readonly placed: number;
  readonly duplicates: number;
  /** Logs, events and reports of which nobody knows the trace. */
  readonly unplaced: number;
  /** Understood, and telling nothing we keep: END, INIT_START, a control message. */
  readonly quiet: number;
  /** Events of AWS by what they are; `unknown` are those we have no use for. */
  readonly events: Readonly<Partial<Record<EventRecord['what'], number>>>;
  readonly rejected: readonly { readonly reason: string; readonly count: number; readonly first: string }[];
};

type InspectedTransaction = ReturnType<typeof inspectedTransaction>;
type InspectedCause = ReturnType<typeof inspectedCause>;

export function inspection(scenes: readonly Scene[], windowCauses: readonly Cause[], records: RecordCounts): Inspection {
  return {
    format: 1,
    records,
    transactions: scenes.map(inspectedTransaction),
    window: { causes: windowCauses.map(inspectedCause) },
  };
}

/** One line a reason, with the place of its first occurrence. */
export function rejectCounts(rejects: readonly Reject[]): RecordCounts['rejected'] {
  const counts = new Map<string, { count: number; readonly first: string }>();
  for (const { reason, where } of rejects) {
    const there = counts.get(reason);
    if (there) there.count += 1;
    else counts.set(reason, { count: 1, first: where });
  }
  return [...counts].map(([reason, { count, first }]) => ({ reason, count, first }));
}

export function eventCounts(records: readonly TelemetryRecord[]): RecordCounts['events'] {
  const counts: Partial<Record<EventRecord['what'], number>> = {};
  for (const record of records) if (record.kind === 'event') counts[record.what] = (counts[record.what] ?? 0) + 1;
  return counts;
}

export function inspectedTransaction({ transaction, outcome, causes }: Scene) {
  return {
    id: transaction.id,
    traceIds: transaction.traceIds,
    name: transaction.name,
    outcome,
    incomplete: transaction.incomplete,
    startMicros: transaction.start,
    durationMicros: transaction.duration,
    spans: transaction.spans.map(inspectedSpan),
    criticalPath: transaction.criticalPath.map(({ spanId, start, end, what, why }) => ({
      spanId,
      startMicros: start,
      endMicros: end,
      what,
      ...(why && { why }),
    })),
    breakdown: transaction.breakdown,
    coldStarts: transaction.coldStarts,
    counts: tallyOf(transaction),
    causes: causes.map(inspectedCause),
  };
}

function inspectedSpan(span: Span) {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId ?? null,
    join: span.join ?? null,
    alsoFrom: span.alsoFrom,
    service: span.service,
    operation: span.operation,
    kind: span.kind,
    resource: span.resource ?? null,
    startMicros: span.start,
    durationMicros: span.duration ?? null,
    shiftedMicros: span.shifted,
    status: span.status,
    error: span.error ?? null,
    selfMicros: span.self,
    criticalMicros: span.critical,
  };
}

const inspectedCause = (cause: Cause) => ({ ...cause, resource: cause.resource ?? null, edge: cause.edge ?? null });
