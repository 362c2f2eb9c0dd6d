import type { TraceId } from '../telemetry/ids.ts';
import type { Attributes, EventRecord, LogRecord, SpanRecord } from '../telemetry/record.ts';
import type { Attempt } from './attempts.ts';
import { disjointSets, type Sets } from './connected.ts';
import { executionArnOf, requestIdOf } from './functions.ts';
import { compare } from './node.ts';
import type { Origin } from './origins.ts';

/** Which connected set of traces a record belongs to. */
export type Homes = {
  readonly group: (trace: TraceId) => TraceId;
  readonly ofSpan: (span: SpanRecord) => TraceId;
  /** The trace, not the set. */
  readonly ofAttempt: (attempt: Attempt) => TraceId | undefined;
  readonly ofLog: (log: LogRecord) => TraceId | undefined;
  readonly ofEvent: (event: EventRecord) => TraceId | undefined;
};

type Origins = ReadonlyMap<SpanRecord, readonly Origin[]>;

export function homesOf(spans: readonly SpanRecord[], attempts: readonly Attempt[], origins: Origins): Homes {
  const present = new Set(spans.map((span) => span.traceId));
  const sets = connected(spans, origins, present);
  const runs = byId(
    spans.filter((span) => span.spanKind !== 'client' && span.spanKind !== 'producer'),
    requestIdOf,
  );
  const calls = byId(spans, requestIdOf);
  const ofAttempt = ({ said }: Attempt): TraceId | undefined =>
    runs.get(said.requestId) ?? said.traceId ?? calls.get(said.requestId);
  const ofRequest = new Map<string, TraceId>(calls);
  for (const attempt of attempts) {
    const trace = ofAttempt(attempt);
    if (trace) ofRequest.set(attempt.said.requestId, trace);
    if (trace) present.add(trace);
  }
  const executions = byId(spans, executionArnOf);
  const known = (trace: TraceId | undefined): TraceId | undefined => (trace && present.has(trace) ? trace : undefined);
  const ofLog = (log: LogRecord): TraceId | undefined => {
    const trace = known(log.traceId) ?? ofRequest.get(log.requestId ?? '');
    return trace && sets.find(trace);
  };
  const ofEvent = (event: EventRecord): TraceId | undefined => {
    const named = known(event.traceId) ?? ofRequest.get(event.requestId ?? '');
    const trace = named ?? executions.get(event.executionArn ?? '');
    return trace && sets.find(trace);
  };
  return { group: sets.find, ofSpan: (span) => sets.find(span.traceId), ofAttempt, ofLog, ofEvent };
}

function connected(spans: readonly SpanRecord[], origins: Origins, present: ReadonlySet<TraceId>): Sets<TraceId> {
  const sets = disjointSets<TraceId>();
  const edges = spans.flatMap((span) =>
    [...span.links, ...(origins.get(span) ?? [])].map((to) => [span.traceId, to.traceId] as const),
  );
  for (const [from, to] of edges) if (present.has(to)) sets.join(from, to);
  return sets;
}

/** The smallest trace id where several claim one request or execution, so that the order of records does not matter. */
function byId(spans: readonly SpanRecord[], idOf: (attributes: Attributes) => string | undefined): ReadonlyMap<string, TraceId> {
  const traces = new Map<string, TraceId>();
  for (const span of spans) {
    const id = idOf(span.attributes);
    if (id === undefined) continue;
    const known = traces.get(id);
    if (known === undefined || compare(span.traceId, known) < 0) traces.set(id, span.traceId);
  }
  return traces;
}
