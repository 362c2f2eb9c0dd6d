import { NOTHING_TOLD } from '../telemetry/lambda-report.ts';
import type { EventRecord, InvocationRecord } from '../telemetry/record.ts';
import { isCalling } from '../telemetry/span-words.ts';
import { isFailing, timedOut } from './failing.ts';
import { executionArnOf } from './functions.ts';
import type { Draft } from './node.ts';

/** Kinds of event that tell how a transaction, or a consequence of it, ended for good. */
const ENDS: ReadonlySet<EventRecord['what']> = new Set([
  'lambda-destination',
  'step-functions',
  'durable-execution',
  'dead-letter',
]);

/** Whether the event says that the invocation or execution it names has failed. */
export const tellsFailure = (event: EventRecord): boolean => event.outcome === 'failed' && ENDS.has(event.what);

/**
 * What Lambda gave up, where no log of the function tells of it: the event stands in for the report. An event that grew too old
 * in Lambda's queue was perhaps never tried, so that there is no run to report.
 */
export function standIns(events: readonly EventRecord[], invocations: readonly InvocationRecord[]): readonly InvocationRecord[] {
  const told = new Set(invocations.map((each) => each.requestId));
  return events.flatMap((event) => {
    const { requestId, what } = event;
    const isRun = what === 'lambda-destination' && event.attempts !== 0;
    return isRun && tellsFailure(event) && requestId !== undefined && !told.has(requestId) ? [report(event, requestId)] : [];
  });
}

const report = (event: EventRecord, requestId: string): InvocationRecord => ({
  ...NOTHING_TOLD,
  kind: 'invocation',
  requestId,
  function: event.what === 'lambda-destination' ? event.function : undefined,
  traceId: event.traceId,
  phase: 'report',
  at: event.at,
  status: timedOut({ status: 'error', error: event.error, attributes: {} }) ? 'timeout' : 'error',
  error: event.error,
});

/** A state machine's own span may be sent before its execution is over: the announcement of its end says how it ended. */
export function withExecutions(drafts: readonly Draft[], events: readonly EventRecord[]): readonly Draft[] {
  const failed = new Map(events.filter(tellsFailure).map((event) => [event.executionArn, event]));
  failed.delete(undefined);
  if (failed.size === 0) return drafts;
  return drafts.map((draft) => {
    const { span } = draft;
    const event = isCalling(span.kind) ? undefined : failed.get(executionArnOf(span.attributes));
    const isExecution = span.resource === 'AWS::StepFunctions::StateMachine' || event?.what === 'durable-execution';
    if (!event || !isExecution || isFailing(span)) return draft;
    return { ...draft, span: { ...span, status: 'error', error: span.error ?? event.error } };
  });
}
