/** The functions of the recorded systems: what their owners would write, with the SDK's real clients. */
const { setTimeout: delay } = require('node:timers/promises');
const { context, propagation, SpanStatusCode, trace } = require('@opentelemetry/api');
const { DynamoDBClient, GetItemCommand, PutItemCommand } = require('@aws-sdk/client-dynamodb');
const { EventBridgeClient, PutEventsCommand } = require('@aws-sdk/client-eventbridge');
const { KinesisClient, PutRecordCommand } = require('@aws-sdk/client-kinesis');
const { InvokeCommand, LambdaClient } = require('@aws-sdk/client-lambda');
const { SFNClient, StartExecutionCommand } = require('@aws-sdk/client-sfn');
const { PublishCommand, SNSClient } = require('@aws-sdk/client-sns');
const { SendMessageBatchCommand, SendMessageCommand, SQSClient } = require('@aws-sdk/client-sqs');
const { NodeHttpHandler } = require('@smithy/node-http-handler');

// Kinesis's client speaks HTTP/2 unless it is told otherwise; the local endpoint does not.
const settings = { requestHandler: new NodeHttpHandler(), maxAttempts: 1 };
/** SQS's client calls the host of the queue's URL, whatever the endpoint is, unless it is told otherwise. */
const sqs = () => new SQSClient({ ...settings, useQueueUrlAsEndpoint: false });
const ARN = 'arn:aws';
const QUEUES = 'https://sqs.eu-west-1.amazonaws.com/111122223333';
const done = { statusCode: 202 };

const errorNamed = (name, message) => Object.assign(new Error(message), { name });

async function writeOrder(id, client = new DynamoDBClient(settings)) {
  await client.send(new PutItemCommand({ TableName: 'orders', Item: { id: { S: id }, state: { S: 'new' } } }));
}

// EventBridge fan-out

exports.placeOrder = async (event) => {
  await writeOrder(event.body);
  const carrier = {};
  propagation.inject(context.active(), carrier);
  await new EventBridgeClient(settings).send(
    new PutEventsCommand({
      Entries: [{ Source: 'shop.orders', DetailType: 'OrderPlaced', Detail: JSON.stringify({ id: event.body, carrier }) }],
    }),
  );
  return done;
};
exports.reserveStock = async (event) => void (await writeOrder(`${event.detail.id}-stock`));
exports.sendReceipt = async () => {
  await delay(20);
  throw errorNamed('MailboxUnavailable', '550 no such mailbox');
};
exports.auditOrder = async () => void (await delay(15));

// SQS, a batch

exports.acceptOrder = async (event) => {
  await sqs().send(new SendMessageCommand({ QueueUrl: `${QUEUES}/orders`, MessageBody: event.body }));
  return done;
};
exports.fulfilOrders = async (event) => {
  const batchItemFailures = [];
  for (const { messageId, body } of event.Records) {
    await delay(12);
    if (body === 'order-2') batchItemFailures.push({ itemIdentifier: messageId });
  }
  return { batchItemFailures };
};

/** Several messages in one call, and each handled in a span of its own, as the SDK for applications allows. */
exports.importOrders = async () => {
  const Entries = ['order-1', 'order-2', 'order-3'].map((body, i) => ({ Id: String(i), MessageBody: body }));
  await sqs().send(new SendMessageBatchCommand({ QueueUrl: `${QUEUES}/imports`, Entries }));
  return done;
};
exports.storeImports = async (event) => {
  const tracer = trace.getTracer('imports');
  const batchItemFailures = [];
  for (const { messageId, body } of event.Records) {
    await tracer.startActiveSpan('store import', { attributes: { 'messaging.message.id': messageId } }, async (span) => {
      await delay(10);
      if (body === 'order-3') {
        const error = errorNamed('DuplicateOrder', `${body} is there already`);
        span.recordException(error);
        span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
        batchItemFailures.push({ itemIdentifier: messageId });
      }
      span.end();
    });
  }
  return { batchItemFailures };
};

// SNS to two queues

exports.publishOrder = async (event) => {
  await new SNSClient(settings).send(
    new PublishCommand({ TopicArn: `${ARN}:sns:eu-west-1:111122223333:orders`, Message: event.body }),
  );
  return done;
};
exports.billOrder = async () => void (await delay(20));
exports.indexOrder = async () => {
  await delay(10);
  throw errorNamed('IndexReadOnly', 'index orders-2026 is read-only');
};

// Kinesis and a table's stream

exports.trackClick = async (event) => {
  await new KinesisClient(settings).send(
    new PutRecordCommand({ StreamName: 'clicks', PartitionKey: event.body, Data: Buffer.from(event.body) }),
  );
  return done;
};
exports.countClicks = async (event) => {
  for (const { kinesis } of event.Records) {
    await delay(10);
    const click = Buffer.from(kinesis.data, 'base64').toString();
    if (click === 'click-2') throw errorNamed('MalformedClick', `no page in ${click}`);
  }
};
exports.saveOrder = async (event) => {
  await writeOrder(event.body);
  return done;
};
exports.projectOrder = async () => {
  await delay(25);
  throw errorNamed('ProjectionConflict', 'version 7 is not the next of version 5');
};

// Sandboxes that die

async function invoke(FunctionName, InvocationType) {
  const answer = await new LambdaClient(settings).send(new InvokeCommand({ FunctionName, InvocationType, Payload: '{}' }));
  if (answer.FunctionError === undefined) return;
  const { errorType, errorMessage } = JSON.parse(Buffer.from(answer.Payload).toString());
  throw errorNamed(errorType, errorMessage);
}
exports.quotePrice = async () => {
  await invoke('read-rates', 'RequestResponse');
  return done;
};
/** The table never answers. */
exports.readRates = async () => {
  await new DynamoDBClient(settings).send(new GetItemCommand({ TableName: 'rates', Key: { id: { S: 'eur' } } }));
};
exports.uploadImage = async () => {
  await invoke('scale-image', 'Event');
  return done;
};
/** Really runs out of memory: V8 aborts the process. */
exports.scaleImage = async () => {
  const pixels = [];
  for (;;) {
    pixels.push(new Array(100_000).fill(pixels.length));
    await delay(1);
  }
};

// Step Functions

exports.startPayment = async (event) => {
  const header = {};
  propagation.inject(context.active(), header);
  const [, Root, Parent] = header.traceparent.split('-');
  await new SFNClient(settings).send(
    new StartExecutionCommand({
      stateMachineArn: `${ARN}:states:eu-west-1:111122223333:stateMachine:payment`,
      name: `payment-${event.body}`,
      traceHeader: `Root=1-${Root.slice(0, 8)}-${Root.slice(8)};Parent=${Parent};Sampled=1`,
    }),
  );
  return done;
};
exports.chargeCard = async () => {
  await delay(30);
  throw errorNamed('GatewayBusy', 'payment gateway answered 503');
};
