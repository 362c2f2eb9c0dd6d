import { expect, test } from 'vitest';
import type { SpanRecord } from '../../src/telemetry/record.ts';
import { assemble } from '../../src/trace/assemble.ts';
import { only, spanOf } from './only.ts';
import { aSpan, aSpanId, aTraceId, at, type SpanWords } from './records.ts';

const ID = '059f36b4-87a3-44ab-83d2-661975830a7d';
const OTHER = '79406a00-bf15-46ca-978c-22c3613fcb30';
const EXECUTION = 'arn:aws:states:eu-west-1:123456789012:execution:fulfil:1f2e';

/** One side of a hop: a trace of its own with nothing but ids to join it. */
const caller = (words: SpanWords): SpanRecord => aSpan({ id: 'send', trace: 'one', spanKind: 'client', to: 20, ...words });
const worker = (words: SpanWords): SpanRecord =>
  aSpan({ id: 'work', trace: 'two', spanKind: 'server', from: 50, to: 90, ...words });

const link = (trace: string, id: string) => ({ traceId: aTraceId(trace), spanId: aSpanId(id) });

test.each<readonly [string, SpanRecord, SpanRecord]>([
  [
    'an SQS message',
    caller({ spanKind: 'producer', attributes: { 'messaging.message.id': ID } }),
    worker({ spanKind: 'consumer', attributes: { 'messaging.message_id': ID } }),
  ],
  [
    'an SNS message, as X-Ray names it',
    caller({ attributes: { 'aws.message_id': ID } }),
    worker({ attributes: { 'aws.sns.message_id': ID } }),
  ],
  [
    'an EventBridge event in an SQS message',
    caller({ attributes: { 'aws.eventbridge.event_id': ID } }),
    worker({ attributes: { 'messaging.message.id': OTHER, 'cloudevents.event_id': ID } }),
  ],
  [
    'a batch whose list became text',
    caller({ attributes: { 'messaging.message.id': ID } }),
    worker({ attributes: { 'aws.sqs.message_ids': JSON.stringify([OTHER, ID]) } }),
  ],
  [
    'a Kinesis record',
    caller({ attributes: { 'aws.kinesis.shard_id': 'shardId-000000000006', 'aws.kinesis.sequence_number': '4959033827' } }),
    worker({ attributes: { 'messaging.message.id': 'shardId-000000000006:4959033827' } }),
  ],
  [
    'the execution of a state machine',
    caller({ attributes: { 'aws.stepfunctions.execution_arn': EXECUTION } }),
    worker({ resource: 'AWS::StepFunctions::StateMachine', attributes: { 'aws.resource_arn': EXECUTION } }),
  ],
  [
    'the request id of API Gateway',
    aSpan({ id: 'send', trace: 'one', resource: 'AWS::ApiGateway::Stage', attributes: { 'aws.api_gateway.request_id': ID } }),
    worker({ attributes: { 'aws.api_gateway.request_id': ID } }),
  ],
  [
    'the request id of Lambda',
    caller({ resource: 'AWS::Lambda::Function', attributes: { 'aws.request_id': ID } }),
    worker({ attributes: { 'faas.invocation_id': ID } }),
  ],
  [
    'the request id of Lambda, as the instrumentation for JavaScript names it',
    caller({ resource: 'AWS::Lambda::Function', attributes: { 'aws.request.id': ID } }),
    worker({ attributes: { 'faas.invocation_id': ID } }),
  ],
])('two traces that share %s are one transaction', (_what, sent, received) => {
  const transaction = only([received, sent]);

  expect(transaction.traceIds).toEqual([aTraceId('one'), aTraceId('two')]);
  expect(spanOf(transaction, 'work')).toMatchObject({ parentSpanId: aSpanId('send'), join: 'message', depth: 1 });
});

test('three traces that belong together are one transaction', () => {
  const forward = caller({
    id: 'forward',
    trace: 'two',
    parent: 'work',
    from: 60,
    to: 70,
    attributes: { 'aws.message_id': OTHER },
  });
  const transaction = only([
    caller({ attributes: { 'messaging.message.id': ID } }),
    worker({ attributes: { 'messaging.message.id': ID } }),
    forward,
    aSpan({
      id: 'last',
      trace: 'three',
      spanKind: 'consumer',
      from: 100,
      to: 120,
      attributes: { 'messaging.message.id': OTHER },
    }),
  ]);

  expect(transaction.traceIds).toHaveLength(3);
  expect(transaction.spans.map((span) => span.depth)).toEqual([0, 1, 2, 3]);
});

