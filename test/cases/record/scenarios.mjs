/** What happened in each case: who was called, and what the services of AWS in between handed on, and when. */
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

const ACCOUNT = 'eu-west-1:111122223333';

/** As SQS hands messages to a function. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
const sqsEvent = (queue, messages) => ({
  Records: messages.map(({ id, body, attributes = {}, at, count = 1 }) => ({
    messageId: id,
    receiptHandle: 'AQEB',
    body,
    attributes: { ApproximateReceiveCount: String(count), SentTimestamp: String(at) },
    messageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([key, stringValue]) => [key, { stringValue, dataType: 'String' }]),
    ),
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:${ACCOUNT}:${queue}`,
    awsRegion: 'eu-west-1',
  })),
});

const valuesOf = (attributes = {}) =>
  Object.fromEntries(Object.entries(attributes).map(([key, { StringValue }]) => [key, StringValue]));

/** Of SendMessage. */
const messageOf = ({ asked, answer, at }) => ({
  id: answer.MessageId,
  body: asked.MessageBody,
  attributes: valuesOf(asked.MessageAttributes),
  at,
});

async function eventbridgeFanOut({ call, invoke, sent }) {
  await call('place-order', 'order-1');
  const [{ asked, answer }] = sent('PutEvents');
  const detail = JSON.parse(asked.Entries[0].Detail);
  const event = {
    id: answer.Entries[0].EventId,
    source: 'shop.orders',
    'detail-type': 'OrderPlaced',
    time: new Date().toISOString(),
    account: '111122223333',
    region: 'eu-west-1',
    resources: [],
    detail,
  };
  await delay(60);
  // The third rule has an input transformer that leaves the sender's context out.
  const bare = { ...event, detail: { id: detail.id } };
  await Promise.all([invoke('reserve-stock', event), invoke('send-receipt', event), invoke('audit-order', bare)]);
}

async function sqsPartialFailure({ call, invoke, sent }) {
  for (const order of ['order-1', 'order-2', 'order-3']) await call('accept-order', order);
  const messages = sent('SendMessage').map(messageOf);
  await delay(150);
  const { answer } = await invoke('fulfil-orders', sqsEvent('orders', messages));
  const failed = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  await delay(300);
  const again = messages.filter(({ id }) => failed.has(id)).map((message) => ({ ...message, count: 2 }));
  await invoke('fulfil-orders', sqsEvent('orders', again));
}

async function sqsSentAsBatch({ call, invoke, sent }) {
  await call('import-orders', '');
  const [{ asked, answer, at }] = sent('SendMessageBatch');
  const messages = asked.Entries.map(({ MessageBody, MessageAttributes }, i) => ({
    id: answer.Successful[i].MessageId,
    body: MessageBody,
    attributes: valuesOf(MessageAttributes),
    at,
  }));
  await delay(80);
  await invoke('store-imports', sqsEvent('imports', messages));
}

async function snsToSqs({ call, invoke, sent }) {
  await call('publish-order', 'order-1');
  const [{ asked, answer, at }] = sent('Publish');
  const { Message, attributes } = asked;
  const envelope = JSON.stringify({
    Type: 'Notification',
    MessageId: answer.MessageId,
    TopicArn: `arn:aws:sns:${ACCOUNT}:orders`,
    Message,
    MessageAttributes: Object.fromEntries(Object.entries(attributes).map(([key, Value]) => [key, { Type: 'String', Value }])),
  });
  await delay(70);
  await Promise.all([
    invoke('bill-order', sqsEvent('billing', [{ id: randomUUID(), body: Message, attributes, at }])),
    invoke('index-order', sqsEvent('indexing', [{ id: randomUUID(), body: envelope, at }])),
  ]);
}

async function kinesisBatch({ call, invoke, sent }) {
  for (const click of ['click-1', 'click-2']) await call('track-click', click);
  await delay(120);
  const Records = sent('PutRecord').map(({ asked, answer, at }) => ({
    kinesis: {
      partitionKey: asked.PartitionKey,
      sequenceNumber: answer.SequenceNumber,
      data: asked.Data,
      approximateArrivalTimestamp: at / 1_000,
    },
    eventSource: 'aws:kinesis',
    eventID: `${answer.ShardId}:${answer.SequenceNumber}`,
    eventSourceARN: `arn:aws:kinesis:${ACCOUNT}:stream/clicks`,
  }));
  await invoke('count-clicks', { Records });
}

