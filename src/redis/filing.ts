import { createHash } from 'node:crypto';
import { countOf } from '../diagnosis/lesson.ts';
import { blockOf } from '../diagnosis/tally.ts';
import { operationKey } from '../diagnosis/usual.ts';
import type { TraceId } from '../telemetry/ids.ts';
import type { EventRecord, InvocationRecord, LogRecord, SpanRecord, TelemetryRecord } from '../telemetry/record.ts';
import { isCalling } from '../telemetry/span-words.ts';
import { timely } from '../telemetry/time.ts';
import { tellsFailure } from '../trace/events.ts';
import { executionArnOf, requestIdOf } from '../trace/functions.ts';
import { joinKeysOf } from '../trace/join-keys.ts';
import { between, type Micros } from '../units.ts';
import { keys } from './keys.ts';

/** One field of a trace's hash, and one count of what is usual: its key, empty where the record says nothing about that, and its field. */
type Entry = { readonly field: string; readonly json: string; readonly usualKey: string; readonly count: string };

export type TraceFile = {
  readonly entries: Entry[];
  /** Lambda request ids that belong to the trace. */
  readonly requestIds: Set<string>;
  readonly linked: Set<TraceId>;
  /** Ids that another trace may name too, with the time at which this one did. */
  readonly joins: Map<string, Micros>;
  /** Where those of the entry rest that went well; undefined: the entry is not known to have ended. */
  healthyKey: string | undefined;
};

export type RequestFile = { readonly entries: Entry[]; failed: boolean };

export type Filed = { readonly byTrace: ReadonlyMap<TraceId, TraceFile>; readonly byRequest: ReadonlyMap<string, RequestFile> };

/** Sorts records into the hashes they rest in: spans by trace, what the platform says by request, logs by whichever they name. */
export function filed(records: readonly TelemetryRecord[], now: Micros): Filed {
  const byTrace = new Map<TraceId, TraceFile>();
  const byRequest = new Map<string, RequestFile>();
  const trace = (id: TraceId): TraceFile => entryOf(byTrace, id, newTraceFile);
  const request = (id: string): RequestFile => entryOf(byRequest, id, newRequestFile);
  for (const record of records) {
    if (record.kind === 'span') fileSpan(trace(record.traceId), record, now);
    else if (record.kind === 'invocation')
      fileInvocation(request(record.requestId), record, record.traceId && trace(record.traceId));
    else if (record.kind === 'event') fileEvent(record, { trace, request });
    else if (record.traceId) trace(record.traceId).entries.push(plain(`l:${digest(record)}`, record));
    else if (record.requestId) request(record.requestId).entries.push(plain(`l:${digest(record)}`, record));
  }
  return { byTrace, byRequest };
}

type Files = { readonly trace: (id: TraceId) => TraceFile; readonly request: (id: string) => RequestFile };

/** With the invocation or execution that it names, else with its trace; one that names none is in no transaction. */
function fileEvent(event: EventRecord, { trace, request }: Files): void {
  const of = event.requestId ?? event.executionArn;
  const named = event.traceId && trace(event.traceId);
  if (of === undefined) named?.entries.push(plain(`e:${digest(event)}`, event));
  else {
    const file = request(of);
    file.entries.push(plain(`e:${digest(event)}`, event));
    if (tellsFailure(event)) file.failed = true;
    named?.requestIds.add(of);
  }
}

const newTraceFile = (): TraceFile => ({
  entries: [],
  requestIds: new Set(),
  linked: new Set(),
  joins: new Map(),
  healthyKey: undefined,
});
const newRequestFile = (): RequestFile => ({ entries: [], failed: false });

function entryOf<K, V>(map: Map<K, V>, key: K, fresh: () => V): V {
  const there = map.get(key);
  if (there !== undefined) return there;
  const made = fresh();
  map.set(key, made);
  return made;
}

/** Of a request to API Gateway, as X-Ray and instrumentations of handlers write it: people find it in the answer's headers. */
const GATEWAY_REQUEST_ID = [
  'aws.api_gateway.request_id',
  'aws.apigateway.request_id',
  'http.response.header.x-amzn-requestid',
] as const;

function fileSpan(file: TraceFile, span: SpanRecord, now: Micros): void {
  // The in-progress copy and the finished one are two fields: whichever comes last, neither hides the other.
  const field = `s:${span.spanId}:${span.spanKind}:${span.end === undefined ? 'open' : 'ended'}`;
  file.entries.push({ ...plain(field, span), ...usualOf(span, now) });
  for (const link of span.links) if (link.traceId !== span.traceId) file.linked.add(link.traceId);
  const { offers, wants } = joinKeysOf(span);
  for (const key of [...offers, ...wants.flat()]) file.joins.set(key, timely(span.start, now));
  // The execution of a state machine is filed like a request: what is announced of it finds its trace, whichever comes first.
  const named = [ownRequestId(span), executionArnOf(span.attributes), ...GATEWAY_REQUEST_ID.map((name) => span.attributes[name])];
  for (const id of named) if (typeof id === 'string' && id !== '') file.requestIds.add(id);
  if (span.parentSpanId === undefined && span.end !== undefined)
    file.healthyKey = keys.healthy(operationKey(span.service ?? '', span.operation));
}

/** In the block of time in which it came, by our clock: whether an incident is over is told by what came since. */
function usualOf(span: SpanRecord, now: Micros): Pick<Entry, 'usualKey' | 'count'> | undefined {
  const { service, operation, status, error, attributes, start, end } = span;
  if (end === undefined || service === undefined) return undefined;
  const count = countOf({ service, operation, status, error, attributes, duration: between(start, end) });
  return count && { usualKey: keys.usual(count.key, blockOf(now)), count: count.field };
}

/** Of the run that the span is; a client's `aws.request_id` is that of the service it called. */
const ownRequestId = ({ spanKind, attributes }: SpanRecord): string | undefined =>
  isCalling(spanKind) ? undefined : requestIdOf(attributes);

function fileInvocation(file: RequestFile, record: InvocationRecord, trace: TraceFile | undefined): void {
  file.entries.push(plain(`i:${record.phase}:${record.at}`, record));
  if (record.status === 'error' || record.status === 'timeout' || record.error) file.failed = true;
  trace?.requestIds.add(record.requestId);
}

const plain = (field: string, record: TelemetryRecord): Entry => ({
  field,
  json: JSON.stringify(record),
  usualKey: '',
  count: '',
});

const digest = (record: LogRecord | EventRecord): string =>
  createHash('sha256').update(JSON.stringify(record)).digest('base64url').slice(0, 22);
