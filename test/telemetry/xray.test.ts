import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from '../../src/telemetry/parse.ts';
import type { Parsed, SpanRecord } from '../../src/telemetry/record.ts';
import { bytes } from './samples.ts';
import { batchOf, dynamoCall, httpCall, type Json, segment, sqlCall, TRACE_ID, XRAY_TRACE } from './xray-samples.ts';

const read = (value: unknown): Parsed => parse(bytes(JSON.stringify(value)), 'FILE');

function spansOf(value: unknown): readonly SpanRecord[] {
  const { records, rejects } = read(value);
  expect(rejects).toEqual([]);
  return records.filter((record) => record.kind === 'span');
}

function onlySpan(value: unknown): SpanRecord {
  const [span, ...more] = spansOf(value);
  if (!span || more.length > 0) throw new Error(`expected one span, not ${more.length + 1}`);
  return span;
}

/** A subsegment by what contains it. */
const within = (subsegment: Json): SpanRecord | undefined => spansOf(segment({ subsegments: [subsegment] }))[1];

test('reads the least that a segment says', () => {
  expect(onlySpan(segment())).toEqual({
    kind: 'span',
    traceId: TRACE_ID,
    spanId: '70de5b6f19ff9a0a',
    parentSpanId: undefined,
    service: 'example.com',
    operation: 'example.com',
    spanKind: 'server',
    resource: undefined,
    start: 1_478_293_361_271_000,
    end: 1_478_293_361_449_000,
    status: 'unset',
    error: undefined,
    attributes: {},
    links: [],
  });
});

test.each<[string, Json, Partial<SpanRecord>]>([
  [
    'a call of the AWS SDK',
    dynamoCall(),
    { operation: 'DynamoDB.UpdateItem', spanKind: 'client', resource: 'AWS::DynamoDB::Table', service: undefined },
  ],
  ['a call over HTTP', httpCall(), { operation: 'GET names.example.com', spanKind: 'client', resource: undefined }],
  ['a query', sqlCall, { operation: 'ebdb@db.example.com', spanKind: 'client' }],
  [
    'a function of the program',
    { id: '0000000000000001', name: '## UserModel.saveUser', start_time: 1478293361.3, end_time: 1478293361.4 },
    { operation: '## UserModel.saveUser', spanKind: 'internal' },
  ],
  [
    'what AWS draws of itself',
    { id: '0000000000000002', name: 'Dwell Time', start_time: 1478293361.3, end_time: 1478293361.4 },
    { operation: 'Dwell Time', spanKind: 'internal' },
  ],
  [
    'an attempt of Lambda at an event',
    { id: '0000000000000003', name: 'Attempt #2', start_time: 1478293361.3, end_time: 1478293361.4, fault: true },
    { operation: 'Attempt #2', spanKind: 'consumer', status: 'error' },
  ],
])('reads %s', (_what, subsegment, expected) => {
  expect(within(subsegment)).toMatchObject({ ...expected, parentSpanId: '70de5b6f19ff9a0a', traceId: TRACE_ID });
});

test('names what a call was about as OpenTelemetry does', () => {
  expect(within(dynamoCall())?.attributes).toMatchObject({
    'aws.dynamodb.table_names': ['scorekeep-user'],
    'aws.operation': 'UpdateItem',
    'http.response.status_code': 200,
  });
  expect(within(sqlCall)?.attributes).toMatchObject({
    'db.system.name': 'postgresql',
    'db.query.text': 'SELECT * FROM customers WHERE customer_id=?;',
  });
  const sent = { message_id: 'm-1', queue_url: 'https://sqs.eu-west-1.amazonaws.com/1/q', operation: 'SendMessage' };
  expect(within(dynamoCall({ name: 'SQS', aws: sent }))).toMatchObject({
    operation: 'SQS.SendMessage',
    resource: 'AWS::SQS::Queue',
    attributes: { 'messaging.message.id': 'm-1' },
  });
});

