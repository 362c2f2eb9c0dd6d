/** Events as AWS documents them, shortened to what a rule or a reader could look at; each comes from the page named beside it. */

const event = (source: string, detailType: string, detail: object, resources: readonly string[] = []) => ({
  version: '0',
  id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
  'detail-type': detailType,
  source,
  account: '123456789012',
  time: '2026-08-04T07:58:24Z',
  region: 'eu-west-1',
  resources,
  detail,
});

const FUNCTION = 'arn:aws:lambda:eu-west-1:123456789012:function:orders';

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
const invocation = (result: string, condition: string) =>
  event('lambda', `Lambda Function Invocation Result - ${result}`, {
    version: '1.0',
    timestamp: '2026-08-04T07:58:23.500Z',
    requestContext: {
      requestId: 'e4b46cbf-b738-xmpl-8880-a18cdf61200e',
      functionArn: `${FUNCTION}:$LATEST`,
      condition,
      approximateInvokeCount: 3,
    },
    responsePayload: { errorType: 'CardDeclined', errorMessage: 'no funds' },
  });

/** https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html */
const execution = (status: string) =>
  event('aws.states', 'Step Functions Execution Status Change', {
    executionArn: 'arn:aws:states:eu-west-1:123456789012:execution:fulfil:7f2e',
    stateMachineArn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:fulfil',
    name: '7f2e',
    status,
    startDate: 1551225146847,
    stopDate: status === 'RUNNING' ? null : 1551225151881,
  });

/** https://docs.aws.amazon.com/lambda/latest/dg/durable-monitoring.html */
const durable = (status: string) =>
  event('aws.lambda', 'Durable Execution Status Change', {
    version: '0',
    durableExecutionArn: `${FUNCTION}:1/durable-execution/order-7/9f`,
    functionArn: `${FUNCTION}:1`,
    status,
    startTimestamp: '2026-08-04T07:58:20.000Z',
  });

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html */
const alarm = (value: string, previous: string) =>
  event('aws.cloudwatch', 'CloudWatch Alarm State Change', {
    alarmName: 'orders-errors',
    configuration: { metrics: [{ metricStat: { metric: { namespace: 'AWS/Lambda', name: 'Errors', dimensions: {} } } }] },
    previousState: { value: previous },
    state: { value, reason: 'Threshold Crossed: 1 datapoint [3.0] was greater than the threshold (0.0).' },
  });

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html */
const call = (source: string, eventSource: string, eventName: string) =>
  event(source, 'AWS API Call via CloudTrail', {
    eventSource,
    eventName,
    readOnly: false,
    managementEvent: true,
    requestParameters: { functionName: 'orders' },
    responseElements: { functionArn: FUNCTION, version: '42' },
  });

export const WANTED: Readonly<Record<string, readonly object[]>> = {
  invocations: [invocation('Failure', 'RetriesExhausted'), invocation('Failure', 'EventAgeExceeded')],
  'state-machines': ['FAILED', 'TIMED_OUT', 'ABORTED'].map(execution),
  'durable-executions': ['FAILED', 'TIMED_OUT', 'STOPPED'].map(durable),
  alarms: [alarm('ALARM', 'OK'), alarm('OK', 'ALARM')],
  insights: [
    /** https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-xray.html */
    event('aws.xray', 'AWS X-Ray Insight Update', {
      InsightId: 'arn:aws:xray:eu-west-1:123456789012:insight/3b2c',
      State: 'ACTIVE',
      Categories: ['FAULT'],
      Summary: 'orders (AWS::Lambda::Function) has faults',
      RootCauseServiceId: { Name: 'orders', Type: 'AWS::Lambda::Function' },
    }),
  ],
  tasks: [
    /** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html */
    event('aws.ecs', 'ECS Task State Change', {
      clusterArn: 'arn:aws:ecs:eu-west-1:123456789012:cluster/FargateCluster',
      taskArn: 'arn:aws:ecs:eu-west-1:123456789012:task/FargateCluster/c13b',
      group: 'service:orders',
      lastStatus: 'STOPPED',
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
      containers: [{ name: 'orders', exitCode: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' }],
    }),
  ],
  'function-changes': [
    'UpdateFunctionCode20150331v2',
    'UpdateFunctionConfiguration20150331v2',
    'PublishVersion20150331',
    'UpdateAlias20150331',
  ].map((name) => call('aws.lambda', 'lambda.amazonaws.com', name)),
  deployments: [
    /** https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-cloudwatch-events.html */
    event('aws.codedeploy', 'CodeDeploy Deployment State-change Notification', {
      ...{ application: 'orders', deploymentId: 'd-123456789', deploymentGroup: 'live', state: 'SUCCESS', region: 'eu-west-1' },
    }),
    /** https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html */
    event('aws.codepipeline', 'CodePipeline Pipeline Execution State Change', {
      ...{ pipeline: 'orders', version: 3, state: 'FAILED', 'execution-id': '01234567-0123-0123-0123-012345678901' },
    }),
    /** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/eventbridge-events.html */
    event('aws.cloudformation', 'CloudFormation Stack Status Change', {
      'stack-id': 'arn:aws:cloudformation:eu-west-1:123456789012:stack/orders/1f2e',
      'status-details': { status: 'UPDATE_COMPLETE', 'status-reason': '' },
    }),
    /** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html */
    event('aws.ecs', 'ECS Deployment State Change', {
      ...{ eventType: 'INFO', eventName: 'SERVICE_DEPLOYMENT_COMPLETED', deploymentId: 'ecs-svc/123', reason: 'completed.' },
    }),
  ],
};

/** Near to what is wanted, and not it. */
export const UNWANTED: readonly object[] = [
  invocation('Success', 'Success'),
  { ...invocation('Failure', 'RetriesExhausted'), source: 'aws.lambda' },
  ...['RUNNING', 'SUCCEEDED'].flatMap((status) => [execution(status), durable(status)]),
  alarm('INSUFFICIENT_DATA', 'OK'),
  event('aws.ecs', 'ECS Task State Change', { lastStatus: 'RUNNING', group: 'service:orders' }),
  call('aws.lambda', 'lambda.amazonaws.com', 'Invoke'),
  call('aws.lambda', 'lambda.amazonaws.com', 'GetFunctionConfiguration20150331v2'),
  call('aws.dynamodb', 'dynamodb.amazonaws.com', 'UpdateTable'),
  event('aws.codepipeline', 'CodePipeline Action Execution State Change', { pipeline: 'orders', state: 'FAILED' }),
];
