import type { Micros } from '../units.ts';
import { type SpanId, spanId, type TraceId } from './ids.ts';
import { jsonFields } from './json.ts';
import type { LogSeverity } from './record.ts';
import { severityOfLevel, severityOfWord } from './severity.ts';
import { type Fields, fields, isFields, text } from './shape.ts';
import { cut, jsonText, nameText } from './text.ts';
import { isoTime, millisTime } from './time.ts';
import { xrayHeader } from './xray-header.ts';

/** What a line of a function's own log tells. */
export type Line = {
  readonly at: Micros | undefined;
  readonly requestId: string | undefined;
  readonly traceId: TraceId | undefined;
  readonly spanId: SpanId | undefined;
  readonly service: string | undefined;
  readonly severity: LogSeverity;
  readonly body: string;
};

/** Ours: a log is evidence to read, not an archive. */
export const BODY_CHARACTERS = 4_096;
/** Ours: a UUID has 36. */
const REQUEST_ID = /^[\w-]{8,64}$/;

/** The names under which loggers write one thing: Lambda's JSON format, Powertools, pino, winston, OpenTelemetry. */
const NAMES = {
  at: ['timestamp', 'time', '@timestamp'],
  requestId: [
    'requestId',
    'request_id',
    'function_request_id',
    'awsRequestId',
    'aws_request_id',
    'AWSRequestId',
    'faas.invocation_id',
  ],
  traceId: ['traceId', 'trace_id', 'xray_trace_id', 'xrayTraceId', '_X_AMZN_TRACE_ID', 'X-Amzn-Trace-Id', 'AWSTraceHeader'],
  spanId: ['spanId', 'span_id'],
  service: ['function_name', 'functionName', 'service'],
  level: ['level', 'severity', 'log.level', 'levelname'],
  body: ['message', 'msg', 'errorMessage', 'error', 'err'],
} as const;

/** A JSON line of a logger. undefined: not a JSON object. */
function jsonLog(line: string): Line | undefined {
  if (!line.trimStart().startsWith('{')) return undefined;
  const log = jsonFields(line);
  return log === undefined ? undefined : lineOf(log);
}

/** What an object that a logger wrote tells, or the one within. */
export function lineOf(frame: Fields): Line {
  const log = unwrapped(frame);
  const at = first(log, NAMES.at);
  const service = text(first(log, NAMES.service));
  return {
    at: isoTime(at) ?? millisTime(at),
    requestId: requestId(text(first(log, NAMES.requestId))),
    traceId: xrayHeader(text(first(log, NAMES.traceId)) ?? '').traceId,
    spanId: spanId(text(first(log, NAMES.spanId)) ?? ''),
    service: service === undefined ? undefined : nameText(service),
    severity: severity(first(log, NAMES.level)) ?? 'info',
    body: jsonBody(log),
  };
}

/** Lambda's JSON format puts what was printed under `message`: of a logger's own line there its words count, and the frame's where it has none. */
function unwrapped(frame: Fields): Fields {
  const { message, ...around } = frame;
  const within = typeof message === 'string' && message.trimStart().startsWith('{') ? jsonFields(message) : message;
  const isLine = isFields(within) && ['message', 'msg'].some((name) => text(within[name]) !== undefined);
  if (!isLine) return frame;
  const level = first(within, NAMES.level) ?? first(around, NAMES.level);
  return { ...around, ...within, level };
}

const first = (log: Fields, names: readonly string[]): unknown =>
  names.map((name) => log[name]).find((value) => value !== undefined && value !== null && value !== '');

function severity(level: unknown): LogSeverity | undefined {
  if (typeof level === 'number') return severityOfLevel(level);
  return typeof level === 'string' ? severityOfWord(level) : undefined;
}

/** The message, with the exception that stands beside it or in its place; a line without either is shown whole. */
function jsonBody(log: Fields): string {
  const message = first(log, NAMES.body);
  const thrown = exception(log) ?? exception(fields(log['error'])) ?? exception(fields(log['err'])) ?? pythonException(log);
  const words = [typeof message === 'string' ? message : exception(fields(message)), thrown].filter((word) => word !== undefined);
  const said = words.filter((word, index) => !words.slice(index + 1).some((later) => later.includes(word))).join(': ');
  return said === '' ? jsonText(isFields(message) ? message : log, BODY_CHARACTERS) : cut(said, BODY_CHARACTERS);
}

/** `{ "errorType": "Error", "errorMessage": "boom" }` as Lambda writes it, `{ "type", "message" }` as pino does. */
function exception(log: Fields): string | undefined {
  const thrown = text(log['stack']) === undefined ? log['errorType'] : (log['errorType'] ?? log['type'] ?? log['name']);
  const said = [thrown, log['errorMessage'] ?? (text(thrown) && log['message'])].map(text).filter((part) => part !== undefined);
  return said.length === 0 ? undefined : said.join(': ');
}

/** `"exception_name": "KeyError", "exception": "Traceback …\nKeyError: 'sku'"`, as Powertools for Python does: the last line of a traceback says what it was. */
const pythonException = (log: Fields): string | undefined =>
  text(log['exception_name']) && (text(log['exception'])?.trimEnd().split('\n').at(-1) ?? text(log['exception_name']));

/** `2024-05-01T10:00:00.000Z<tab>8f5c…<tab>ERROR<tab>message`, as the Node.js runtime formats it. */
const NODE = /^(\S{19,40})\t([\w-]{1,64})\t(?:([A-Z]{4,8})\t)?([\s\S]*)$/;
/** `[ERROR]<tab>2024-05-01T10:00:00.000Z<tab>8f5c…<tab>message`, as the Python runtime does; unhandled: `[ERROR] KeyError: 'x'`. */
const PYTHON = /^\[([A-Z]{4,8})\](?:\t(\S{19,40})\t([\w-]{0,64})\t|\s)([\s\S]*)$/;

/** A text line, of whatever logger: what its format tells, else the line itself. */
export function looseLog(line: string): Line {
  const trimmed = line.trimEnd();
  const [, nodeTime, nodeId, nodeLevel, nodeBody] = NODE.exec(trimmed) ?? [];
  if (nodeBody !== undefined) return textLine(nodeTime, nodeId, nodeLevel, nodeBody);
  const [, level, time, id, body] = PYTHON.exec(trimmed) ?? [];
  return textLine(time, id, level, body ?? trimmed);
}

function textLine(time: string | undefined, id: string | undefined, level: string | undefined, body: string): Line {
  // A JSON message inside the runtime's frame: `…<tab>ERROR<tab>Invoke Error <tab>{"errorType":…}` or a logger that prints JSON.
  const json = jsonLog(body);
  return {
    at: isoTime(time),
    requestId: requestId(id) ?? json?.requestId,
    traceId: json?.traceId,
    spanId: json?.spanId,
    service: json?.service,
    severity: severityOfWord(level ?? '') ?? json?.severity ?? 'info',
    body: json?.body ?? cut(body.trim(), BODY_CHARACTERS),
  };
}

/** Before the first invocation the Node.js runtime writes `undefined` in its place. */
const requestId = (id: string | undefined): string | undefined =>
  id !== undefined && id !== 'undefined' && REQUEST_ID.test(id) ? id : undefined;
