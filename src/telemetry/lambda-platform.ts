import { spanId } from './ids.ts';
import { errorNamed, invocationStatus, milliseconds, NOTHING_TOLD, platformText, type Told } from './lambda-report.ts';
import { type Fields, fields, finite, text } from './shape.ts';
import { xrayHeader } from './xray-header.ts';

/** Ours: a UUID has 36. */
const REQUEST_ID = /^[\w-]{1,64}$/;

/** `{ "time": …, "type": "platform.report", "record": { … } }` */
export const isPlatformEvent = (event: Fields): boolean => text(event['type'])?.startsWith('platform.') ?? false;

/**
 * An event of the Lambda Telemetry API, as JSON-formatted log groups hold it too. `quiet`: it tells nothing we keep.
 * https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
 */
export function platformEvent(event: Fields): Told | 'quiet' {
  // Before the Telemetry API, Lambda's Logs API told a fault as the line of text that the log holds.
  const line = event['type'] === 'platform.fault' ? text(event['record']) : undefined;
  if (line !== undefined) return platformText(line) ?? 'quiet';
  const record = fields(event['record']);
  const requestId = text(record['requestId']);
  if (requestId === undefined || !REQUEST_ID.test(requestId)) return 'quiet';
  switch (event['type']) {
    case 'platform.start':
    case 'platform.invokeStart':
      return { ...told(requestId, record), phase: 'start' };
    case 'platform.report':
    case 'platform.invokeReport':
      return { ...told(requestId, record), ...metrics(fields(record['metrics'])) };
    default:
      return failureOnly(requestId, record);
  }
}

/**
 * `platform.runtimeDone`, and whatever else may name a request: a success is told again, with its numbers, by the report that
 * follows. A failure is kept: its error type stands here, and a sandbox that dies may send no report.
 */
function failureOnly(requestId: string, record: Fields): Told | 'quiet' {
  const said = told(requestId, record);
  return said.status === 'error' || said.status === 'timeout' ? said : 'quiet';
}

function told(requestId: string, record: Fields): Told {
  const tracing = fields(record['tracing']);
  const header = xrayHeader(text(tracing['value']) ?? '');
  return {
    ...NOTHING_TOLD,
    requestId,
    phase: 'report',
    traceId: header.traceId,
    parentSpanId: header.parent,
    sampled: header.sampled,
    spanId: spanId(text(tracing['spanId']) ?? ''),
    status: invocationStatus(record['status']),
    error: errorNamed(record['errorType']),
  };
}

type Metric =
  | 'duration'
  | 'billedDuration'
  | 'initDuration'
  | 'restoreDuration'
  | 'billedRestoreDuration'
  | 'memorySizeMB'
  | 'maxMemoryUsedMB';

const metrics = (said: Fields): Pick<Told, Metric> => ({
  duration: milliseconds(said['durationMs']),
  billedDuration: milliseconds(said['billedDurationMs']),
  initDuration: milliseconds(said['initDurationMs']),
  restoreDuration: milliseconds(said['restoreDurationMs']),
  billedRestoreDuration: milliseconds(said['billedRestoreDurationMs']),
  memorySizeMB: finite(said['memorySizeMB']),
  maxMemoryUsedMB: finite(said['maxMemoryUsedMB']),
});

const FUNCTION_ARN = /^arn:aws[\w-]*:lambda:[^:]*:[^:]*:function:([\w-]{1,140})/;

/** `platform.start` names the function since 2025: `record.functionArn`. */
export const functionOfEvent = (event: Fields): string | undefined =>
  FUNCTION_ARN.exec(text(fields(event['record'])['functionArn']) ?? '')?.[1];
