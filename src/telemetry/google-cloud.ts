import { type Micros, micros, NO_TIME } from '../units.ts';
import { type SpanId, spanId, type TraceId, traceId } from './ids.ts';
import { jsonFields } from './json.ts';
import { BODY_CHARACTERS, lineOf } from './lambda-app-log.ts';
import { recordsOnly } from './parsed.ts';
import type { LogRecord, Parsed } from './record.ts';
import { severityOfWord } from './severity.ts';
import { type Fields, fields, finite, isFields, text } from './shape.ts';
import { cut, jsonText, nameText } from './text.ts';
import { isoTime } from './time.ts';

/** https://cloud.google.com/logging/docs/structured-logging#special-payload-fields */
const TRACE = 'logging.googleapis.com/trace';
const SPAN = 'logging.googleapis.com/spanId';
const PAYLOADS = ['textPayload', 'jsonPayload', 'protoPayload', 'httpRequest'];

/** Whether this is a line that a program wrote for Google's agent to read, or a LogEntry as Cloud Logging keeps it. */
export const isGoogleLog = (value: unknown): value is Fields => isFields(value) && (isLine(value) || isEntry(value));

const isLine = (value: Fields): boolean => typeof value[TRACE] === 'string';

const isEntry = ({ logName, trace, ...rest }: Fields): boolean =>
  (typeof logName === 'string' || TRACE_NAME.test(text(trace) ?? '')) && PAYLOADS.some((key) => key in rest);

export const readGoogleLog = (value: Fields): Parsed => recordsOnly([googleLog(value)]);

/** The line in the body of a log that came another way: JSON as text, or the object that it was. */
export function googleLine(body: unknown): Fields | undefined {
  // Cheap refusal first: every log that passes through OTLP comes by here.
  const line = typeof body === 'string' && body.includes(`"${TRACE}"`) ? jsonFields(body) : body;
  return isFields(line) && isLine(line) ? line : undefined;
}

export const googleLog = (value: Fields): LogRecord => (isLine(value) ? ofLine(value) : ofEntry(value));

function ofLine(line: Fields): LogRecord {
  const said = lineOf(line);
  const context = text(fields(line['serviceContext'])['service']);
  return {
    kind: 'log',
    traceId: googleTraceId(line[TRACE]),
    spanId: googleSpanId(line[SPAN]),
    requestId: said.requestId,
    service: context === undefined ? said.service : nameText(context),
    at: said.at ?? clock(line['timestamp']) ?? clock(inSeconds(line)) ?? NO_TIME,
    severity: said.severity,
    body: text(line['message']) === undefined ? cut(text(line['stack_trace']) ?? said.body, BODY_CHARACTERS) : said.body,
  };
}

/** https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry */
function ofEntry(entry: Fields): LogRecord {
  const payload = fields(entry['jsonPayload']);
  const said = ofLine(payload);
  return {
    ...said,
    traceId: googleTraceId(entry['trace']) ?? said.traceId,
    spanId: googleSpanId(entry['spanId']) ?? said.spanId,
    service: serviceOf(entry) ?? said.service,
    at:
      [isoTime(entry['timestamp']), clock(entry['timestamp']), said.at, isoTime(entry['receiveTimestamp'])].find(Boolean) ??
      NO_TIME,
    severity: severityOfWord(text(entry['severity']) ?? '') ?? said.severity,
    body: isFields(entry['jsonPayload']) ? said.body : bodyOf(entry),
  };
}

function bodyOf(entry: Fields): string {
  const words = text(entry['textPayload']);
  if (words !== undefined) return cut(words, BODY_CHARACTERS);
  const { requestMethod, requestUrl, status } = fields(entry['httpRequest']);
  if (requestMethod === undefined && requestUrl === undefined) return jsonText(entry['protoPayload'] ?? {}, BODY_CHARACTERS);
  return cut([requestMethod, requestUrl, status].filter((word) => word !== undefined).join(' '), BODY_CHARACTERS);
}

/** The labels of Cloud Run, Cloud Functions, App Engine and Kubernetes. https://cloud.google.com/logging/docs/api/v2/resource-list */
const SERVICE_LABELS = ['service_name', 'function_name', 'module_id', 'container_name'];

function serviceOf(entry: Fields): string | undefined {
  const labels = fields(fields(entry['resource'])['labels']);
  const name = SERVICE_LABELS.map((label) => text(labels[label])).find((label) => label !== undefined);
  return name === undefined ? undefined : nameText(name);
}

const TRACE_NAME = /^(?:\/\/[\w.]+\/)?projects\/[^/]{1,128}\/traces\/([0-9a-f]{32})$/i;

/** `projects/my-project/traces/06796866738c859f2f19b7cfb3214824`; older loggers write the last part alone. */
const googleTraceId = (name: unknown): TraceId | undefined => traceId(TRACE_NAME.exec(text(name) ?? '')?.[1] ?? text(name) ?? '');

/** The first trace API wrote span ids as decimal numbers, and so does the header `X-Cloud-Trace-Context`. */
const DECIMAL = /^\d{17,20}$/;

function googleSpanId(id: unknown): SpanId | undefined {
  const said = text(id) ?? '';
  return spanId(DECIMAL.test(said) ? BigInt(said).toString(16).padStart(16, '0') : said);
}

const inSeconds = (line: Fields): Fields => ({ seconds: line['timestampSeconds'], nanos: line['timestampNanos'] });

/** `{ "seconds": …, "nanos": … }` */
function clock(value: unknown): Micros | undefined {
  const { seconds, nanos } = fields(value);
  const whole = finite(seconds);
  if (whole === undefined || whole <= 0 || whole > LATEST_SECOND) return undefined;
  const part = Math.floor((finite(nanos) ?? 0) / 1_000);
  return micros(whole * 1_000_000 + (part >= 0 && part < 1_000_000 ? part : 0));
}

/** Ours: the year 2255, up to which microseconds are exact. */
const LATEST_SECOND = 9_000_000_000;
