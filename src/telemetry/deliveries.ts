import { earlier, type Micros } from '../units.ts';
import type { Entry } from './attributes.ts';
import { eventTime } from './event-parts.ts';
import { jsonFields } from './json.ts';
import type { SpanKind } from './record.ts';
import { type Fields, fields, finite, isFields, list, text } from './shape.ts';
import { isServing } from './span-words.ts';
import { xrayHeader } from './xray-header.ts';

/**
 * What we read in an event that a span captured as it came, by names of our own: the ids of all that was delivered, wrapped in
 * whatever, when the earliest of it was sent (µs since the epoch), and whether its sender was left out by sampling.
 */
export const RECEIVED_IDS = 'tracefall.received.ids';
export const RECEIVED_SENT = 'tracefall.received.sent_us';
/** The service that delivered it, as it names itself: `aws:sqs`. */
export const RECEIVED_FROM = 'tracefall.received.from';
export const RECEIVED_UNSAMPLED = 'tracefall.received.unsampled';

/** Ours: Lambda hands over 6 MB at most, and what instrumentations capture of it is far less. */
const EVENT_CHARACTERS = 1_048_576;
/** The largest batch of a stream. https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html */
const RECORDS = 10_000;
/** EventBridge in SNS in SQS is three. */
const WRAPPINGS = 5;

type Delivery = {
  readonly id: string | undefined;
  readonly at: Micros | undefined;
  readonly from: string | undefined;
  readonly unsampled: boolean;
};

/** Of a span that received something: what its captured event tells. Instrumentations name it as they like, so its content decides. */
export function receivedIn(own: readonly Entry[], kind: SpanKind): readonly Entry[] {
  if (!isServing(kind)) return [];
  const found = own.flatMap(([, value]) => deliveriesIn(value));
  const unsampled = found.some((each) => each.unsampled) || own.some(([key, value]) => HEADER.test(key) && isUnsampled(value));
  if (found.length === 0 && !unsampled) return [];
  const ids = [...new Set(found.flatMap(({ id }) => id ?? []))];
  const sent = found.reduce<Micros | undefined>((first, { at }) => (at && first ? earlier(at, first) : (first ?? at)), undefined);
  return [
    [RECEIVED_IDS, ids.length > 0 ? ids : undefined],
    [RECEIVED_SENT, sent],
    [RECEIVED_FROM, found.find(({ from }) => from !== undefined)?.from],
    [RECEIVED_UNSAMPLED, unsampled || undefined],
  ];
}

/** The headers of a caller, as captured. https://opentelemetry.io/docs/specs/semconv/registry/attributes/http/ */
const HEADER = /^http\.request\.header\.(?:x-amzn-trace-id|traceparent)$/;
/** The last bit of its flags is not set. https://www.w3.org/TR/trace-context/#trace-flags */
const UNSAMPLED_PARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f][02468ace]$/;

/** X-Ray's header or W3C's, alone or in a list of one. */
function isUnsampled(header: unknown): boolean {
  const value = text(Array.isArray(header) ? header[0] : header) ?? '';
  return xrayHeader(value).sampled === false || UNSAMPLED_PARENT.test(value);
}

/** Cheap refusal first: every attribute of every span that is kept comes by here. */
const mayBeEvent = (value: string): boolean =>
  value.startsWith('{') && value.length <= EVENT_CHARACTERS && /"(?:[eE]ventSource|detail-type)"/.test(value);

/** What a call answered may bear the id of a message too: that one was sent, not received. */
const isEvent = (value: Fields): boolean =>
  [value, fields(list(value['Records'])[0])].some((each) => EVENT_WORDS.some((word) => word in each));
const EVENT_WORDS = ['eventSource', 'EventSource', 'detail-type'];

/** In an attribute: the event as JSON, or as the object that it was. */
function deliveriesIn(attribute: unknown): readonly Delivery[] {
  if (isFields(attribute)) return isEvent(attribute) ? delivered(attribute) : [];
  const value = typeof attribute === 'string' && mayBeEvent(attribute) ? jsonFields(attribute) : undefined;
  return value === undefined ? [] : delivered(value);
}

const delivered = (event: Fields): readonly Delivery[] =>
  [event, ...list(event['Records']).slice(0, RECORDS).map(fields)].flatMap(chain);

/** One thing and all that lies in it: an EventBridge event in a notification of SNS in a message of SQS. */
function chain(outermost: Fields): readonly Delivery[] {
  const found: Delivery[] = [];
  let value: Fields | undefined = outermost;
  for (let wrapping = 0; value !== undefined && wrapping <= WRAPPINGS; wrapping++) {
    found.push(...readings(value));
    value = inside(value);
  }
  return found;
}

function inside(value: Fields): Fields | undefined {
  const message = text(value['body']) ?? text(fields(value['Sns'])['Message']) ?? text(value['Message']);
  const read = message === undefined ? undefined : jsonFields(message);
  // S3 writes a list of its own into what it sends.
  const record = read && list(read['Records'])[0];
  return record === undefined ? read : fields(record);
}

/**
 * By what each service calls its id and its time.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html
 */
function readings(value: Fields): readonly Delivery[] {
  const [system, notice, kinesis, stream] = ['attributes', 'Sns', 'kinesis', 'dynamodb'].map((key) => fields(value[key]));
  const sent = fields(
    fields(value['messageAttributes'] ?? value['MessageAttributes'] ?? notice?.['MessageAttributes'])['traceparent'],
  );
  const from = text(value['eventSource']) ?? text(value['EventSource']);
  const unsampled = isUnsampled(system?.['AWSTraceHeader']) || isUnsampled(sent['stringValue'] ?? sent['Value']);
  const told: readonly (readonly [id: unknown, at: unknown])[] = [
    [value['messageId'], finite(system?.['SentTimestamp'])],
    [notice?.['MessageId'] ?? value['MessageId'], notice?.['Timestamp'] ?? value['Timestamp']],
    [kinesis?.['sequenceNumber'] && value['eventID'], kinesis?.['approximateArrivalTimestamp']],
    [stream?.['SequenceNumber'] && value['eventID'], stream?.['ApproximateCreationDateTime']],
    [value['detail-type'] && value['id'], value['detail-type'] && value['time']],
    [undefined, value['s3'] && value['eventTime']],
  ];
  return told.flatMap(([id, at]): Delivery[] => {
    const delivery = { id: text(id), at: eventTime(at), from, unsampled };
    return delivery.id === undefined && delivery.at === undefined ? [] : [delivery];
  });
}