test('a task of a state machine hangs under the machine, not under who started it', () => {
  const machine = aSpan({
    ...{ id: 'machine', trace: 'machine', from: 30, to: 95, resource: 'AWS::StepFunctions::StateMachine' },
    attributes: { 'aws.resource_arn': EXECUTION },
  });
  const transaction = only([
    caller({ attributes: { 'aws.stepfunctions.execution_arn': EXECUTION } }),
    machine,
    worker({ attributes: { 'aws.stepfunctions.execution_arn': EXECUTION } }),
  ]);

  expect(transaction.spans.map((span) => span.spanId)).toEqual(['send', 'machine', 'work'].map(aSpanId));
  expect(spanOf(transaction, 'work')).toMatchObject({ parentSpanId: aSpanId('machine'), alsoFrom: [] });
});

test('the gateway waits for its function; the queue’s sender does not wait for its consumer', () => {
  const gateway = aSpan({
    ...{ id: 'send', trace: 'one', resource: 'AWS::ApiGateway::Stage', to: 100 },
    attributes: { 'aws.api_gateway.request_id': ID },
  });
  const behind = only([gateway, worker({ attributes: { 'aws.api_gateway.request_id': ID } })]);
  const queued = only([caller({ attributes: { 'aws.message_id': ID } }), worker({ attributes: { 'aws.message_id': ID } })]);

  expect(behind.criticalPath.map(({ what }) => what)).toEqual(['work', 'work', 'work']);
  expect(queued.criticalPath.map(({ what }) => what)).toContain('wait');
});

test.each<readonly [string, SpanRecord, SpanRecord]>([
  ['different ids', caller({ attributes: { 'aws.message_id': ID } }), worker({ attributes: { 'aws.message_id': OTHER } })],
  [
    'one sequence number of two shards',
    caller({ attributes: { 'aws.kinesis.shard_id': 'shardId-1', 'aws.kinesis.sequence_number': '49' } }),
    worker({ attributes: { 'aws.kinesis.shard_id': 'shardId-2', 'aws.kinesis.sequence_number': '49' } }),
  ],
  [
    'the request id of another service',
    caller({ resource: 'AWS::S3::Bucket', attributes: { 'aws.request_id': ID } }),
    worker({ attributes: { 'faas.invocation_id': ID } }),
  ],
  [
    'the deletion of a message',
    caller({ operation: 'SQS.DeleteMessage', attributes: { 'aws.message_id': ID } }),
    worker({ attributes: { 'aws.message_id': ID } }),
  ],
  [
    'two deliveries of a message that nobody sent',
    worker({ trace: 'one', attributes: { 'aws.message_id': ID } }),
    worker({ attributes: { 'aws.message_id': ID } }),
  ],
])('%s join nothing', (_what, sent, received) => {
  expect(assemble([sent, received]).transactions).toHaveLength(2);
});

test('what was taken out of an id joins nothing: two different ones may have become one', () => {
  const ids = { 'messaging.message.id': 'order-[email]' };
  const { transactions } = assemble([
    aSpan({ id: 'send', trace: 'sender', spanKind: 'producer', attributes: ids }),
    aSpan({ id: 'receive', trace: 'receiver', spanKind: 'consumer', attributes: ids }),
  ]);

  expect(transactions).toHaveLength(2);
});

test('a stream joins to the last write of its item, and says that it guessed', () => {
  const write = (trace: string, from: number, key: string) =>
    caller({ trace, from, to: from + 5, attributes: { 'aws.dynamodb.table_names': ['orders'], 'aws.dynamodb.key': key } });
  const records = [
    write('early', 0, '{"id":{"S":"7"},"day":{"S":"1"}}'),
    write('late', 20, '{"day":{"S":"1"},"id":{"S":"7"}}'),
    worker({ attributes: { 'aws.dynamodb.table_names': ['orders'], 'aws.dynamodb.key': '{"id":{"S":"7"},"day":{"S":"1"}}' } }),
  ];
  const { transactions } = assemble(records);

  expect(transactions.map((each) => each.traceIds)).toEqual([[aTraceId('early')], [aTraceId('late'), aTraceId('two')]]);
  expect(transactions[1]?.spans[1]?.join).toBe('inferred');
});

const IDS = Array.from({ length: 10 }, (_, n) => `${n}59f36b4-87a3-44ab-83d2-661975830a7d`);
const senders = IDS.map((id, n) =>
  caller({
    id: `send ${n}`,
    trace: `sender ${n}`,
    from: n,
    to: n + 1,
    spanKind: 'producer',
    attributes: { 'messaging.message.id': id },
  }),
);
const batch = (words: SpanWords = {}): SpanRecord => worker({ attributes: { 'messaging.message.ids': IDS }, ...words });
const linked = (words: SpanWords = {}): SpanRecord =>
  worker({ links: IDS.map((_, n) => ({ trace: `sender ${n}`, id: `send ${n}` })), ...words });

