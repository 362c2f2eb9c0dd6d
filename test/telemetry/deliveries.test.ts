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

const PARENT = '00-5b8efff798038103d269b633813fc60c-eee19b7ec3c1b174-0';

test.each<[string, boolean, Parameters<typeof receivedIn>[0][number]]>([
  ['a captured traceparent', true, ['http.request.header.traceparent', [`${PARENT}0`]]],
  ['one of a sampled caller', false, ['http.request.header.traceparent', [`${PARENT}1`]]],
  ['one of a caller whose trace id is random too', true, ['http.request.header.traceparent', `${PARENT}2`]],
  [
    'a captured header of X-Ray',
    true,
    ['http.request.header.x-amzn-trace-id', 'Root=1-5b8efff7-98038103d269b633813fc60c;Sampled=0'],
  ],
  ['another header', false, ['http.request.header.x-parent', `${PARENT}0`]],
  [
    'a message that carries one',
    true,
    ['event', JSON.stringify({ Records: [{ ...sqs('x'), messageAttributes: { traceparent: { stringValue: `${PARENT}0` } } }] })],
  ],
])('%s says whether its sender was left out by sampling', (_what, unsampled, entry) => {
  expect(Object.fromEntries(receivedIn([entry], 'server'))['tracefall.received.unsampled']).toBe(unsampled || undefined);
});

test.each([
  ['a link to a span that was not sampled', 0x101, 0x100, true],
  ['a link to one that was', 0x101, 0x301, undefined],
  ['an exporter that writes no trace flags at all, as that for Go did', 0x100, 0x300, undefined],
  ['an exporter that writes no flags', undefined, undefined, undefined],
])('%s says whether the sender was left out', (_what, flags, ofLink, unsampled) => {
  const link = { traceId: '5b8efff798038103d269b633813fc60d', spanId: 'eee19b7ec3c1b175', flags: ofLink };
  const span = otlpSpan({ kind: 5, flags, links: [link] });

  const { attributes } = onlySpan(parse(bytes(JSON.stringify(traceRequest([span]))), 'FILE'));
  expect(attributes['tracefall.received.unsampled']).toBe(unsampled);
});

const jaeger = (kind: string) => ({
  ...{ traceID: '5b8efff798038103', spanID: 'eee19b7ec3c1b174', operationName: 'work', startTime: SENT, duration: 1 },
  tags: [
    { key: 'span.kind', type: 'string', value: kind },
    { key: 'event', type: 'string', value: JSON.stringify({ Records: [sqs(notice('hello'))] }) },
  ],
});
const zipkin = (kind: string) => ({
  ...{ traceId: '5b8efff798038103', id: 'eee19b7ec3c1b174', kind: kind.toUpperCase(), timestamp: SENT, duration: 1 },
  tags: { event: JSON.stringify({ Records: [sqs(notice('hello'))] }) },
});

test.each([
  ['Jaeger', jaeger],
  ['Zipkin', zipkin],
])('what was delivered to a span of %s is read from its tags, not what a caller carries', (_format, span) => {
  const idsOf = (kind: string) => onlySpan(parse(bytes(JSON.stringify(span(kind))), 'FILE')).attributes['tracefall.received.ids'];

  expect(idsOf('consumer')).toEqual(['m-1', 'n-1']);
  expect(idsOf('client')).toBeUndefined();
});

test('what a run of X-Ray was given is read from the metadata of its parts, and is not what a call of its own was answered', () => {
  const part = (metadata: object) => ({ id: 'eee19b7ec3c1b175', name: '## handler', start_time: 1, end_time: 2, metadata });
  const segment = (metadata: object) => ({
    ...{ trace_id: '1-5b8efff7-98038103d269b633813fc60c', id: 'eee19b7ec3c1b174', name: 'mail', start_time: 1, end_time: 2 },
    subsegments: [part(metadata)],
  });
  const idsIn = (metadata: object) =>
    parse(bytes(JSON.stringify(segment(metadata))), 'FILE').records.map(
      (record) => record.kind === 'span' && record.attributes['tracefall.received.ids'],
    );

  expect(idsIn({ mail: { event: { Records: [sqs(notice('hello'))] } } })).toEqual([['m-1', 'n-1'], undefined]);
  expect(idsIn({ mail: { 'handler response': { MessageId: 'n-2', Timestamp: ISO } } })).toEqual([undefined, undefined]);
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
