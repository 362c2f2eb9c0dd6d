import { type Attributes, SpanKind } from '@opentelemetry/api';
import { awsCall, failure, inSpan, type Place } from './calls.ts';
import type { ShopWorld } from './checkout.ts';
import { type Arrival, type LambdaFunction, lambdaFunction } from './function-runtime.ts';
import type { Order } from './order.ts';
import { renderEndlessReceipt } from './out-of-memory.ts';
import type { Message } from './queue.ts';
import { ACCOUNT, REGION } from './telemetry.ts';
import { below, sender } from './trace-header.ts';

const QUEUE = 'orders-queue';
const TOPIC = 'order-events';
const QUEUE_URL = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${QUEUE}`;
const TOPIC_ARN = `arn:aws:sns:${REGION}:${ACCOUNT}:${TOPIC}`;

/** Prints a label for the parcel and tells everybody. `publish` returns the message's id. */
export function fulfilmentFunction(
  world: ShopWorld,
  publish: (order: Order, at: Place) => Promise<string>,
): LambdaFunction<Order, void> {
  const { takes, switches } = world;
  const settings = {
    name: 'fulfilment-fn',
    memorySizeMB: 256,
    timeoutMs: 3_000,
    initMs: 230,
    handler: async (order: Order, at: Place) => {
      await takes(24);
      if (order.postcode === undefined) throw failure('ValidationError', `order ${order.id}: shipping address has no postcode`);
      await awsCall(at, LABEL, () => (switches.isOn('function-timeout') ? never() : takes(46)));
      await publish(order, at);
      await takes(4);
    },
  };
  return lambdaFunction(settings, world);
}

const LABEL = { service: 'S3', method: 'PutObject', attributes: { 'aws.s3.bucket': 'shop-labels' } };

/** A socket that nobody answers, and that nobody gave a time-out. */
const never = (): Promise<void> => new Promise(() => undefined);

/** Node.js functions of 128 MB are common; this one is sent receipts that it cannot hold. */
const NOTIFICATION_MEMORY_MB = 128;

export function notificationFunction(world: ShopWorld): LambdaFunction<Order, void> {
  const { takes, switches } = world;
  const settings = {
    name: 'notification-fn',
    memorySizeMB: NOTIFICATION_MEMORY_MB,
    timeoutMs: 10_000,
    initMs: 190,
    handler: async (_order: Order, at: Place) => {
      await takes(11);
      // Outside any span: one that was ended would be sent, and a sandbox that dies sends nothing more.
      if (switches.isOn('out-of-memory')) await renderEndlessReceipt(NOTIFICATION_MEMORY_MB);
      await inSpan(at, { name: 'render receipt', kind: SpanKind.INTERNAL, attributes: {} }, () => takes(17));
      await awsCall(at, { service: 'SES', method: 'SendEmail' }, () => takes(68));
    },
  };
  return lambdaFunction(settings, world);
}

const messaging = (operation: 'send' | 'process', destination: string, system: 'aws_sqs' | 'aws.sns') => ({
  'messaging.system': system,
  'messaging.destination.name': destination,
  'messaging.operation.name': operation,
  'messaging.operation.type': operation,
});

/** Calls that send a message: the queue's, and the topic's. https://opentelemetry.io/docs/specs/semconv/messaging/sqs/ */
export const SEND = {
  service: 'SQS',
  method: 'SendMessage',
  name: `send ${QUEUE}`,
  kind: SpanKind.PRODUCER,
  attributes: { ...messaging('send', QUEUE, 'aws_sqs'), 'aws.sqs.queue.url': QUEUE_URL },
};

export const PUBLISH = {
  service: 'SNS',
  method: 'Publish',
  name: `send ${TOPIC}`,
  kind: SpanKind.PRODUCER,
  attributes: { ...messaging('send', TOPIC, 'aws.sns'), 'aws.sns.topic.arn': TOPIC_ARN },
};

/** A delivery from the queue: in the sender's trace, and linked to the sender, on every attempt. */
export function fromQueue(message: Message<Order>): Arrival {
  return arrival(message, {
    ...messaging('process', QUEUE, 'aws_sqs'),
    'aws.sqs.queue.url': QUEUE_URL,
    'messaging.message.delivery_attempt': message.receiveCount,
    'aws.sqs.approximate_receive_count': message.receiveCount,
  });
}

export function fromTopic(message: Message<Order>): Arrival {
  return arrival(message, { ...messaging('process', TOPIC, 'aws.sns'), 'aws.sns.topic.arn': TOPIC_ARN });
}

function arrival(message: Message<Order>, attributes: ReturnType<typeof messaging> & Attributes): Arrival {
  const sentBy = sender(message.traceparent);
  return {
    parent: below(sentBy),
    spanName: `process ${attributes['messaging.destination.name']}`,
    kind: SpanKind.CONSUMER,
    trigger: 'pubsub',
    attributes: { ...attributes, 'messaging.message.id': message.id },
    links: [{ context: sentBy }],
  };
}
