import type { TraceId } from '../telemetry/ids.ts';
import type { LogRecord, SpanRecord } from '../telemetry/record.ts';
import type { Attempt } from './attempts.ts';
import { disjointSets } from './connected.ts';
import { requestIdOf } from './functions.ts';
import { compare } from './node.ts';

/** Which connected set of traces a record belongs to. */
export type Homes = {
  readonly group: (trace: TraceId) => TraceId;
  readonly ofSpan: (span: SpanRecord) => TraceId;
  /** The trace, not the set. */
  readonly ofAttempt: (attempt: Attempt) => TraceId | undefined;
  readonly ofLog: (log: LogRecord) => TraceId | undefined;
};

export function homesOf(spans: readonly SpanRecord[], attempts: readonly Attempt[]): Homes {
  const present = new Set(spans.map((span) => span.traceId));
  const sets = disjointSets<TraceId>();
  for (const span of spans) {
    for (const link of span.links) if (present.has(link.traceId)) sets.join(span.traceId, link.traceId);
  }
  const runs = byRequest(spans.filter((span) => span.spanKind !== 'client' && span.spanKind !== 'producer'));
  const calls = byRequest(spans);
  const ofAttempt = ({ said }: Attempt): TraceId | undefined =>
    runs.get(said.requestId) ?? said.traceId ?? calls.get(said.requestId);
  const ofRequest = new Map<string, TraceId>(calls);
  for (const attempt of attempts) {
    const trace = ofAttempt(attempt);
    if (trace) ofRequest.set(attempt.said.requestId, trace);
    if (trace) present.add(trace);
  }
  const ofLog = (log: LogRecord): TraceId | undefined => {
    const named = log.traceId !== undefined && present.has(log.traceId) ? log.traceId : undefined;
    const trace = named ?? (log.requestId === undefined ? undefined : ofRequest.get(log.requestId));
    return trace && sets.find(trace);
  };
  return { group: sets.find, ofSpan: (span) => sets.find(span.traceId), ofAttempt, ofLog };
}

/** The smallest trace id where several claim one request, so that the order of records does not matter. */
function byRequest(spans: readonly SpanRecord[]): ReadonlyMap<string, TraceId> {
  const traces = new Map<string, TraceId>();
  for (const span of spans) {
    const request = requestIdOf(span.attributes);
    if (request === undefined) continue;
    const known = traces.get(request);
    if (known === undefined || compare(span.traceId, known) < 0) traces.set(request, span.traceId);
  }
  return traces;
}