test.each([
  ['https://abc.execute-api.eu-west-1.amazonaws.com/prod/orders/7?x=1', 'prod', 'POST /orders/7'],
  ['https://abc.execute-api.eu-west-1.amazonaws.com/prod', 'prod', 'POST /'],
  ['https://shop.example.com/production', 'prod', 'POST /production'],
  ['https://shop.example.com', undefined, 'POST /'],
])('a request to %s is named after its path', (url, stage, operation) => {
  const aws = stage === undefined ? {} : { api_gateway: { stage } };

  expect(onlySpan(segment({ http: { request: { method: 'post', url } }, aws }))).toMatchObject({ operation });
});

test('a segment that X-Ray inferred from a call is the service that was called', () => {
  const inferred = segment({ name: 'SNS', inferred: true, origin: 'AWS::SNS', aws: { operation: 'Publish', message_id: 'm-1' } });

  expect(onlySpan(inferred)).toMatchObject({
    service: 'SNS',
    operation: 'Publish',
    spanKind: 'server',
    resource: 'AWS::SNS',
    attributes: { 'aws.xray.inferred': true },
  });
  // Said by the call already: two producers of one message would be one too many.
  expect(onlySpan(inferred).attributes).not.toHaveProperty(['messaging.message.id']);
});

test('Lambda’s two segments are told apart by their origin', () => {
  const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:pay';
  const service = segment({ name: 'pay', origin: 'AWS::Lambda', resource_arn: arn, aws: { request_id: 'r-1' } });
  const run = segment({ name: 'pay', id: '70de5b6f19ff9a0b', parent_id: '70de5b6f19ff9a0a', origin: 'AWS::Lambda::Function' });

  expect(spansOf([service, { ...run, aws: { function_arn: arn } }])).toMatchObject([
    { resource: 'AWS::Lambda', attributes: { 'aws.request_id': 'r-1', 'cloud.resource_id': arn } },
    { resource: 'AWS::Lambda::Function', parentSpanId: '70de5b6f19ff9a0a', attributes: { 'cloud.resource_id': arn } },
  ]);
});

test('what is in progress has no end', () => {
  expect(onlySpan(segment({ end_time: undefined, in_progress: true }))).toMatchObject({
    end: undefined,
    attributes: { 'aws.xray.inprogress': true },
  });
});

test('a subsegment that was sent by itself names its parent', () => {
  const alone = { ...httpCall(), trace_id: XRAY_TRACE, parent_id: '70de5b6f19ff9a0a', type: 'subsegment' };

  expect(onlySpan(alone)).toEqual(within(httpCall()));
});

const THROWN = { id: 'aaaa', type: 'java.net.SocketTimeoutException', message: 'timed out' };
const OUTER = { id: 'bbbb', type: 'PaymentFailed', message: 'no answer', cause: 'aaaa' };

test.each<[string, Json, Pick<SpanRecord, 'status' | 'error'>]>([
  ['a fault', { fault: true }, { status: 'error', error: undefined }],
  [
    'a fault with its exceptions, the outermost first',
    { fault: true, cause: { exceptions: [OUTER, THROWN] } },
    { status: 'error', error: { type: 'PaymentFailed', message: 'no answer' } },
  ],
  [
    'a fault with a message',
    { fault: true, cause: { message: 'Broken' } },
    { status: 'error', error: { type: '', message: 'Broken' } },
  ],
  ['HTTP 503', { http: { response: { status: 503 } } }, { status: 'error', error: { type: '503', message: 'HTTP 503' } }],
  ['a bad request that it answered', { error: true, http: { response: { status: 404 } } }, { status: 'unset', error: undefined }],
  ['a request too many that it answered', { error: true, throttle: true }, { status: 'unset', error: undefined }],
  [
    'a Lambda function that threw',
    { error: true, origin: 'AWS::Lambda::Function', cause: { exceptions: [THROWN] } },
    { status: 'error', error: { type: THROWN.type, message: 'timed out' } },
  ],
  ['nothing wrong', { fault: false, error: false, throttle: false, cause: {} }, { status: 'unset', error: undefined }],
])('a segment with %s', (_what, more, expected) => {
  expect(onlySpan(segment(more))).toMatchObject(expected);
});

