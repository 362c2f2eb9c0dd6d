import { isGzip, isZlib, type Unread, unpacked } from './gunzip.ts';
import { readStrangersJson } from './json.ts';
import { logSource, readLogEvent } from './log-event.ts';
import { joined, QUIET, rejected } from './parsed.ts';
import type { Parsed } from './record.ts';
import { type Fields, fields, isFields, list, text } from './shape.ts';
import { found } from './text.ts';
import { millisTime } from './time.ts';

/** What CloudWatch Logs gives a subscriber: packed (`{ "awslogs": { "data": … } }`, as Lambda gets it) or unpacked. */
export const isCloudwatchPayload = (value: unknown): value is Fields =>
  isFields(value) && (isFields(value['awslogs']) || (typeof value['messageType'] === 'string' && 'logEvents' in value));

/** The payload unpacked, or why it cannot be. */
export const payloadIn = (value: Fields): { readonly payload: Fields } | Unread =>
  isFields(value['awslogs']) ? unwrapped(value['awslogs']['data']) : { payload: value };

/** A payload that cannot be unpacked, as one reject. */
export const unread = ({ kind, why }: Unread, where: string): Parsed => rejected(`CloudWatch Logs payload: ${why}`, where, kind);

/**
 * Reads every log event of the payload: `aws/spans` records, lines of the Lambda platform and of functions, lines of anything else.
 * What cannot be read is a reject at `where[n]`, n counting the events from 0.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
 */
export function readCloudwatchPayload(value: Fields, where: string): Parsed {
  const read = payloadIn(value);
  if ('why' in read) return unread(read, where);
  const { payload } = read;
  // Sent once to test that the destination answers. There is nothing in it to keep.
  if (payload['messageType'] === 'CONTROL_MESSAGE') return QUIET;
  if (payload['messageType'] !== 'DATA_MESSAGE' || !Array.isArray(payload['logEvents'])) {
    const reason = `CloudWatch Logs payload of type ${found(payload['messageType'])} with ${found(payload['logEvents'])} as logEvents`;
    return rejected(`${reason} (expected a DATA_MESSAGE with a list)`, where, 'unknown-format');
  }
  return logEvents(payload, where);
}

/** The payload inside the base64 and the gzip, or why there is none. */
function unwrapped(data: unknown): { readonly payload: Fields } | Unread {
  const packed = Buffer.from(typeof data === 'string' ? data : '', 'base64');
  if (!isGzip(packed) && !isZlib(packed))
    return { kind: 'bad-gzip', why: `${found(data)} as awslogs.data (expected base64 of gzip)` };
  const bytes = unpacked(packed);
  if ('why' in bytes) return bytes;
  const json = readStrangersJson(bytes);
  if ('value' in json && isFields(json.value)) return { payload: json.value };
  if ('kind' in json && json.kind !== 'bad-json') return json;
  return { kind: 'bad-json', why: 'unpacked, it is not a JSON object' };
}

function logEvents(payload: Fields, where: string): Parsed {
  const source = logSource(text(payload['logGroup']), text(payload['logStream']));
  const events = list(payload['logEvents']).map(fields);
  return joined(
    events.map((event, n) => readLogEvent(event['message'], millisTime(event['timestamp']), source, `${where}[${n}]`)),
  );
}
