import { fromMillis, fromSeconds, type Micros } from '../units.ts';
import { type SpanId, spanId, type TraceId, traceId } from './ids.ts';
import type { InvocationRecord, SpanError } from './record.ts';
import { finite, text } from './shape.ts';
import { cut } from './text.ts';

/** What of an invocation a line of the platform tells, but for when and whose. */
export type Told = Omit<InvocationRecord, 'kind' | 'at' | 'function'>;

/** One thing the platform told; `undefined` fields are what this line does not say. */
export const NOTHING_TOLD = {
  traceId: undefined,
  spanId: undefined,
  parentSpanId: undefined,
  sampled: undefined,
  status: undefined,
  error: undefined,
  duration: undefined,
  billedDuration: undefined,
  initDuration: undefined,
  restoreDuration: undefined,
  billedRestoreDuration: undefined,
  memorySizeMB: undefined,
  maxMemoryUsedMB: undefined,
} as const satisfies Partial<Told>;

/** Ours: a UUID has 36. */
const REQUEST_ID_CHARACTERS = 64;
const MESSAGE_CHARACTERS = 2_048;
const REQUEST_ID = String.raw`[\w-]{1,${REQUEST_ID_CHARACTERS}}`;

const START = new RegExp(`^START RequestId: (${REQUEST_ID})`);
const REPORT = new RegExp(`^REPORT RequestId: (${REQUEST_ID})`);
/** At the start only: in the middle of a line it is a caller's log that quotes what its callee answered. */
const TIMED_OUT = new RegExp(
  `^(?:\\d{4}-\\S{1,40} )?(?:RequestId: )?(${REQUEST_ID}) (?:Error: )?Task timed out after (\\d{1,5}(?:\\.\\d{1,3})?) seconds`,
);
const EXITED = new RegExp(`^RequestId: (${REQUEST_ID}) (?:Error: |(?=Process exited ))(.+)(?:\\n(\\S+))?`);

/** Lines of the platform that tell nothing of one invocation's end, or repeat what REPORT tells. */
const QUIET =
  /^(?:END RequestId: |INIT_START |INIT_REPORT |RESTORE_START |RESTORE_REPORT |EXTENSION\t|TELEMETRY\t|LOGS\t|XRAY TraceId: )/;

/** REPORT's fields stand in any order, between tabs; the longer names first, for `Duration` ends several of them. */
const FIELD =
  /(Billed Restore Duration|Billed Duration|Restore Duration|Init Duration|Duration|Memory Size|Max Memory Used|XRAY TraceId|SegmentId|Sampled|Status|Error Type): (\S+)/g;

/**
 * A text line of the Lambda platform. undefined: not one; `quiet`: one that tells nothing we keep.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-view.html
 */
export function platformText(line: string): Told | 'quiet' | undefined {
  if (QUIET.test(line)) return 'quiet';
  const started = START.exec(line)?.[1];
  if (started !== undefined) return { ...NOTHING_TOLD, requestId: started, phase: 'start' };
  const reported = REPORT.exec(line)?.[1];
  if (reported !== undefined) return report(reported, line);
  return timedOut(line) ?? exited(line);
}

function report(requestId: string, line: string): Told {
  const said = new Map(Array.from(line.matchAll(FIELD), ([, name = '', value = '']) => [name, value] as const));
  const status = invocationStatus(said.get('Status'));
  return {
    ...NOTHING_TOLD,
    requestId,
    phase: 'report',
    ...reportIds(said.get('XRAY TraceId'), said.get('SegmentId')),
    sampled: flag(said.get('Sampled')),
    status,
    error: errorNamed(said.get('Error Type')),
    duration: milliseconds(said.get('Duration')),
    billedDuration: milliseconds(said.get('Billed Duration')),
    initDuration: milliseconds(said.get('Init Duration')),
    restoreDuration: milliseconds(said.get('Restore Duration')),
    billedRestoreDuration: milliseconds(said.get('Billed Restore Duration')),
    memorySizeMB: finite(said.get('Memory Size')),
    maxMemoryUsedMB: finite(said.get('Max Memory Used')),
  };
}

const reportIds = (
  trace: string | undefined,
  segment: string | undefined,
): { traceId: TraceId | undefined; spanId: SpanId | undefined } => ({
  traceId: traceId(trace ?? ''),
  spanId: spanId(segment ?? ''),
});

/** `2019-06-07T19:11:20.562Z c793869b-ee49-115b-a5b6-4fd21e8dedac Task timed out after 3.00 seconds` */
function timedOut(line: string): Told | undefined {
  const [, requestId, seconds] = TIMED_OUT.exec(line) ?? [];
  if (requestId === undefined || seconds === undefined) return undefined;
  const error = { type: 'Sandbox.Timedout', message: `Task timed out after ${seconds} seconds` };
  return {
    ...NOTHING_TOLD,
    requestId,
    phase: 'report',
    status: 'timeout',
    error,
    duration: limited(Number(seconds), fromSeconds),
  };
}

/**
 * `RequestId: c793869b-… Error: Runtime exited with error: signal: killed`, and on the next line the type: `Runtime.ExitError`.
 * Older runtimes wrote `RequestId: c793869b-… Process exited before completing request`.
 */
function exited(line: string): Told | undefined {
  const [, requestId, message, type] = EXITED.exec(line) ?? [];
  if (requestId === undefined || message === undefined) return undefined;
  const error = { type: cut(type ?? 'Runtime.ExitError', 256), message: cut(message, MESSAGE_CHARACTERS) };
  return { ...NOTHING_TOLD, requestId, phase: 'report', status: 'error', error };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html#Status : `failure` is an error of the handler. */
export function invocationStatus(word: unknown): InvocationRecord['status'] {
  if (word === 'success' || word === 'timeout') return word;
  return word === 'error' || word === 'failure' ? 'error' : undefined;
}

export const errorNamed = (type: unknown): SpanError | undefined =>
  text(type) === undefined ? undefined : { type: cut(text(type) ?? '', 256), message: '' };

const flag = (word: string | undefined): boolean | undefined => (word === undefined ? undefined : word === 'true');

export const milliseconds = (value: unknown): Micros | undefined => limited(finite(value), fromMillis);

/** Longer than a year is no duration of an invocation (15 minutes at most), and could leave what a number holds exactly. */
const LONGEST = 366 * 86_400_000;

function limited(value: number | undefined, convert: (value: number) => Micros): Micros | undefined {
  return value === undefined || value < 0 || value > LONGEST ? undefined : convert(value);
}
