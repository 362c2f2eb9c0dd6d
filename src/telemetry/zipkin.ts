import { attributes, type Entry } from './attributes.ts';
import { awsResource } from './aws-resource.ts';
import { receivedIn } from './deliveries.ts';
import { jsonFields } from './json.ts';
import { outcomeByTags } from './opentracing.ts';
import { serviceName } from './otlp-spans.ts';
import { parsedOne } from './parsed.ts';
import type { Parsed, SpanKind, SpanRecord } from './record.ts';
import { type Fields, fields, finite, isFields, list, text } from './shape.ts';
import { shortSpanId, shortTraceId } from './short-ids.ts';
import type { Thrown } from './span-outcome.ts';
import { spanKind } from './span-words.ts';
import { found, nameText } from './text.ts';
import { microsTime } from './time.ts';

/** What only spans have, and what only a logger writes beside a `traceId` and an `id`. */
const OF_SPANS = ['timestamp', 'duration', 'localEndpoint', 'parentId', 'annotations', 'kind'];
const OF_LOGS = ['message', 'msg', 'level', 'severity'];

/** Whether this is one span of Zipkin's second format. */
export function isZipkinSpan(value: unknown): value is Fields {
  if (!isFields(value) || typeof value['traceId'] !== 'string' || typeof value['id'] !== 'string') return false;
  return OF_SPANS.some((key) => key in value) && !OF_LOGS.some((key) => key in value);
}

/**
 * Reads one span. The client's and the server's half of a call may have one id and come from two senders; they are told apart
 * when the trace is assembled. https://github.com/openzipkin/zipkin-api/blob/master/zipkin2-api.yaml
 */
export const readZipkinSpan = (span: Fields, where: string): Parsed => parsedOne(spanRecord(span), where);

function spanRecord(span: Fields): SpanRecord | string {
  const traceId = shortTraceId(span['traceId']);
  if (traceId === undefined) return `Zipkin span with trace id ${found(span['traceId'])} (expected hex digits, not all zero)`;
  const spanId = shortSpanId(span['id']);
  if (spanId === undefined) return `Zipkin span with id ${found(span['id'])} (expected hex digits, not all zero)`;
  const start = microsTime(finite(span['timestamp']) || firstAnnotation(span));
  if (start === undefined) return `Zipkin span at ${found(span['timestamp'])} (expected microseconds since 1970)`;
  const kind = spanKind(text(span['kind']));
  const tags = Object.entries(fields(span['tags']));
  const merged = attributes([receivedIn(tags, kind), tags, endpointEntries(span)]);
  // The kind is a field here; where it is missing the span is local, so that only its own tags can say that it failed.
  const said = { ...merged, 'span.kind': merged['span.kind'] ?? kind };
  return {
    kind: 'span',
    traceId,
    spanId,
    parentSpanId: shortSpanId(span['parentId']),
    service: serviceName([['service.name', fields(span['localEndpoint'])['serviceName']], ...tags]),
    operation: nameText(text(span['name']) ?? ''),
    spanKind: kind,
    resource: awsResource(merged, kind),
    start,
    end: microsTime(start + (finite(span['duration']) ?? untold(kind))),
    ...outcomeByTags(said, list(span['annotations']).flatMap(annotated)),
    attributes: merged,
    links: [],
  };
}

/** A message is sent and received in a moment unless the sender tells how long it took; a call without its end still runs. */
const untold = (kind: SpanKind): number => (kind === 'producer' || kind === 'consumer' ? 0 : Number.NaN);

/** The half of a call that came without its start still says when something happened. */
function firstAnnotation(span: Fields): number | undefined {
  const times = list(span['annotations']).map((annotation) => finite(fields(annotation)['timestamp']));
  return times.filter((time) => time !== undefined && time > 0).sort((a = 0, b = 0) => a - b)[0];
}

/** https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/zipkin/ */
function endpointEntries(span: Fields): readonly Entry[] {
  const [local, remote] = [fields(span['localEndpoint']), fields(span['remoteEndpoint'])];
  return [
    ['peer.service', text(remote['serviceName'])],
    ['network.peer.address', text(remote['ipv4']) ?? text(remote['ipv6'])],
    ['network.peer.port', finite(remote['port'])],
    ['network.local.address', text(local['ipv4']) ?? text(local['ipv6'])],
  ];
}

/** `error` is Zipkin's own annotation; OpenTelemetry's exporters write `"exception": { "exception.type": … }`. */
function annotated(annotation: unknown): readonly Thrown[] {
  const value = text(fields(annotation)['value']);
  if (value === undefined) return [];
  if (/^error$/i.test(value)) return [{ type: '', message: '', escaped: false }];
  const [, json] = /^"?exception"?: ?(\{.*\})$/s.exec(value) ?? [];
  const said = json === undefined ? undefined : jsonFields(json);
  const [type, message] = [text(said?.['exception.type']), text(said?.['exception.message'])];
  return type === undefined && message === undefined ? [] : [{ type: type ?? '', message: message ?? '', escaped: false }];
}