test('a call that was refused failed', () => {
  expect(within(dynamoCall({ error: true, throttle: true, cause: { exceptions: [{ type: 'Throttled' }] } }))).toMatchObject({
    status: 'error',
    error: { type: 'Throttled', message: '' },
    attributes: { 'aws.xray.error': true, 'aws.xray.throttle': true },
  });
});

test('a cause may name the exception of a subsegment by its id', () => {
  const failed = segment({
    fault: true,
    cause: 'aaaa',
    subsegments: [dynamoCall({ fault: true, cause: { exceptions: [THROWN] } })],
  });

  expect(spansOf(failed).map((span) => span.error?.type)).toEqual([THROWN.type, THROWN.type]);
});

test('a link to what it came from is kept, one to what it caused is not', () => {
  const link = (id: string, type: string | undefined): Json => ({
    trace_id: '1-581cf771-000000000000000000000001',
    id,
    attributes: type === undefined ? undefined : { 'aws.xray.reserved.reference_type': type },
  });
  const links = [
    link('0000000000000001', 'parent'),
    link('0000000000000002', 'child'),
    link('0000000000000003', undefined),
    'junk',
  ];

  expect(onlySpan(segment({ links })).links).toEqual([
    { traceId: '581cf771000000000000000000000001', spanId: '0000000000000001' },
    { traceId: '581cf771000000000000000000000001', spanId: '0000000000000003' },
  ]);
});

test('annotations keep their names, and what X-Ray says itself cannot be overwritten by them', () => {
  const { attributes } = onlySpan(
    segment({ fault: true, annotations: { customer_category: 124, 'aws.xray.fault': 'no' }, metadata: { debug: { test: 'x' } } }),
  );

  expect(attributes).toEqual({ 'aws.xray.fault': true, customer_category: 124, 'aws.xray.metadata.debug': '{"test":"x"}' });
});

test('says where X-Ray left documents out', () => {
  const [trace] = [{ Id: XRAY_TRACE, LimitExceeded: true, Segments: [{ Id: 'x', Document: JSON.stringify(segment()) }] }];

  expect(onlySpan(trace).attributes).toEqual({ 'aws.xray.limit_exceeded': true });
});

test.each<[string, unknown, string]>([
  [
    'no trace id',
    segment({ trace_id: undefined }),
    'FILE X-Ray segment with trace id nothing (expected 1-8 hex digits-24 hex digits)',
  ],
  ['a short id', segment({ id: '70de' }), 'FILE X-Ray segment with id "70de" (expected 16 hex digits)'],
  ['no time', segment({ start_time: 'now' }), 'FILE X-Ray segment starting at "now" (expected seconds since 1970)'],
  ['no name', segment({ name: '' }), 'FILE X-Ray segment named "" (expected a name)'],
  [
    'a document that is no JSON',
    { Segments: [{ Document: '{' }] },
    'FILE.Segments[0] X-Ray document "{" (expected the JSON of an object)',
  ],
  ['a trace without documents', { Traces: [{ Id: XRAY_TRACE }] }, 'FILE.Traces[0] X-Ray trace with nothing (expected Segments)'],
])('%s is a reject', (_what, value, expected) => {
  const { records, rejects } = read(value);

  expect([records, rejects.map(({ reason, where }) => `${where} ${reason}`)]).toEqual([[], [expected]]);
});

test('what a broken subsegment contains hangs under what contained that', () => {
  const broken = { name: 'lost', start_time: 1, subsegments: [dynamoCall()] };
  const { records, rejects } = read(segment({ subsegments: [broken] }));

  expect(records).toMatchObject([{}, { operation: 'DynamoDB.UpdateItem', parentSpanId: '70de5b6f19ff9a0a' }]);
  expect(rejects).toEqual([{ reason: 'X-Ray segment with id nothing (expected 16 hex digits)', where: 'FILE subsegment 1' }]);
});

