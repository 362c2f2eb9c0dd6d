import type { TraceId } from '../telemetry/ids.ts';
import type { EventRecord, LogRecord, SpanRecord, TelemetryRecord } from '../telemetry/record.ts';
import { between, NO_TIME } from '../units.ts';
import { type Attempt, attemptsOf } from './attempts.ts';
import { distinct, uniqueSpans } from './copies.ts';
import { withExecutions } from './events.ts';
import { transactionOf } from './finish.ts';
import { homesOf } from './homes.ts';
import { withInvocations } from './invocations.ts';
import { compare, type Draft, NOTHING, type Origin, UNSAID } from './node.ts';
import { originsOf } from './origins.ts';
import type { Transaction } from './transaction.ts';

export type Assembled = {
  /** The first to start comes first. */
  readonly transactions: readonly Transaction[];
  /** Together as many as the records given. */
  readonly counts: { readonly placed: number; readonly duplicates: number; readonly unplaced: number };
};

/**
 * One transaction for each connected set of traces. The order, the batching and the repetition of the records do not show in it.
 * Unplaced are logs, events and platform reports whose trace nobody knows; copies of a span that still ran count as duplicates.
 */
export function assemble(records: readonly TelemetryRecord[]): Assembled {
  const spans = uniqueSpans(records.filter((record) => record.kind === 'span'));
  const events = distinct(records.filter((record) => record.kind === 'event'));
  const attempts = attemptsOf(
    records.filter((record) => record.kind === 'invocation'),
    events,
  );
  const logs = distinct(records.filter((record) => record.kind === 'log'));
  const origins = originsOf(spans);
  const parts = apart(spans, attempts, { logs, events, origins });
  const transactions = parts.map((part) => assembleOne(part, origins)).sort((a, b) => a.start - b.start || compare(a.id, b.id));
  const placed = parts.reduce((sum, part) => sum + placedIn(part), 0);
  const known = spans.length + attempts.reduce((sum, each) => sum + each.records, 0) + logs.length + events.length;
  return { transactions, counts: { placed, duplicates: records.length - known, unplaced: known - placed } };
}

type Part = {
  readonly spans: SpanRecord[];
  readonly attempts: Attempt[];
  readonly logs: LogRecord[];
  readonly events: EventRecord[];
};

const placedIn = ({ spans, attempts, logs, events }: Part): number =>
  spans.length + attempts.reduce((sum, each) => sum + each.records, 0) + logs.length + events.length;

type Origins = ReadonlyMap<SpanRecord, readonly Origin[]>;
type Beside = { readonly origins: Origins; readonly logs: readonly LogRecord[]; readonly events: readonly EventRecord[] };

function apart(spans: readonly SpanRecord[], attempts: readonly Attempt[], { logs, events, origins }: Beside): readonly Part[] {
  const homes = homesOf({ spans, attempts, logs }, origins);
  const parts = new Map<TraceId, Part>();
  const place = <T>(things: readonly T[], traceOf: (thing: T) => TraceId | undefined, shelf: (part: Part) => T[]): void => {
    for (const thing of things) {
      const trace = traceOf(thing);
      if (trace) shelf(partIn(parts, homes.group(trace))).push(thing);
    }
  };
  const told = attempts.map((each) => ({ ...each, said: { ...each.said, traceId: each.said.traceId ?? homes.ofAttempt(each) } }));
  place(
    spans,
    (span) => span.traceId,
    (part) => part.spans,
  );
  place(told, homes.ofAttempt, (part) => part.attempts);
  place(logs, homes.ofLog, (part) => part.logs);
  place(events, homes.ofEvent, (part) => part.events);
  return [...parts.values()];
}

function partIn(parts: Map<TraceId, Part>, home: TraceId): Part {
  const known = parts.get(home);
  if (known) return known;
  const part: Part = { spans: [], attempts: [], logs: [], events: [] };
  parts.set(home, part);
  return part;
}

function assembleOne({ spans, attempts, logs, events }: Part, origins: Origins): Transaction {
  const known = spans.map((span) => draftOf(span, origins.get(span) ?? NOTHING));
  const drafts = withExecutions(withInvocations(known, attempts), events);
  return transactionOf(drafts, { logs, events });
}

const draftOf = (record: SpanRecord, origins: readonly Origin[]): Draft => ({
  links: record.links,
  origins,
  span: {
    traceId: record.traceId,
    spanId: record.spanId,
    parentSpanId: record.parentSpanId,
    join: undefined,
    alsoFrom: NOTHING,
    depth: 0,
    service: record.service ?? UNSAID,
    operation: record.operation,
    kind: record.spanKind,
    resource: record.resource,
    start: record.start,
    duration: record.end === undefined ? undefined : between(record.start, record.end),
    shifted: NO_TIME,
    status: record.status,
    error: record.error,
    self: NO_TIME,
    critical: NO_TIME,
    attributes: record.attributes,
    invocation: undefined,
  },
});
