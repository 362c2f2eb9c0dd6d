import { attributes, type Entry, keyValues } from './attributes.ts';
import { awsResource } from './aws-resource.ts';
import { RECEIVED_UNSAMPLED, receivedIn } from './deliveries.ts';
import type { TraceId } from './ids.ts';
import { isErrorTag, kindByTag } from './opentracing.ts';
import { otlpSpanId, otlpTraceId } from './otlp-ids.ts';
import type { Parsed, Reject, SpanLink, SpanRecord } from './record.ts';
import { type Fields, fields, finite, list, text } from './shape.ts';
import { outcome, type Said, type Thrown } from './span-outcome.ts';
import { spanKind, spanStatus } from './span-words.ts';
import { stackThrown } from './stack.ts';
import { found, nameText } from './text.ts';
import { nanosTime } from './time.ts';

/** The SDKs' default. https://opentelemetry.io/docs/specs/otel/trace/sdk/#span-limits */
export const LINKS = 128;

/** What is said once for all spans of one scope. */
type Surroundings = {
  readonly service: string | undefined;
  readonly resource: readonly Entry[];
  readonly scope: readonly Entry[];
};

/**
 * The spans of an ExportTraceServiceRequest: OTLP/JSON as it came, or protobuf decoded into that shape (ids as bytes).
 * A span without ids or start time becomes a reject at `where[n]`, n counting the spans of the request from 0.
 */
export function otlpSpans(request: Fields, where: string): Parsed {
  const records: SpanRecord[] = [];
  const rejects: Reject[] = [];
  let index = 0;
  for (const [span, around] of spansOf(request)) {
    const read = spanRecord(fields(span), around);
    if (typeof read === 'string') rejects.push({ reason: read, where: `${where}[${index}]` });
    else records.push(read);
    index += 1;
  }
  return { records, rejects, quiet: 0 };
}

function* spansOf(request: Fields): Generator<readonly [span: unknown, around: Surroundings]> {
  for (const group of list(request['resourceSpans']).map(fields)) {
    const resource = keyValues(fields(group['resource'])['attributes']);
    // Before OTLP 1.0 scopes were instrumentation libraries.
    for (const scoped of list(group['scopeSpans'] ?? group['instrumentationLibrarySpans']).map(fields)) {
      const scope = keyValues(fields(scoped['scope'])['attributes']);
      const around = { service: serviceName(resource), resource, scope };
      for (const span of list(scoped['spans'])) yield [span, around];
    }
  }
}

/** A resource's `service.name`, else its function's. SDKs that were told none say `unknown_service:node`: that is nobody's name. */
export function serviceName(resource: readonly Entry[]): string | undefined {
  const said = (key: string) => text(resource.find(([name]) => name === key)?.[1]);
  const name = said('service.name');
  const known = name === undefined || /^unknown_?service/i.test(name) ? said('faas.name') : name;
  return known === undefined ? undefined : nameText(known);
}

/** The record, or the reason why it is none. */
function spanRecord(span: Fields, { service, resource, scope }: Surroundings): SpanRecord | string {
  const traceId = otlpTraceId(span['traceId']);
  if (traceId === undefined) return `span with trace id ${found(span['traceId'])} (expected 32 hex digits, not all zero)`;
  const spanId = otlpSpanId(span['spanId']);
  if (spanId === undefined) return `span with span id ${found(span['spanId'])} (expected 16 hex digits, not all zero)`;
  const start = nanosTime(span['startTimeUnixNano']);
  if (start === undefined) return `span starting at ${found(span['startTimeUnixNano'])} (expected nanoseconds since 1970)`;
  const kind = spanKind(span['kind']);
  const own = keyValues(span['attributes']);
  const events = list(span['events']).map((event) => keyValues(fields(event)['attributes']));
  const merged = attributes([receivedIn(own, kind), own, stackThrown(events), scope, resource, leftOut(span)]);
  const links = linksOf(span['links']);
  const parentSpanId = otlpSpanId(span['parentSpanId']);
  const spanKindSaid = kind === 'internal' ? (kindByTag(merged) ?? kind) : kind;
  return {
    kind: 'span',
    traceId,
    spanId,
    parentSpanId: links.some((link) => link.spanId === parentSpanId && isFollowed(link, traceId)) ? undefined : parentSpanId,
    service,
    operation: nameText(text(span['name']) ?? ''),
    spanKind: spanKindSaid,
    resource: awsResource(merged, spanKindSaid),
    start,
    end: nanosTime(span['endTimeUnixNano']),
    ...outcomeOf(span, { kind: spanKindSaid, attributes: merged, exceptions: events.flatMap(thrown) }),
    attributes: merged,
    links,
  };
}

function outcomeOf(span: Fields, said: Omit<Said, 'status' | 'message'>): Pick<SpanRecord, 'status' | 'error'> {
  const status = fields(span['status']);
  const code = spanStatus(status['code']);
  return outcome({
    ...said,
    // Tags that OpenTracing's shim was given when the span began stay attributes.
    status: code === 'unset' && isErrorTag(said.attributes['error']) ? 'error' : code,
    message: text(status['message']),
  });
}

/** The exception that a span event tells of, if it tells of one. https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-spans/ */
export function thrown(event: readonly Entry[]): readonly Thrown[] {
  const said = new Map(event);
  const type = text(said.get('exception.type'));
  const message = text(said.get('exception.message'));
  if (type === undefined && message === undefined) return [];
  const escaped = said.get('exception.escaped');
  return [{ type: type ?? '', message: message ?? '', escaped: escaped === true || escaped === 'true' }];
}

const SAMPLED = 0x01;
const KNOWN = 0x100;

/**
 * Whether the sender of a link's span left that out by sampling. Exporters for Go long wrote bit 8 and none of the trace flags, so only
 * one that calls its own span sampled is believed. https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
function leftOut({ flags, links }: Fields): readonly Entry[] {
  if (((finite(flags) ?? 0) & SAMPLED) === 0) return [];
  const isLeftOut = list(links).some((link) => ((finite(fields(link)['flags']) ?? SAMPLED) & (KNOWN | SAMPLED)) === KNOWN);
  return isLeftOut ? [[RECEIVED_UNSAMPLED, true]] : [];
}

/** A parent that is only followed does not wait: the link alone says so. */
const isFollowed = (link: SpanLink, own: TraceId): boolean => link.reference === 'follows-from' && link.traceId === own;

/** Of a span's links those with whole ids, 128 at most. */
export function linksOf(links: unknown): readonly SpanLink[] {
  return list(links)
    .slice(0, LINKS)
    .map(fields)
    .flatMap((link): SpanLink[] => {
      const traceId = otlpTraceId(link['traceId']);
      const spanId = otlpSpanId(link['spanId']);
      if (traceId === undefined || spanId === undefined) return [];
      const reference = referenceOf(link['attributes']);
      return [reference === undefined ? { traceId, spanId } : { traceId, spanId, reference }];
    });
}

/**
 * OpenTelemetry keeps OpenTracing's reference as an attribute of the link; the shim for JavaScript names it `span.kind`.
 * https://opentelemetry.io/docs/specs/otel/compatibility/opentracing/#start-a-new-span
 */
function referenceOf(linkAttributes: unknown): SpanLink['reference'] {
  const said = new Map(keyValues(linkAttributes));
  const word = said.get('opentracing.ref_type') ?? said.get('span.kind');
  if (word === 'child_of') return 'child-of';
  return word === 'follows_from' ? 'follows-from' : undefined;
}
