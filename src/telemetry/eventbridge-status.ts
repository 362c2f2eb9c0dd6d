import { arn, type Envelope, errorOf, eventTime, sentence, type Told, word, wordIfAny } from './event-parts.ts';
import { type Fields, fields, finite, list, text } from './shape.ts';

const FUNCTION_NAME = /:function:([\w-]{1,140})/;
/** Ours: a metric alarm has at most ten metrics of its own, and thirty dimensions each. */
const MEASURES = 20;

/** A Lambda invocation record wherever it was sent: EventBridge's `detail`, or the message itself in SQS, SNS and S3. */
export const isInvocationRecord = (value: Fields): boolean => {
  const context = fields(value['requestContext']);
  return text(context['functionArn']) !== undefined && text(context['condition']) !== undefined;
};

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
export function lambdaDestination({ detail }: Envelope): Told {
  const context = fields(detail['requestContext']);
  const response = fields(detail['responsePayload']);
  const functionArn = arn(context['functionArn']);
  const condition = word(context['condition']);
  const failed = condition !== 'Success';
  const refused = wordIfAny(fields(detail['responseContext'])['functionError']) ?? condition;
  return {
    what: 'lambda-destination',
    function: FUNCTION_NAME.exec(functionArn ?? '')?.[1],
    condition,
    attempts: finite(context['approximateInvokeCount']),
    resource: functionArn,
    requestId: wordIfAny(context['requestId']),
    outcome: failed ? 'failed' : 'ok',
    error: failed ? errorOf(response['errorType'] ?? refused, response['errorMessage']) : undefined,
  };
}

/** Aborted is an end that nobody asked the transaction for. */
const FAILED: ReadonlySet<string> = new Set(['FAILED', 'TIMED_OUT', 'ABORTED', 'STOPPED']);

function execution(what: 'step-functions' | 'durable-execution', detail: Fields, start: unknown, end: unknown): Told {
  const status = word(detail['status']);
  const failed = FAILED.has(status);
  const told = fields(detail['error']);
  return {
    what,
    status,
    start: eventTime(start),
    end: eventTime(end),
    outcome: failed ? 'failed' : status === 'SUCCEEDED' ? 'ok' : undefined,
    error: failed
      ? errorOf(text(detail['error']) ?? told['errorType'] ?? status, text(detail['cause']) ?? told['errorMessage'])
      : undefined,
  };
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html */
export const stepFunctions = ({ detail }: Envelope): Told => ({
  ...execution('step-functions', detail, detail['startDate'], detail['stopDate']),
  resource: arn(detail['stateMachineArn']),
  executionArn: arn(detail['executionArn']),
});

/** https://docs.aws.amazon.com/lambda/latest/dg/durable-monitoring.html */
export const durableExecution = ({ detail }: Envelope): Told => ({
  ...execution('durable-execution', detail, detail['startTimestamp'], detail['endTimestamp']),
  resource: arn(detail['functionArn']),
  executionArn: arn(detail['durableExecutionArn']),
});

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html */
export function alarm({ detail }: Envelope): Told {
  const state = fields(detail['state']);
  const value = word(state['value']);
  const metrics = list(fields(detail['configuration'])['metrics']).map((each) =>
    fields(fields(fields(each)['metricStat'])['metric']),
  );
  return {
    what: 'cloudwatch-alarm',
    alarm: word(detail['alarmName']),
    state: value,
    previousState: word(fields(detail['previousState'])['value']),
    reason: sentence(state['reason']),
    measures: metrics
      .slice(0, MEASURES)
      .map(measure)
      .filter((each) => each !== ''),
    outcome: alarmOutcome(value),
  };
}

const alarmOutcome = (state: string): 'failed' | 'ok' | undefined =>
  state === 'ALARM' ? 'failed' : state === 'OK' ? 'ok' : undefined;

function measure(metric: Fields): string {
  const dimensions = Object.entries(fields(metric['dimensions'])).map(([name, value]) => `${name}=${text(value) ?? ''}`);
  return word([text(metric['namespace']), text(metric['name']), ...dimensions].filter(Boolean).join(' '));
}

/** The older form of the same, as an alarm's SNS action sends it. */
export function alarmNotice(notice: Fields): Told {
  const value = word(notice['NewStateValue']);
  const trigger = fields(notice['Trigger']);
  const dimensions = list(trigger['Dimensions'])
    .map(fields)
    .map(({ name, value: of }) => [name, of]);
  const measured = measure({
    namespace: trigger['Namespace'],
    name: trigger['MetricName'],
    dimensions: Object.fromEntries(dimensions),
  });
  return {
    what: 'cloudwatch-alarm',
    alarm: word(notice['AlarmName']),
    state: value,
    previousState: word(notice['OldStateValue']),
    reason: sentence(notice['NewStateReason']),
    measures: measured === '' ? [] : [measured],
    resource: arn(notice['AlarmArn']),
    outcome: alarmOutcome(value),
  };
}

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-console-insights.html */
export function xrayInsight({ detail }: Envelope): Told {
  const state = word(detail['State']);
  const root = fields(detail['RootCauseServiceId']);
  return {
    what: 'xray-insight',
    state,
    summary: sentence(detail['Summary']),
    resource: arn(root['Name']),
    outcome: state === 'CLOSED' ? 'ok' : 'failed',
  };
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html */
export function ecsTask({ detail }: Envelope): Told {
  if (detail['lastStatus'] !== 'STOPPED') return { what: 'unknown' };
  const containers = list(detail['containers']).map(fields);
  const exitCodes = containers.flatMap((container) => finite(container['exitCode']) ?? []);
  const failed = exitCodes.some((code) => code !== 0) || detail['stopCode'] === 'TaskFailedToStart';
  const reason = sentence(detail['stoppedReason']);
  return {
    what: 'ecs-task-stopped',
    reason,
    exitCodes: exitCodes.slice(0, MEASURES),
    resource: arn(detail['group']) ?? arn(detail['taskArn']),
    outcome: failed ? 'failed' : undefined,
    error: failed
      ? errorOf(detail['stopCode'], containers.map((each) => text(each['reason'])).find(Boolean) ?? reason)
      : undefined,
  };
}