test.each([
  ['ids', batch()],
  ['links', linked()],
])('a batch of ten records, known by %s, keeps ten parents', (_how, received) => {
  const { parentSpanId, alsoFrom } = spanOf(only([...senders, received]), 'work');

  expect(parentSpanId).toBe(aSpanId('send 0'));
  expect(new Set(alsoFrom.map(({ spanId }) => spanId))).toEqual(new Set(IDS.slice(1).map((_, n) => aSpanId(`send ${n + 1}`))));
});

const answer = { 'aws.lambda.batch_item_failures': JSON.stringify([{ itemIdentifier: IDS[6] }]) };

test.each<readonly [string, readonly SpanRecord[]]>([
  ['its answer names, by ids', [batch({ attributes: { 'messaging.message.ids': IDS, ...answer } })]],
  ['its answer names, by links', [linked({ attributes: answer })]],
  ['its error names', [batch({ status: 'error', error: { type: 'Error', message: `could not take ${IDS[6]}: no funds` } })]],
  [
    'failed inside, by ids',
    [
      batch(),
      aSpan({
        id: 'six',
        trace: 'two',
        parent: 'work',
        spanKind: 'consumer',
        status: 'error',
        attributes: { 'messaging.message.id': IDS[6] ?? '' },
      }),
    ],
  ],
  [
    'failed inside, by links',
    [
      linked(),
      aSpan({
        id: 'six',
        trace: 'two',
        parent: 'work',
        spanKind: 'consumer',
        status: 'error',
        links: [{ trace: 'sender 6', id: 'send 6' }],
      }),
    ],
  ],
])('the record of a batch that %s is its parent', (_what, received) => {
  const { parentSpanId, alsoFrom } = spanOf(only([...senders, ...received]), 'work');

  expect(parentSpanId).toBe(aSpanId('send 6'));
  expect(alsoFrom).toHaveLength(9);
  expect(alsoFrom).toContainEqual(link('sender 0', 'send 0'));
});

test('a record handled by a span of its own keeps its own edge', () => {
  const items = IDS.slice(0, 2).map((id, n) =>
    aSpan({
      id: `item ${n}`,
      trace: 'two',
      parent: 'work',
      from: 55 + n,
      to: 56 + n,
      spanKind: 'consumer',
      attributes: { 'messaging.message.id': id },
    }),
  );
  const transaction = only([...senders.slice(0, 2), worker({}), ...items]);

  expect(spanOf(transaction, 'work')).toMatchObject({ parentSpanId: aSpanId('send 0'), join: 'message' });
  expect(spanOf(transaction, 'item 1')).toMatchObject({ parentSpanId: aSpanId('work'), alsoFrom: [link('sender 1', 'send 1')] });
});

test('an id that several traces offer joins to the last before it, as a guess', () => {
  const records = [
    caller({ trace: 'early', attributes: { 'aws.message_id': ID } }),
    caller({ trace: 'late', from: 10, attributes: { 'aws.message_id': ID } }),
    worker({ attributes: { 'aws.message_id': ID } }),
  ];
  const { transactions } = assemble(records);

  expect(transactions.map((each) => each.traceIds)).toEqual([[aTraceId('early')], [aTraceId('late'), aTraceId('two')]]);
  expect(transactions[1]?.spans[1]?.join).toBe('inferred');
});

test('what a consumer itself does with a message is not where it came from', () => {
  const transaction = only([
    caller({ attributes: { 'aws.message_id': ID } }),
    worker({ attributes: { 'aws.message_id': ID } }),
    caller({ id: 'note', trace: 'two', parent: 'work', from: 60, to: 70, attributes: { 'messaging.message.id': ID } }),
  ]);

  expect(spanOf(transaction, 'work')).toMatchObject({ parentSpanId: aSpanId('send'), join: 'message', alsoFrom: [] });
});

test('20,000 senders and 20,000 receivers of one id are joined within a moment', () => {
  const attributes = { 'aws.message_id': ID };
  const [base, other] = [caller({ attributes }), worker({ attributes })];
  const many = (span: SpanRecord, of: string): readonly SpanRecord[] =>
    Array.from({ length: 20_000 }, (_, n) => ({ ...span, spanId: aSpanId(`${of} ${n}`), start: at(n) }));

  const { transactions } = assemble([...many(base, 'send'), ...many(other, 'work')]);

  expect(transactions).toHaveLength(1);
});
