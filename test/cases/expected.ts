/** What each recording must become. `joins`: caller > callee: how that is known, in the order of the drawing. */
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
      'place-order > reserve-stock: parent',
      'reserve-stock > reserve-stock DynamoDB.PutItem: parent',
      'place-order > send-receipt: parent',
    ],
    outcome: 'failed',
    cause: 'exception',
    by: 'send-receipt',
  },
  'out-of-memory': {
    joins: ['upload-image > upload-image scale-image Invoke: parent', 'upload-image scale-image Invoke > scale-image: inferred'],
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
      'bill-order > bill-order process billing: parent',
    ],
    outcome: 'failed',
    cause: 'exception',
    by: 'index-order',
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
    joins: ['quote-price > quote-price read-rates Invoke: parent', 'quote-price read-rates Invoke > read-rates: inferred'],
    outcome: 'failed',
    cause: 'function-timeout',
    by: 'read-rates',
  },
};
