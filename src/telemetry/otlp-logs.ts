import { type Micros, NO_TIME } from '../units.ts';
import { anyValue, type Entry, keyValues } from './attributes.ts';
import { googleLine, googleLog } from './google-cloud.ts';
import { BODY_CHARACTERS, lineOf } from './lambda-app-log.ts';
import { platformLine } from './lambda-lines.ts';
import { otlpSpanId, otlpTraceId } from './otlp-ids.ts';
import { serviceName } from './otlp-spans.ts';
import type { InvocationRecord, LogRecord, LogSeverity, Parsed, Reject, TelemetryRecord } from './record.ts';
import { severityOfNumber, severityOfWord } from './severity.ts';
import { type Fields, fields, finite, list, text } from './shape.ts';
import { cut, found, jsonText, nameText } from './text.ts';
import { nanosTime } from './time.ts';

/**
 * The logs of an ExportLogsServiceRequest: OTLP/JSON as it came, or protobuf decoded into that shape (ids as bytes). A log whose
 * body is a line of the Lambda platform becomes an invocation. One without any time or trace becomes a reject at `where[n]`, n counting
 * the logs of the request from 0.
 */
export function otlpLogs(request: Fields, where: string): Parsed {
  const records: TelemetryRecord[] = [];
  const rejects: Reject[] = [];
  let quiet = 0;
  let index = 0;
  for (const [log, resource] of logsOf(request)) {
    const read = record(fields(log), resource);
    if (typeof read === 'string') rejects.push({ reason: read, where: `${where}[${index}]` });
    else if (read === undefined) quiet += 1;
    else records.push(read);
    index += 1;
  }
  return { records, rejects, quiet };
}

function* logsOf(request: Fields): Generator<readonly [log: unknown, resource: readonly Entry[]]> {
  for (const group of list(request['resourceLogs']).map(fields)) {
    const resource = keyValues(fields(group['resource'])['attributes']);
    for (const scoped of list(group['scopeLogs']).map(fields)) {
      for (const log of list(scoped['logRecords'])) yield [log, resource];
    }
  }
}

/** The record; undefined where the platform says nothing that we keep; or the reason why there is none. */
function record(log: Fields, resource: readonly Entry[]): InvocationRecord | LogRecord | string | undefined {
  const at = nanosTime(log['timeUnixNano']) ?? nanosTime(log['observedTimeUnixNano']);
  const traceId = otlpTraceId(log['traceId']);
  // What names its trace is evidence whatever its clock said: there are recorded error logs of the year 1754.
  if (at === undefined && traceId === undefined)
    return `log written at ${found(log['timeUnixNano'])} (expected nanoseconds since 1970)`;
  const body = anyValue(log['body']);
  const said = platformLine(typeof body === 'string' ? body : jsonText(body, PLATFORM_CHARACTERS), {
    function: functionName(resource),
    at,
  });
  if (said === 'quiet') return undefined;
  if (said !== undefined) return { ...said, traceId: said.traceId ?? traceId };
  return logRecord(log, { body, at, traceId, service: serviceName(resource) });
}

/** Ours: a platform event has some hundred. */
const PLATFORM_CHARACTERS = 16_384;

/** In Lambda the service is the function, unless its owner named it otherwise; the platform knows it by `faas.name`. */
function functionName(resource: readonly Entry[]): string | undefined {
  const name = text(resource.find(([key]) => key === 'faas.name')?.[1]);
  return name === undefined ? serviceName(resource) : nameText(name);
}

type Known = Pick<LogRecord, 'traceId' | 'service'> & { readonly body: unknown; readonly at: Micros | undefined };

function logRecord(log: Fields, { body, at, traceId, service }: Known): LogRecord {
  const said = Object.fromEntries(keyValues(log['attributes']));
  const google = googleLine(body) ?? googleLine(said);
  const line = google === undefined ? lineOf(said) : googleLog(google);
  return {
    kind: 'log',
    traceId: traceId ?? line.traceId,
    spanId: otlpSpanId(log['spanId']) ?? line.spanId,
    requestId: line.requestId,
    service: service ?? (google && line.service),
    at: at ?? line.at ?? NO_TIME,
    severity: severity(log) ?? (google && line.severity) ?? 'info',
    body: googleLine(body) === undefined ? bodyText(body, said) : line.body,
  };
}

/** The number is normalised, the text is as the source wrote it. */
function severity(log: Fields): LogSeverity | undefined {
  const { severityNumber: number, severityText: word } = log;
  const numbered = typeof number === 'string' ? severityOfWord(number) : severityOfNumber(finite(number) ?? 0);
  return numbered ?? severityOfWord(text(word) ?? '');
}

/** A log of an exception may have no body: its attributes tell. https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-logs/ */
function bodyText(body: unknown, said: Fields): string {
  const words = typeof body === 'string' ? body : body === undefined ? '' : jsonText(body, BODY_CHARACTERS);
  if (words !== '') return cut(words, BODY_CHARACTERS);
  return cut([said['exception.type'], said['exception.message']].map(text).filter(Boolean).join(': '), BODY_CHARACTERS);
}
