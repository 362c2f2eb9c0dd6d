import { type TraceId, traceOfRequest } from '../telemetry/ids.ts';
import type { Attributes, EventRecord, LogRecord, SpanRecord } from '../telemetry/record.ts';
import { isCalling } from '../telemetry/span-words.ts';
import type { Attempt } from './attempts.ts';
import { disjointSets, type Sets } from './connected.ts';
import { executionArnOf, requestIdOf } from './functions.ts';
import { compare, type Origin } from './node.ts';

/** To which trace a record belongs, and to which connected set of traces that one does. */
export type Homes = {
  /** The set, named by one of its traces. */
  readonly group: (trace: TraceId) => TraceId;
  readonly ofAttempt: (attempt: Attempt) => TraceId | undefined;
  readonly ofLog: (log: LogRecord) => TraceId | undefined;
  readonly ofEvent: (event: EventRecord) => TraceId | undefined;
};

type Origins = ReadonlyMap<SpanRecord, readonly Origin[]>;

type Known = {
  readonly spans: readonly SpanRecord[];
  readonly attempts: readonly Attempt[];
  readonly logs: readonly LogRecord[];
};

export function homesOf({ spans, attempts, logs }: Known, origins: Origins): Homes {
  const present = new Set(spans.map((span) => span.traceId));
  const group = connected(spans, origins, present).find;
  const runs = once(() =>
    tracesBy(
      spans.filter(({ spanKind }) => !isCalling(spanKind)),
      ofAttributes(requestIdOf),
    ),
  );
  const calls = once(() => tracesBy(spans, ofAttributes(requestIdOf)));
  const executions = once(() => tracesBy(spans, ofAttributes(executionArnOf)));
  const lines = once(() => tracesBy(logs, (log) => log.requestId));
  const ofAttempt = ({ said: { requestId, traceId } }: Attempt): TraceId | undefined =>
    runs().get(requestId) ?? traceId ?? calls().get(requestId) ?? lines().get(requestId) ?? traceOfRequest(requestId);
  const reported = new Map<string, TraceId>();
  for (const attempt of attempts) {
    const trace = ofAttempt(attempt);
    if (!trace) continue;
    reported.set(attempt.said.requestId, trace);
    present.add(trace);
  }
  const ofRequest = (id: string | undefined): TraceId | undefined =>
    id === undefined ? undefined : (reported.get(id) ?? calls().get(id));
  const ofExecution = (arn: string | undefined): TraceId | undefined => (arn === undefined ? undefined : executions().get(arn));
  const known = (trace: TraceId | undefined): TraceId | undefined => (trace && present.has(trace) ? trace : undefined);
  return {
    group,
    ofAttempt,
    ofLog: (log) => known(log.traceId) ?? ofRequest(log.requestId),
    ofEvent: (event) => known(event.traceId) ?? ofRequest(event.requestId) ?? ofExecution(event.executionArn),
  };
}

/** Most transactions have nothing that asks. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function connected(spans: readonly SpanRecord[], origins: Origins, present: ReadonlySet<TraceId>): Sets<TraceId> {
  const sets = disjointSets<TraceId>();
  const join = (span: SpanRecord, to: { readonly traceId: TraceId }): void => {
    if (to.traceId !== span.traceId && present.has(to.traceId)) sets.join(span.traceId, to.traceId);
  };
  for (const span of spans) for (const link of span.links) join(span, link);
  for (const [span, known] of origins) for (const origin of known) join(span, origin);
  return sets;
}

/** The smallest trace id where several claim one request or execution, so that the order of records does not matter. */
function tracesBy<R extends SpanRecord | LogRecord>(
  records: readonly R[],
  idOf: (record: R) => string | undefined,
): ReadonlyMap<string, TraceId> {
  const traces = new Map<string, TraceId>();
  for (const record of records) {
    const id = idOf(record);
    if (id === undefined || record.traceId === undefined) continue;
    const known = traces.get(id);
    if (known === undefined || compare(record.traceId, known) < 0) traces.set(id, record.traceId);
  }
  return traces;
}

const ofAttributes =
  (idOf: (attributes: Attributes) => string | undefined) =>
  ({ attributes }: SpanRecord): string | undefined =>
    idOf(attributes);