test('subsegments 20,000 deep are read', () => {
  const id = (n: number): string => (n + 1).toString(16).padStart(16, '0');
  const part = (n: number): string => `"name":"n${n}","id":"${id(n)}","start_time":1478293361.271,"trace_id":"${XRAY_TRACE}"`;
  const open = Array.from({ length: 20_000 }, (_, n) => `{${part(n)},"subsegments":[`).join('');
  const { records, rejects } = parse(bytes(`${open}${']}'.repeat(20_000)}`), 'FILE');

  expect([records.length, rejects]).toEqual([20_000, []]);
  expect(records.at(-1)).toMatchObject({ parentSpanId: id(19_998) });
});

const times = fc.double({ min: 1.4e9, max: 1.9e9, noNaN: true });
const hexIds = fc.integer({ min: 1, max: 0xffffff }).map((n) => n.toString(16).padStart(16, '0'));

/** Segments with subsegments in subsegments, all with ids, names and times. */
const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
  tree: fc.record(
    {
      id: hexIds,
      name: fc.string({ minLength: 1, maxLength: 20 }),
      start_time: times,
      end_time: times,
      namespace: fc.constantFrom('aws', 'remote', undefined),
      fault: fc.boolean(),
      subsegments: fc.array(tie('tree'), { maxLength: 3, depthIdentifier: 'parts' }),
    },
    { requiredKeys: ['id', 'name', 'start_time'] },
  ),
}));

const segments = tree.map((each) => ({ ...each, trace_id: XRAY_TRACE }));

const partsIn = (each: Json): number => {
  const inner = each['subsegments'];
  return 1 + (Array.isArray(inner) ? inner.reduce((sum: number, part: Json) => sum + partsIn(part), 0) : 0);
};

test('every segment and subsegment is one span, under what contains it', () => {
  fc.assert(
    fc.property(segments, (each) => {
      const spans = spansOf(each);
      expect(spans).toHaveLength(partsIn(each));
      expect(spans.slice(1).every((span) => spans.some((other) => other.spanId === span.parentSpanId))).toBe(true);
    }),
    { numRuns: 100 },
  );
});

test('it does not matter how documents are wrapped', () => {
  fc.assert(
    fc.property(fc.array(segments, { minLength: 1, maxLength: 4 }), (documents) => {
      const expected = read(documents).records;
      const lines = documents.map((each) => JSON.stringify(each));
      const daemon = lines.map((line) => `{"format":"json","version":1}\n${line}`).join('\n');
      const trace = { Id: XRAY_TRACE, Segments: lines.map((Document) => ({ Document })) };

      expect(read(batchOf(...documents))).toEqual({ records: expected, rejects: [], quiet: 0 });
      expect(read(trace)).toEqual({ records: expected, rejects: [], quiet: 0 });
      expect(read({ TraceSegmentDocuments: lines })).toEqual({ records: expected, rejects: [], quiet: 0 });
      expect(parse(bytes(lines.join('\n')), 'FILE')).toEqual({ records: expected, rejects: [], quiet: 0 });
      expect(parse(bytes(daemon), 'FILE')).toEqual({ records: expected, rejects: [], quiet: documents.length });
    }),
    { numRuns: 50 },
  );
});

test('junk anywhere in a segment is a record or a reject, never lost', () => {
  const keys = [
    'id',
    'name',
    'start_time',
    'end_time',
    'trace_id',
    'parent_id',
    'subsegments',
    'cause',
    'http',
    'aws',
    'sql',
    'links',
  ];
  fc.assert(
    fc.property(fc.constantFrom(...keys, 'annotations', 'metadata', 'origin', 'service'), fc.jsonValue(), (key, junk) => {
      const { records, rejects } = read(segment({ subsegments: [dynamoCall()], [key]: junk }));
      const parts = key === 'subsegments' ? 1 + (Array.isArray(junk) ? junk.length : 0) : 2;
      if (key === 'trace_id' && records.length === 0) expect(rejects).toHaveLength(1);
      else expect(records.length + rejects.length).toBeGreaterThanOrEqual(parts);
    }),
    { numRuns: 300 },
  );
});