async function dynamodbStream({ call, invoke, sent }) {
  await call('save-order', 'order-1');
  await delay(90);
  const Records = sent('PutItem').map(({ asked, at }) => ({
    eventID: randomUUID(),
    eventName: 'INSERT',
    dynamodb: {
      ApproximateCreationDateTime: at / 1_000,
      Keys: { id: asked.Item.id },
      NewImage: asked.Item,
      SequenceNumber: '111100000000000000001',
      StreamViewType: 'NEW_IMAGE',
    },
    eventSource: 'aws:dynamodb',
    eventSourceARN: `arn:aws:dynamodb:${ACCOUNT}:table/orders/stream/2026-01-01T00:00:00.000`,
  }));
  await invoke('project-order', { Records });
}

async function outOfMemory({ call }) {
  await call('upload-image', '');
  await delay(3_500);
}

/** No SDK makes these: Step Functions writes its own spans, in the shape of `aws/spans`. The functions that it runs are real. */
async function stepFunctionsRetries({ lines, call, invoke, sent }) {
  await call('start-payment', '1');
  const [{ asked, answer }] = sent('StartExecution');
  const [, root, parent] = /Root=1-([\w-]+);Parent=(\w+)/.exec(asked.traceHeader);
  const traceId = root.replace('-', '');
  const id = () => randomBytes(8).toString('hex');
  const machine = { spanId: id(), parentSpanId: parent, name: 'payment', start: Date.now() };
  const state = { spanId: id(), parentSpanId: machine.spanId, name: 'Charge', start: Date.now() };
  const tries = [];
  for (const backoffMs of [0, 200, 400]) {
    await delay(backoffMs);
    const one = { spanId: id(), parentSpanId: state.spanId, name: 'Lambda.Invoke', start: Date.now(), kind: 'CLIENT' };
    const { error } = await invoke('charge-card', {}, { traceHeader: `Root=1-${root};Parent=${one.spanId};Sampled=1` });
    tries.push({ ...one, end: Date.now(), error });
  }
  const error = tries.at(-1).error;
  for (const span of [
    ...tries,
    { ...state, end: Date.now(), error },
    { ...machine, end: Date.now(), error, arn: answer.executionArn },
  ]) {
    lines.push(JSON.stringify(awsSpan(traceId, span)));
  }
}

/** A segment for the execution, INTERNAL subsegments for its states, CLIENT ones for the calls of its tasks. */
function awsSpan(traceId, { spanId, parentSpanId, name, start, end, error, kind = 'INTERNAL', arn }) {
  const machine = {
    resource: { attributes: { 'service.name': name, 'cloud.provider': 'aws' } },
    attributes: { 'aws.xray.origin': 'AWS::StepFunctions::StateMachine', 'aws.resource_arn': arn },
  };
  const call = { 'rpc.system': 'aws-api', 'rpc.service': 'Lambda', 'rpc.method': 'Invoke', 'aws.remote.service': 'AWS::Lambda' };
  return {
    ...(arn ? machine : { resource: {}, attributes: kind === 'CLIENT' ? call : {} }),
    traceId,
    spanId,
    parentSpanId,
    name,
    kind: arn ? 'SERVER' : kind,
    startTimeUnixNano: start * 1_000_000,
    endTimeUnixNano: end * 1_000_000,
    status: { code: error ? 'ERROR' : 'UNSET' },
    _aws: {
      xray: {
        name: name.split('.')[0],
        type: arn ? 'segment' : 'subsegment',
        ...(kind === 'CLIENT' ? { namespace: 'aws' } : {}),
        ...(error ? { 'cause.message': error.errorMessage } : {}),
      },
    },
  };
}

export const scenarios = {
  'eventbridge-fan-out': { functions: ['place-order', 'reserve-stock', 'send-receipt', 'audit-order'], run: eventbridgeFanOut },
  'sqs-partial-failure': { functions: ['accept-order', 'fulfil-orders'], run: sqsPartialFailure },
  'sqs-sent-as-batch': { functions: ['import-orders', 'store-imports'], run: sqsSentAsBatch },
  'sns-to-sqs': { functions: ['publish-order', 'bill-order', 'index-order'], run: snsToSqs },
  'kinesis-batch': { functions: ['track-click', 'count-clicks'], run: kinesisBatch },
  'dynamodb-stream': { functions: ['save-order', 'project-order'], run: dynamodbStream },
  'time-out-without-span': {
    functions: ['quote-price', 'read-rates'],
    run: ({ invoke }) => invoke('quote-price', { headers: {} }),
    tellsPlatform: true,
  },
  'out-of-memory': { functions: ['upload-image', 'scale-image'], run: outOfMemory, tellsPlatform: true },
  'step-functions-retries': { functions: ['start-payment', 'charge-card'], run: stepFunctionsRetries },
};
