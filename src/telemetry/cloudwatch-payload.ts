import { isGzip, isZlib, unpacked } from './gunzip.ts';
import { jsonFields } from './json.ts';
import { logSource, readLogEvent } from './log-event.ts';
import { joined, QUIET, rejected } from './parsed.ts';
import type { Parsed } from './record.ts';
import { type Fields, fields, isFields, list, text } from './shape.ts';
import { found } from './text.ts';
import { millisTime } from './time.ts';

/** What CloudWatch Logs gives a subscriber: packed (`{ "awslogs": { "data": … } }`, as Lambda gets it) or unpacked. */
export const isCloudwatchPayload = (value: unknown): value is Fields =>
  isFields(value) && (isFields(value['awslogs']) || (typeof value['messageType'] === 'string' && 'logEvents' in value));

/**
 * Reads every log event of the payload: `aws/spans` records, lines of the Lambda platform and of functions, lines of anything else.
 * What cannot be read is a reject at `where[n]`, n counting the events from 0.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
 */
export function readCloudwatchPayload(value: Fields, where: string): Parsed {
  const payload = isFields(value['awslogs']) ? unwrapped(value['awslogs']['data']) : value;
  if (typeof payload === 'string') return rejected(`CloudWatch Logs payload: ${payload}`, where);
  // Sent once to test that the destination answers. There is nothing in it to keep.
  if (payload['messageType'] === 'CONTROL_MESSAGE') return QUIET;
  if (payload['messageType'] !== 'DATA_MESSAGE' || !Array.isArray(payload['logEvents'])) {
    const reason = `CloudWatch Logs payload of type ${found(payload['messageType'])} with ${found(payload['logEvents'])} as logEvents`;
    return rejected(`${reason} (expected a DATA_MESSAGE with a list)`, where);
  }
  return logEvents(payload, where);
}

/** The payload inside the base64 and the gzip, or why there is none. */
function unwrapped(data: unknown): Fields | string {
  if (typeof data !== 'string') return `${found(data)} as awslogs.data (expected base64 of gzip)`;
  const packed = Buffer.from(data, 'base64');
  if (!isGzip(packed) && !isZlib(packed)) return `${found(data)} as awslogs.data (expected base64 of gzip)`;
  const bytes = unpacked(packed);
  if (typeof bytes === 'string') return bytes;
  return jsonFields(new TextDecoder().decode(bytes)) ?? 'unpacked, it is not a JSON object';
}

function logEvents(payload: Fields, where: string): Parsed {
  const source = logSource(text(payload['logGroup']), text(payload['logStream']));
  const events = list(payload['logEvents']).map(fields);
  return joined(
    events.map((event, n) => readLogEvent(event['message'], millisTime(event['timestamp']), source, `${where}[${n}]`)),
  );
}
