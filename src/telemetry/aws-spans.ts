import { attributes, type Entry, keyValues } from './attributes.ts';
import { awsResource, resourceOfService } from './aws-resource.ts';
import { receivedIn } from './deliveries.ts';
import { otlpSpanId, otlpTraceId } from './otlp-ids.ts';
import { linksOf, thrown } from './otlp-spans.ts';
import { parsedOne } from './parsed.ts';
import type { Attributes, Parsed, SpanRecord } from './record.ts';
import { type Fields, fields, isFields, list, text } from './shape.ts';
import { outcome, type Thrown } from './span-outcome.ts';
import { spanKind, spanStatus } from './span-words.ts';
import { stackFramed, stackThrown } from './stack.ts';
import { found, nameText } from './text.ts';
import { nanosTime } from './time.ts';

/** Whether this is one record of the log group `aws/spans`, in which CloudWatch Transaction Search keeps its spans. */
export const isAwsSpan = (value: unknown): value is Fields =>
  isFields(value) && 'traceId' in value && 'spanId' in value && 'startTimeUnixNano' in value;

/**
 * One record of `aws/spans`: OTLP's fields with attributes as plain objects, and X-Ray's own words under `_aws.xray`. Each span
 * comes twice, first while it runs (`endTimeUnixNano: null`, so without an end here).
 * Times are JSON numbers beyond 2^53: a double still holds them to ± 128 ns, which never moves a microsecond by more than one.
 */
export const readAwsSpan = (span: Fields, where: string): Parsed => parsedOne(spanRecord(span), where);

function spanRecord(span: Fields): SpanRecord | string {
  const traceId = otlpTraceId(span['traceId']);
  if (traceId === undefined) return `aws/spans record with trace id ${found(span['traceId'])} (expected 32 hex digits)`;
  const spanId = otlpSpanId(span['spanId']);
  if (spanId === undefined) return `aws/spans record with span id ${found(span['spanId'])} (expected 16 hex digits)`;
  const start = nanosTime(span['startTimeUnixNano']);
  if (start === undefined) return `aws/spans record starting at ${found(span['startTimeUnixNano'])} (expected nanoseconds)`;
  const resource = entries(fields(span['resource'])['attributes']);
  const kind = spanKind(span['kind']);
  const own = entries(span['attributes']);
  const xray = fields(fields(span['_aws'])['xray']);
  const events = list(span['events']).map((event) => entries(fields(event)['attributes']));
  const stack = [...stackThrown(events), ...stackFramed(causes(xray)[0])];
  const merged = attributes([receivedIn(own, kind), own, stack, entries(fields(span['scope'])['attributes']), resource]);
  const thrownHere = events.flatMap(thrown);
  return {
    kind: 'span',
    traceId,
    spanId,
    parentSpanId: otlpSpanId(span['parentSpanId']),
    service: service(resource, merged),
    operation: nameText(operation(span, xray, merged)),
    spanKind: kind,
    resource: awsResource(merged, kind) ?? (xray['namespace'] === 'aws' ? resourceOfService(text(xray['name'])) : undefined),
    start,
    end: nanosTime(span['endTimeUnixNano']),
    ...outcome({
      status: spanStatus(fields(span['status'])['code']),
      message: text(fields(span['status'])['message']) ?? causeMessage(xray),
      ...{ kind, attributes: merged, exceptions: thrownHere.length > 0 ? thrownHere : causeExceptions(xray) },
    }),
    attributes: merged,
    links: linksOf(span['links']),
  };
}

/** Objects in the log group; the list of OTLP where a span was taken out of a request. */
const entries = (value: unknown): readonly Entry[] => (Array.isArray(value) ? keyValues(value) : Object.entries(fields(value)));

/** Only segments name their service; subsegments say nothing, or `UnknownService`. */
function service(resource: readonly Entry[], merged: Attributes): string | undefined {
  const name = [text(resource.find(([key]) => key === 'service.name')?.[1]), text(merged['aws.local.service'])].find(isKnown);
  return name === undefined ? undefined : nameText(name);
}

const isKnown = (name: string | undefined): boolean => name !== undefined && !/^unknown_?service/i.test(name);

/** Subsegments of some accounts have an empty name, and theirs in `_aws.xray.name`; of an AWS call that is only the service. */
function operation(span: Fields, xray: Fields, merged: Attributes): string {
  const own = text(span['name']);
  if (own !== undefined) return own;
  const name = text(xray['name']) ?? '';
  const call = xray['namespace'] === 'aws' ? (text(merged['aws.operation']) ?? text(merged['rpc.method'])) : undefined;
  return call === undefined ? name : `${name}.${call}`;
}

/** Recorded both as the flat key `cause.message` and, as in segment documents, as an object. */
const causeMessage = (xray: Fields): string | undefined => text(xray['cause.message']) ?? text(fields(xray['cause'])['message']);

const causes = (xray: Fields): readonly unknown[] => list(xray['cause.exceptions'] ?? fields(xray['cause'])['exceptions']);

/** The outermost comes first in X-Ray, last here, as in OpenTelemetry. */
function causeExceptions(xray: Fields): readonly Thrown[] {
  return [...causes(xray)].reverse().flatMap((exception): Thrown[] => {
    const { type, message } = fields(exception);
    const known = text(type) ?? text(message);
    return known === undefined ? [] : [{ type: text(type) ?? '', message: text(message) ?? '', escaped: false }];
  });
}
