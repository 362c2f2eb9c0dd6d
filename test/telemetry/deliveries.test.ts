import fc from 'fast-check';
import { expect, test } from 'vitest';
import { receivedIn } from '../../src/telemetry/deliveries.ts';
import { parse } from '../../src/telemetry/parse.ts';
import { awsSpan, bytes, onlySpan, otlpAttributes, otlpSpan, traceRequest } from './samples.ts';

const SENT_MS = 1_785_830_304_877;
const SENT = SENT_MS * 1_000;
const ISO = '2026-08-04T07:58:24.877Z';

const event = { version: '0', id: 'e-1', source: 'shop', 'detail-type': 'Ordered', time: '2026-08-04T07:58:24Z', detail: {} };
const s3 = { Records: [{ eventSource: 'aws:s3', eventTime: ISO, s3: { bucket: { name: 'b' }, object: { key: 'k' } } }] };
const notice = (message: unknown) => ({
  ...{ Type: 'Notification', MessageId: 'n-1', TopicArn: 'arn:aws:sns:eu-west-1:1:t', Timestamp: ISO },
  Message: JSON.stringify(message),
});
const sqs = (body: unknown, more: object = {}) => ({
  ...{ eventSource: 'aws:sqs', messageId: 'm-1', body: typeof body === 'string' ? body : JSON.stringify(body) },
  attributes: { SentTimestamp: String(SENT_MS), ApproximateReceiveCount: '1', ...more },
});

const received = (value: unknown): Readonly<Record<string, unknown>> =>
  Object.fromEntries(receivedIn([['faas.event', JSON.stringify(value)]], 'server'));

test.each<[string, unknown, readonly string[], number, string | undefined]>([
  ['a message of SQS', { Records: [sqs('hello')] }, ['m-1'], SENT, 'aws:sqs'],
  [
    'two messages, the earlier one first',
    { Records: [{ ...sqs('b', { SentTimestamp: String(SENT_MS + 5) }), messageId: 'm-2' }, sqs('a')] },
    ['m-2', 'm-1'],
    SENT,
    'aws:sqs',
  ],
  ['a notification of SNS in a message of SQS', { Records: [sqs(notice('hello'))] }, ['m-1', 'n-1'], SENT, 'aws:sqs'],
  ['an event of EventBridge in a message of SQS', { Records: [sqs(event)] }, ['m-1', 'e-1'], SENT - 877_000, 'aws:sqs'],
  [
    'an event of EventBridge in a notification in a message',
    { Records: [sqs(notice(event))] },
    ['m-1', 'n-1', 'e-1'],
    SENT - 877_000,
    'aws:sqs',
  ],
  [
    'an event of S3 in a notification of SNS',
    { Records: [{ EventSource: 'aws:sns', Sns: { ...notice(s3) } }] },
    ['n-1'],
    SENT,
    'aws:sns',
  ],
  ['an event of EventBridge', event, ['e-1'], SENT - 877_000, undefined],
  [
    'a record of Kinesis',
    {
      Records: [
        {
          eventSource: 'aws:kinesis',
          eventID: 'shardId-0:49',
          kinesis: { sequenceNumber: '49', approximateArrivalTimestamp: SENT_MS / 1_000 },
        },
      ],
    },
    ['shardId-0:49'],
    SENT,
    'aws:kinesis',
  ],
  [
    'a record of a table’s stream',
    {
      Records: [
        {
          eventSource: 'aws:dynamodb',
          eventID: 'c4ca',
          dynamodb: { SequenceNumber: '111', ApproximateCreationDateTime: SENT_MS / 1_000 },
        },
      ],
    },
    ['c4ca'],
    SENT,
    'aws:dynamodb',
  ],
])('%s that a span captured tells its ids and when it was sent', (_what, value, ids, sent, from) => {
  expect(received(value)).toMatchObject({ 'tracefall.received.ids': ids, 'tracefall.received.sent_us': sent });
  expect(received(value)['tracefall.received.from']).toBe(from);
});

test('a header that says its trace was not sampled is read', () => {
  const header = 'Root=1-5b8efff7-98038103d269b633813fc60c;Parent=eee19b7ec3c1b174;Sampled=0';

  expect(received({ Records: [sqs('x', { AWSTraceHeader: header })] })['tracefall.received.unsampled']).toBe(true);
  expect(
    received({ Records: [sqs('x', { AWSTraceHeader: header.replace('Sampled=0', 'Sampled=1') })] })[
      'tracefall.received.unsampled'
    ],
  ).toBeUndefined();
});

test('the whole event is read, though what is kept of the attribute is cut', () => {
  const long = JSON.stringify({ Records: [sqs('x'.repeat(5_000)), { ...sqs('y'), messageId: 'm-9' }] });
  const otlp = otlpSpan({ attributes: otlpAttributes({ 'faas.event': long }) });
  const aws = awsSpan({ kind: 'SERVER', attributes: { 'aws.lambda.event': long } });

  for (const value of [traceRequest([otlp]), aws]) {
    const { attributes } = onlySpan(parse(bytes(JSON.stringify(value)), 'FILE'));
    expect(attributes['tracefall.received.ids']).toEqual(['m-1', 'm-9']);
  }
});

test.each(['client', 'producer', 'internal'] as const)('a %s span received nothing, whatever it carries', (kind) => {
  expect(receivedIn([['request.body', JSON.stringify({ Records: [sqs('hello')] })]], kind)).toEqual([]);
});

test('whatever else is captured, however deep, is read without an error', () => {
  let nested: unknown = event;
  for (let depth = 0; depth < 40; depth++) nested = notice(nested).Message.length < 200_000 ? notice(nested) : nested;
  expect(() => received({ Records: [sqs(nested)] })).not.toThrow();
  const junk = fc.oneof(fc.jsonValue(), fc.constantFrom('', null, -1, 1e308, '9'.repeat(400), '{}', '{"Records":[{}]}'));
  const keys = ['messageId', 'body', 'attributes', 'Sns', 'kinesis', 'dynamodb', 'eventID', 'detail-type', 'id', 'time', 's3'];
  fc.assert(
    fc.property(fc.array(fc.dictionary(fc.constantFrom(...keys), junk), { maxLength: 3 }), (records) => {
      expect(() => received({ Records: records.map((each) => ({ eventSource: 'aws:sqs', ...each })) })).not.toThrow();
    }),
  );
});
