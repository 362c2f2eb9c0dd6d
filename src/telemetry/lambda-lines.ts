import { fromSeconds, type Micros, NO_TIME } from '../units.ts';
import type { TraceId } from './ids.ts';
import { jsonFields } from './json.ts';
import { type Line, lineOf, looseLog } from './lambda-app-log.ts';
import { functionOfEvent, isPlatformEvent, platformEvent } from './lambda-platform.ts';
import { platformText, type Told } from './lambda-report.ts';
import type { InvocationRecord, LogRecord } from './record.ts';
import { type Fields, isFields } from './shape.ts';
import { isoTime } from './time.ts';

/** What is known of a line from where it was found. `at`: when CloudWatch or OTLP say it was written. */
export type LineContext = { readonly function: string | undefined; readonly at: Micros | undefined };

/**
 * One line (or multi-line message) of a Lambda function's log, text or JSON.
 * undefined: the platform speaks, but of nothing we keep (END, INIT_START, platform.initReport …).
 * `at` is the line's own time, else the context's, else the second in which its X-Ray trace began, else NO_TIME.
 */
export function lambdaLine(line: string, context: LineContext): InvocationRecord | LogRecord | undefined {
  const trimmed = line.trim();
  const event = trimmed.startsWith('{') ? jsonFields(trimmed) : undefined;
  if (event !== undefined) return lambdaEvent(event, context);
  const said = platformWords(trimmed, context);
  return said === undefined ? logRecord(looseLog(trimmed), context) : kept(said);
}

/** The same for a JSON line that is parsed already. */
export function lambdaEvent(event: Fields, context: LineContext): InvocationRecord | LogRecord | undefined {
  if (isPlatformEvent(event)) return kept(platformSays(event, context));
  // The Telemetry API wraps what the function wrote: { "time": …, "type": "function", "record": … }
  const at = isoTime(event['time']) ?? context.at;
  if (event['type'] === 'function' && isFields(event['record'])) return logRecord(lineOf(event['record']), { ...context, at });
  if (event['type'] === 'function' && typeof event['record'] === 'string')
    return logRecord(looseLog(event['record']), { ...context, at });
  return logRecord(lineOf(event), context);
}

/** What the platform says in this line; `quiet`: nothing we keep; undefined: it is not the platform that speaks. */
export function platformLine(line: string, context: LineContext): InvocationRecord | 'quiet' | undefined {
  const trimmed = line.trim();
  if (!trimmed.startsWith('{')) return platformWords(trimmed, context);
  // Cheap refusal first: every JSON line that passes through OTLP comes by here.
  const event = trimmed.includes('"platform.') ? jsonFields(trimmed) : undefined;
  return event !== undefined && isPlatformEvent(event) ? platformSays(event, context) : undefined;
}

const kept = (said: InvocationRecord | 'quiet'): InvocationRecord | undefined => (said === 'quiet' ? undefined : said);

function platformWords(line: string, context: LineContext): InvocationRecord | 'quiet' | undefined {
  const told = platformText(line);
  if (told === undefined || told === 'quiet') return told;
  return invocation(told, isoTime(LEADING_TIME.exec(line)?.[0]), context);
}

const LEADING_TIME = /^\S{19,40}/;

function platformSays(event: Fields, context: LineContext): InvocationRecord | 'quiet' {
  const told = platformEvent(event);
  if (told === 'quiet') return told;
  return invocation(told, isoTime(event['time']), { ...context, function: context.function ?? functionOfEvent(event) });
}

function invocation(told: Told, own: Micros | undefined, context: LineContext): InvocationRecord {
  return {
    kind: 'invocation',
    function: context.function,
    at: own ?? context.at ?? traceEpoch(told.traceId) ?? NO_TIME,
    ...told,
  };
}

const logRecord = (line: Line, context: LineContext): LogRecord => ({
  kind: 'log',
  traceId: line.traceId,
  spanId: line.spanId,
  requestId: line.requestId,
  service: context.function ?? line.service,
  at: line.at ?? context.at ?? NO_TIME,
  severity: line.severity,
  body: line.body,
});

/** The platform writes X-Ray's ids, and those begin with the second in which they were made. */
function traceEpoch(traceId: TraceId | undefined): Micros | undefined {
  return traceId === undefined ? undefined : fromSeconds(Number.parseInt(traceId.slice(0, 8), 16));
}
