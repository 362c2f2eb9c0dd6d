/** What each recording must become. `joins`: caller > callee: how that is known, and how many more it came from, in the order of the drawing. */
type Expected = {
  readonly joins: readonly string[];
  readonly outcome: 'ok' | 'failed';
  /** Kind and service of the first cause. */
  readonly cause: string;
  readonly by: string;
};

export const EXPECTED: Readonly<Record<string, Expected>> = {
  'dynamodb-stream': {
    joins: ['save-order > save-order DynamoDB.PutItem: parent', 'save-order DynamoDB.PutItem > project-order: inferred'],
    outcome: 'failed',
    cause: 'exception',
    by: 'project-order',
  },
  'eventbridge-fan-out': {
    joins: [
      'place-order > place-order DynamoDB.PutItem: parent',
      'place-order > place-order EventBridge.PutEvents: parent',
      'place-order EventBridge.PutEvents > audit-order: message',
      'place-order > reserve-stock: parent, also from 1',
      'reserve-stock > reserve-stock DynamoDB.PutItem: parent',
      'place-order > send-receipt: parent, also from 1',
    ],
    outcome: 'failed',
    cause: 'exception',
    by: 'send-receipt',
  },
  'kinesis-batch': {
    joins: [
      'track-click > track-click Kinesis.PutRecord: parent',
      'track-click Kinesis.PutRecord > count-clicks: message, also from 1',
      'track-click > track-click Kinesis.PutRecord: parent',
    ],
    outcome: 'failed',
    cause: 'exception',
    by: 'count-clicks',
  },
  'out-of-memory': {
    joins: ['upload-image > upload-image scale-image Invoke: parent', 'upload-image scale-image Invoke > scale-image: message'],
    outcome: 'failed',
    cause: 'out-of-memory',
    by: 'scale-image',
  },
  'sns-to-sqs': {
    joins: [
      'publish-order > publish-order orders send: parent',
      'publish-order orders send > index-order: message',
      'index-order > index-order process indexing: parent',
      'publish-order orders send > bill-order: link',
      'bill-order > bill-order process billing: parent, also from 1',
    ],
    outcome: 'failed',
    cause: 'exception',
    by: 'index-order',
  },
  'sqs-partial-failure': {
    joins: [
      'accept-order > accept-order orders send: parent',
      'accept-order > accept-order orders send: parent',
      'accept-order orders send > fulfil-orders: link',
      'fulfil-orders > fulfil-orders process orders: parent, also from 3',
      'accept-order orders send > fulfil-orders: link',
      'fulfil-orders > fulfil-orders process orders: parent, also from 1',
      'accept-order > accept-order orders send: parent',
    ],
    outcome: 'failed',
    cause: 'exception',
    by: 'fulfil-orders',
  },
  'sqs-sent-as-batch': {
    joins: [
      'import-orders > import-orders imports send: parent',
      'import-orders imports send > store-imports: link',
      'store-imports > store-imports process imports: parent, also from 1',
      'store-imports > store-imports store import: parent',
      'store-imports > store-imports store import: parent',
      'store-imports > store-imports store import: parent',
    ],
    outcome: 'failed',
    cause: 'exception',
    by: 'store-imports',
  },
  'step-functions-retries': {
    joins: [
      'start-payment > start-payment SFN.StartExecution: parent',
      'start-payment > payment: parent',
      'payment > payment Charge: parent',
      'payment Charge > payment Lambda.Invoke: parent',
      'payment Lambda.Invoke > charge-card: parent',
      'payment Charge > payment Lambda.Invoke: parent',
      'payment Lambda.Invoke > charge-card: parent',
      'payment Charge > payment Lambda.Invoke: parent',
      'payment Lambda.Invoke > charge-card: parent',
    ],
    outcome: 'failed',
    cause: 'exception',
    by: 'charge-card',
  },
  'time-out-without-span': {
    joins: ['quote-price > quote-price read-rates Invoke: parent', 'quote-price read-rates Invoke > read-rates: message'],
    outcome: 'failed',
    cause: 'function-timeout',
    by: 'read-rates',
  },
};
