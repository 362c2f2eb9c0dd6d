import { isAwsPayload, readAwsPayload } from './aws-payloads.ts';
import { isAwsSpan, readAwsSpan } from './aws-spans.ts';
import { isCloudwatchPayload, readCloudwatchPayload } from './cloudwatch-payload.ts';
import { isEventBridge, readEventBridge } from './eventbridge.ts';
import { isGoogleLog, readGoogleLog } from './google-cloud.ts';
import { isJaeger, readJaeger } from './jaeger.ts';
import { lambdaEvent } from './lambda-lines.ts';
import { isPlatformEvent } from './lambda-platform.ts';
import { isLogQuery, readLogQuery } from './log-query.ts';
import { isOtlp, isOtlpAnswer, otlpAnswer, readOtlpJson } from './otlp-json.ts';
import { joined, parsedOne, rejected } from './parsed.ts';
import type { Parsed } from './record.ts';
import { type Fields, isFields } from './shape.ts';
import { cut, found } from './text.ts';
import { isXray, readXray } from './xray-traces.ts';
import { isZipkinSpan, readZipkinSpan } from './zipkin.ts';

/** One thing that a JSON value can be to us. */
type Format = {
  readonly name: string;
  /** The records and rejects in it; undefined where it is something else. */
  readonly read: (value: unknown, where: string) => Parsed | undefined;
};

/** The first that knows the value reads it; the vaguest stands last. A new format is one more entry, and a file of its own. */
const FORMATS: readonly Format[] = [
  format(
    'OTLP/JSON traces',
    (value): value is Fields => isOtlp(value, 'traces'),
    (value, where) => readOtlpJson(value, 'traces', where),
  ),
  format(
    'OTLP/JSON logs',
    (value): value is Fields => isOtlp(value, 'logs'),
    (value, where) => readOtlpJson(value, 'logs', where),
  ),
  format('OTLP/JSON traces', isOtlpAnswer, (value, where) => readOtlpJson(otlpAnswer(value), 'traces', where)),
  format('a CloudWatch Logs payload', isCloudwatchPayload, readCloudwatchPayload),
  format('aws/spans records', isAwsSpan, readAwsSpan),
  format('X-Ray traces or segment documents', isXray, readXray),
  format('CloudWatch Logs query results', isLogQuery, readLogQuery),
  format('EventBridge events', isEventBridge, readEventBridge),
  format('Jaeger JSON', isJaeger, readJaeger),
  format('Zipkin v2 JSON', isZipkinSpan, readZipkinSpan),
  format('Google Cloud log entries', isGoogleLog, readGoogleLog),
  format('Lambda log lines', isLambdaEvent, readLambdaEvent),
  format('events as AWS hands them to a function', isAwsPayload, readAwsPayload),
];

/** Every format that is read, for the reason of a reject. */
export const EXPECTED = ['OTLP protobuf', ...new Set(FORMATS.map(({ name }) => name))].join(', ');

/** Reads one JSON value, or each of a list of them (at `where[n]`), or of a list of lists: Zipkin's API answers with one a trace. */
export function readValue(value: unknown, where: string): Parsed {
  // A row of a log query is a list too.
  const isRow: boolean = isLogQuery(value);
  if (!Array.isArray(value) || isRow) return readOne(value, where);
  const read = value.flatMap((item, index) =>
    Array.isArray(item) && item.some(isZipkinSpan)
      ? item.map((span, inner) => readOne(span, `${where}[${index}][${inner}]`))
      : [readOne(item, `${where}[${index}]`)],
  );
  return joined(read);
}

function readOne(value: unknown, where: string): Parsed {
  for (const { read } of FORMATS) {
    const parsed = read(value, where);
    if (parsed !== undefined) return parsed;
  }
  const keys = isFields(value)
    ? `an object with ${cut(Object.keys(value).slice(0, 6).join(', '), 80) || 'no keys'}`
    : found(value);
  return rejected(`JSON: ${keys} (expected ${EXPECTED})`, where, 'unknown-format');
}

/** Binds a test to the reader that relies on it. */
function format<Known>(
  name: string,
  matches: (value: unknown) => value is Known,
  read: (value: Known, where: string) => Parsed,
): Format {
  return { name, read: (value, where) => (matches(value) ? read(value, where) : undefined) };
}

const BODIES = ['message', 'msg', 'errorMessage'];
const CIRCUMSTANCES = ['level', 'severity', 'requestId', 'function_request_id', 'awsRequestId', 'xray_trace_id'];

/** An event of the Lambda platform, or a line of a function's logger: a message beside a level or a request. */
function isLambdaEvent(value: unknown): value is Fields {
  if (!isFields(value)) return false;
  if (isPlatformEvent(value) || (value['type'] === 'function' && 'record' in value)) return true;
  return BODIES.some((key) => key in value) && CIRCUMSTANCES.some((key) => key in value);
}

function readLambdaEvent(event: Fields, where: string): Parsed {
  return parsedOne(lambdaEvent(event, { function: undefined, at: undefined }), where);
}
