import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from '../../src/telemetry/parse.ts';
import type { EventRecord } from '../../src/telemetry/record.ts';
import { bytes, payload, REQUEST, TRACE } from './samples.ts';

const FUNCTION = 'arn:aws:lambda:eu-west-1:123456789012:function:orders';
const EXECUTION = 'arn:aws:states:eu-west-1:123456789012:execution:fulfil:1f2e';
const HEADER = 'Root=1-5b8efff7-98038103d269b633813fc60c;Parent=53995c3f42cd8ad8;Sampled=1';

type Json = Readonly<Record<string, unknown>>;

const event = (source: string, detailType: string, detail: Json, more: Json = {}): Json => ({
  ...{ version: '0', id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718', 'detail-type': detailType, source },
  ...{ account: '123456789012', time: '2026-08-04T07:58:24Z', region: 'eu-west-1', resources: [], detail },
  ...more,
});

const invocationRecord = (more: Json = {}): Json => ({
  version: '1.0',
  timestamp: '2026-08-04T07:58:23.500Z',
  requestContext: {
    requestId: REQUEST,
    functionArn: `${FUNCTION}:$LATEST`,
    condition: 'RetriesExhausted',
    approximateInvokeCount: 3,
  },
  requestPayload: { orderId: 7 },
  responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
  responsePayload: { errorType: 'CardDeclined', errorMessage: 'no funds', trace: [] },
  ...more,
});

const sqs = (body: unknown, more: Json = {}): Json => ({
  Records: [
    {
      messageId: 'db37cc61-1bb0-4e77-b6f3-7cf87f44a72a',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      attributes: { ApproximateReceiveCount: '2', SentTimestamp: '1785830304877' },
      messageAttributes: {},
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:orders',
      ...more,
    },
  ],
});
const sns = (message: unknown): Json => ({
  Type: 'Notification',
  MessageId: 'd88d4479-6ec0-54fe-b63f-1cf9df4bb16e',
  TopicArn: 'arn:aws:sns:eu-west-1:123456789012:alarms',
  Message: JSON.stringify(message),
});

function only(value: unknown): EventRecord {
  const { records, rejects } = parse(bytes(JSON.stringify(value)), 'FILE');
  const [record] = records;
  if (record?.kind !== 'event' || records.length > 1 || rejects.length > 0)
    throw new Error(`expected one event, not ${JSON.stringify([records, rejects])}`);
  return record;
}

const DESTINATION = event('lambda', 'Lambda Function Invocation Result - Failure', invocationRecord());
const states = (detail: Json): Json =>
  event('aws.states', 'Step Functions Execution Status Change', {
    ...{ executionArn: EXECUTION, stateMachineArn: EXECUTION.replace('execution', 'stateMachine'), status: 'FAILED' },
    ...{ startDate: 1785830300000, stopDate: 1785830304000, input: '{}' },
    ...detail,
  });
const cloudTrail = (eventName: string, more: Json = {}): Json =>
  event('aws.lambda', 'AWS API Call via CloudTrail', {
    eventName,
    eventSource: 'lambda.amazonaws.com',
    userIdentity: { type: 'AssumedRole', arn: 'arn:aws:sts::123456789012:assumed-role/deploy/ci' },
    requestParameters: { functionName: 'orders' },
    responseElements: { functionArn: FUNCTION, version: '42' },
    readOnly: false,
    ...more,
  });

test.each<readonly [string, Json, Json]>([
  [
    'a failed asynchronous invocation',
    DESTINATION,
    {
      ...{ what: 'lambda-destination', function: 'orders', condition: 'RetriesExhausted', attempts: 3, requestId: REQUEST },
      ...{ outcome: 'failed', error: { type: 'CardDeclined', message: 'no funds' }, resource: `${FUNCTION}:$LATEST` },
    },
  ],
  [
    'an asynchronous invocation that went well',
    event('lambda', 'Lambda Function Invocation Result - Success', {
      requestContext: { requestId: REQUEST, functionArn: FUNCTION, condition: 'Success', approximateInvokeCount: 1 },
      responsePayload: { ok: true },
    }),
    { what: 'lambda-destination', outcome: 'ok', error: undefined },
  ],
  [
    'a failed execution',
    states({ error: 'States.TaskFailed', cause: JSON.stringify({ errorType: 'CardDeclined', errorMessage: 'no funds' }) }),
    {
      ...{ what: 'step-functions', status: 'FAILED', executionArn: EXECUTION, outcome: 'failed' },
      ...{ start: 1785830300000000, end: 1785830304000000, error: { type: 'CardDeclined', message: 'no funds' } },
    },
  ],
  [
    'an execution that timed out, its input left out',
    states({ status: 'TIMED_OUT', input: null, inputDetails: { included: false } }),
    { status: 'TIMED_OUT', outcome: 'failed', error: { type: 'TIMED_OUT', message: '' } },
  ],
  [
    'a running execution',
    states({ status: 'RUNNING', stopDate: null }),
    { status: 'RUNNING', outcome: undefined, end: undefined },
  ],
  ['an execution that went well', states({ status: 'SUCCEEDED' }), { outcome: 'ok', error: undefined }],
  [
    'a durable execution',
    event('aws.lambda', 'Durable Execution Status Change', {
      durableExecutionArn: `${FUNCTION}:1/durable-execution/order-7/9f`,
      ...{ functionArn: `${FUNCTION}:1`, status: 'TIMED_OUT' },
      ...{ startTimestamp: '2026-08-04T07:58:20.000Z', endTimestamp: '2026-08-04T07:58:24.000Z' },
    }),
    {
      what: 'durable-execution',
      outcome: 'failed',
      executionArn: `${FUNCTION}:1/durable-execution/order-7/9f`,
      end: 1785830304000000,
    },
  ],
  [
    'an alarm',
    event('aws.cloudwatch', 'CloudWatch Alarm State Change', {
      alarmName: 'orders-errors',
      state: { value: 'ALARM', reason: 'Threshold Crossed' },
      previousState: { value: 'OK' },
      configuration: {
        metrics: [
          { metricStat: { metric: { namespace: 'AWS/Lambda', name: 'Errors', dimensions: { FunctionName: 'orders' } } } },
        ],
      },
    }),
    {
      ...{ what: 'cloudwatch-alarm', alarm: 'orders-errors', state: 'ALARM', previousState: 'OK', outcome: 'failed' },
      ...{ reason: 'Threshold Crossed', measures: ['AWS/Lambda Errors FunctionName=orders'] },
    },
  ],
  [
    'an alarm through SNS and SQS',
    sqs(
      sns({
        AlarmName: 'orders-errors',
        NewStateValue: 'OK',
        OldStateValue: 'ALARM',
        StateChangeTime: '2026-08-04T07:58:24.000+0000',
      }),
    ),
    { what: 'cloudwatch-alarm', state: 'OK', previousState: 'ALARM', outcome: 'ok', at: 1785830304000000 },
  ],
  [
    'an insight of X-Ray',
    event('aws.xray', 'AWS X-Ray Insight Update', {
      ...{
        InsightId: 'i',
        State: 'ACTIVE',
        Summary: 'Elevated faults',
        Categories: ['FAULT'],
        RootCauseServiceId: { Name: 'orders' },
      },
    }),
    { what: 'xray-insight', state: 'ACTIVE', summary: 'Elevated faults', resource: 'orders', outcome: 'failed' },
  ],
  [
    'new code',
    cloudTrail('UpdateFunctionCode20150331v2'),
    { what: 'change', action: 'UpdateFunctionCode', version: '42', resource: FUNCTION, outcome: undefined },
  ],
  [
    'a change that was refused',
    cloudTrail('UpdateAlias20150331', { errorCode: 'AccessDenied', errorMessage: 'not you', responseElements: null }),
    {
      what: 'change',
      action: 'UpdateAlias',
      resource: 'orders',
      outcome: 'failed',
      error: { type: 'AccessDenied', message: 'not you' },
    },
  ],
  ['a call that only reads', cloudTrail('GetFunction20150331v2', { readOnly: true }), { what: 'unknown' }],
  ['a use of data', cloudTrail('PutItem', { eventCategory: 'Data' }), { what: 'unknown' }],
  [
    'a deployment',
    event('aws.codedeploy', 'CodeDeploy Deployment State-change Notification', {
      application: 'shop',
      deploymentId: 'd-1',
      state: 'FAILURE',
    }),
    { what: 'change', action: 'deployment FAILURE', resource: 'shop', version: 'd-1', outcome: 'failed' },
  ],
  [
    'a pipeline',
    event('aws.codepipeline', 'CodePipeline Pipeline Execution State Change', { pipeline: 'shop', state: 'SUCCEEDED' }),
    { what: 'change', action: 'pipeline SUCCEEDED', resource: 'shop', outcome: 'ok' },
  ],
  [
    'a stack',
    event('aws.cloudformation', 'CloudFormation Stack Status Change', {
      'stack-id': 'arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1',
      'status-details': { status: 'UPDATE_ROLLBACK_COMPLETE', 'status-reason': 'no' },
    }),
    { what: 'change', action: 'stack UPDATE_ROLLBACK_COMPLETE', outcome: 'failed' },
  ],
  [
    'a task that died',
    event('aws.ecs', 'ECS Task State Change', {
      ...{
        lastStatus: 'STOPPED',
        group: 'service:orders',
        stopCode: 'EssentialContainerExited',
        stoppedReason: 'Essential container exited',
      },
      containers: [{ name: 'app', exitCode: 137, reason: 'OutOfMemoryError: Container killed' }],
    }),
    {
      ...{ what: 'ecs-task-stopped', exitCodes: [137], resource: 'service:orders', outcome: 'failed' },
      error: { type: 'EssentialContainerExited', message: 'OutOfMemoryError: Container killed' },
    },
  ],
  ['a task that starts', event('aws.ecs', 'ECS Task State Change', { lastStatus: 'RUNNING' }), { what: 'unknown' }],
  [
    'a redrive',
    event('aws.sqs', 'AWS API Call via CloudTrail', {
      eventName: 'StartMessageMoveTask',
      requestParameters: { sourceArn: 'arn:dlq' },
    }),
    { what: 'dead-letter', redrive: true, resource: 'arn:dlq', outcome: undefined },
  ],
  [
    'a message of a dead-letter queue that Lambda filled',
    sqs('{"orderId":7}', {
      messageAttributes: {
        RequestID: { stringValue: REQUEST, dataType: 'String' },
        ErrorCode: { stringValue: '200', dataType: 'Number' },
        ErrorMessage: { stringValue: 'no funds', dataType: 'String' },
      },
    }),
    { what: 'dead-letter', requestId: REQUEST, receiveCount: 2, error: { type: '200', message: 'no funds' }, outcome: 'failed' },
  ],
  [
    'an event of nobody’s interest',
    event('aws.ec2', 'EC2 Instance State-change Notification', {}),
    { what: 'unknown', source: 'aws.ec2' },
  ],
  ['an event of our own', event('shop', 'Order Placed', { orderId: 7 }), { what: 'unknown', detailType: 'Order Placed' }],
])('%s is told', (_what, sent, told) => {
  expect(only(sent)).toMatchObject(told);
});

test.each([
  ['SQS', sqs(invocationRecord())],
  ['SNS', { Records: [{ EventSource: 'aws:sns', Sns: sns(invocationRecord()) }] }],
  ['SNS in SQS', sqs(sns(invocationRecord()))],
  ['a rule in SQS', sqs(DESTINATION)],
  ['nothing', invocationRecord()],
])('an invocation record inside %s is the same failure', (_carrier, sent) => {
  expect(only(sent)).toMatchObject({ what: 'lambda-destination', requestId: REQUEST, outcome: 'failed' });
});

test('a log group that a rule writes to holds events', () => {
  expect(only(payload([JSON.stringify(DESTINATION)], { logGroup: '/aws/events/all' }))).toMatchObject({ requestId: REQUEST });
});

test.each([
  [
    'the payload it was about',
    { ...DESTINATION, detail: invocationRecord({ requestPayload: { headers: { 'X-Amzn-Trace-Id': HEADER } } }) },
  ],
  ['its input as text', states({ input: JSON.stringify({ traceparent: `00-${TRACE}-53995c3f42cd8ad8-01` }) })],
  ['the queue that carried it', sqs(DESTINATION, { attributes: { AWSTraceHeader: HEADER } })],
  [
    'an attribute of the message',
    sqs('{}', { messageAttributes: { traceparent: { stringValue: `00-${TRACE}-53995c3f42cd8ad8-01` } } }),
  ],
])('the trace of an event stands in %s', (_where, sent) => {
  expect(only(sent).traceId).toBe(TRACE);
});

test('a line of a logger that speaks of an event stays a log', () => {
  const line = JSON.stringify({ level: 'INFO', message: 'received', requestContext: { requestId: REQUEST }, requestId: REQUEST });

  expect(parse(bytes(line), 'FILE').records.map((record) => record.kind)).toEqual(['log']);
});

test('no detail makes it throw, and what it tells stays short', () => {
  const detail = fc.oneof(fc.jsonValue(), fc.constant('x'.repeat(300_000)), fc.constant({ state: { value: '\ud800' } }));
  const kinds = fc.constantFrom<readonly [string, string]>(
    ...(
      [DESTINATION, states({}), cloudTrail('UpdateFunctionCode')] as readonly { source?: unknown; 'detail-type'?: unknown }[]
    ).map((each) => [String(each.source), String(each['detail-type'])] as const),
    ['aws.ecs', 'ECS Task State Change'],
    ['aws.cloudwatch', 'CloudWatch Alarm State Change'],
    ['aws.xray', 'AWS X-Ray Insight Update'],
    ['aws.cloudformation', 'CloudFormation Stack Status Change'],
  );
  fc.assert(
    fc.property(kinds, detail, fc.jsonValue(), ([source, detailType], any, extra) => {
      const told = only({ ...event(source, detailType, {}), detail: any, resources: extra, time: extra });
      expect(Number.isSafeInteger(told.at)).toBe(true);
      expect(JSON.stringify(told).length).toBeLessThan(60_000);
    }),
    { numRuns: 300 },
  );
});
