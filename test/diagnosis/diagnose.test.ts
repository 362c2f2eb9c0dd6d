import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Cause } from '../../src/diagnosis/cause.ts';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import type { UsualByOperation } from '../../src/diagnosis/usual.ts';
import type { TelemetryRecord } from '../../src/telemetry/record.ts';
import { assemble } from '../../src/trace/assemble.ts';
import { fromMillis } from '../../src/units.ts';
import { anyRecords, inAnyOrder } from '../trace/arbitrary.ts';
import { anInvocation, aSpan, aSpanId, aTrace, type SpanWords } from '../trace/records.ts';
import { usually } from './usually.ts';

const NONE: UsualByOperation = new Map();
const AWS_CALL = { 'rpc.system': 'aws-api', 'rpc.service': 'DynamoDB' };

function causesOf(records: readonly TelemetryRecord[], usual = NONE): readonly Cause[] {
  return assemble(records).transactions.flatMap((transaction) => diagnose(transaction, usual));
}

/** A failed entry above one failed call. */
const failedCall = (call: SpanWords): readonly TelemetryRecord[] =>
  aTrace(
    'trace',
    { id: 'entry', status: 'error', attributes: { 'http.response.status_code': 500 } },
    { id: 'call', parent: 'entry', spanKind: 'client', status: 'error', from: 10, to: 80, attributes: AWS_CALL, ...call },
  );

test('a healthy transaction has no causes', () => {
  expect(causesOf([aSpan()])).toEqual([]);
});

test.each([
  ['permission-denied', 'AccessDenied', 'User: arn:aws:sts::1:role/x is not authorized to perform: s3:ListAllMyBuckets'],
  ['throttled', 'ProvisionedThroughputExceededException', ''],
  ['throttled', 'TooManyRequestsException', 'Rate Exceeded'],
  ['throttled', 'SlowDown', 'Please reduce your request rate.'],
  ['payload-too-large', 'ValidationException', 'Item size has exceeded the maximum allowed size'],
  ['never-invoked', 'ResourceNotFoundException', 'Function not found: arn:aws:lambda:eu-west-1:1:function:pay'],
  ['downstream-timeout', 'TimeoutError', 'connect ETIMEDOUT 10.0.0.1:443'],
  ['downstream-error', 'InternalServerError', 'try again'],
] as const)('a call that fails with %s is known by %s %s', (kind, type, message) => {
  const [cause] = causesOf(failedCall({ error: { type, message } }));

  expect(cause).toMatchObject({ kind, service: 'shop', operation: 'call', edge: { caller: 'shop' } });
  expect(`${cause?.summary} ${cause?.evidence.join(' ')}`).toContain(message || type);
});

test.each([
  ['out-of-memory', { status: 'error', memorySizeMB: 128, maxMemoryUsedMB: 128 }, '128 of 128 MB used'],
  ['function-timeout', { status: 'timeout', duration: fromMillis(3_000) }, 'Sandbox.Timedout'],
  ['exception', { status: 'error', error: { type: 'Runtime.ExitError', message: 'exit status 1' } }, 'exit status 1'],
] as const)('a run of which only the platform speaks: %s', (kind, said, evidence) => {
  const [cause] = causesOf([anInvocation({ function: 'pay', ...said })]);

  expect(cause).toMatchObject({ kind, service: 'pay', resource: 'AWS::Lambda::Function' });
  expect(`${cause?.summary} ${cause?.evidence.join(' ')}`).toContain(evidence);
});

test('a function stopped at its time-out is said with the call that it died in', () => {
  const [cause] = causesOf([
    ...aTrace(
      'trace',
      { id: 'gateway', service: 'gateway', status: 'error', to: 3_030, attributes: { 'http.response.status_code': 504 } },
      {
        id: 'GET /rates',
        parent: 'killed',
        service: 'quotes',
        spanKind: 'client',
        from: 120,
        to: undefined,
        attributes: { 'peer.service': 'rates.example' },
      },
    ),
    anInvocation({ function: 'quotes', status: 'timeout', atMs: 3_010, duration: fromMillis(3_000) }),
  ]);

  expect(cause).toMatchObject({
    kind: 'function-timeout',
    service: 'quotes',
    edge: { caller: 'quotes', callee: 'rates.example' },
  });
  expect(cause?.evidence).toContain('GET /rates to rates.example had no end after 2.89 s');
});

test('the origin is the deepest of the chain, not the loudest', () => {
  const [cause, ...others] = causesOf(
    aTrace(
      'trace',
      { id: 'GET /home', service: 'bff', status: 'error', error: { type: 'BadGateway', message: 'everything is on fire' } },
      { id: 'GET /profile', service: 'bff', parent: 'GET /home', spanKind: 'client', status: 'error', from: 5, to: 95 },
      { id: 'profile', service: 'profile', parent: 'GET /profile', spanKind: 'server', status: 'error', from: 10, to: 90 },
      {
        id: 'GET /kyc',
        service: 'profile',
        parent: 'profile',
        spanKind: 'client',
        status: 'error',
        from: 20,
        to: 80,
        attributes: { 'http.response.status_code': 503, 'peer.service': 'kyc' },
      },
    ),
  );

  expect(cause).toMatchObject({
    kind: 'downstream-error',
    service: 'profile',
    operation: 'GET /kyc',
    edge: { caller: 'profile', callee: 'kyc' },
    confidence: 0.85,
  });
  expect(cause?.evidence).toContain('it showed at bff GET /home as BadGateway: everything is on fire');
  expect(others).toEqual([]);
});

test('an attempt that a retry made good is not the cause', () => {
  const [cause] = causesOf(
    aTrace(
      'trace',
      { id: 'entry', status: 'error', error: { type: 'CheckoutFailed', message: 'cart is empty' } },
      { id: 'first', operation: 'GetItem', parent: 'entry', spanKind: 'client', status: 'error', from: 5, to: 10 },
      { id: 'second', operation: 'GetItem', parent: 'entry', spanKind: 'client', status: 'ok', from: 20, to: 30 },
    ),
  );

  expect(cause).toMatchObject({ kind: 'exception', operation: 'entry', spanIds: [aSpanId('entry')] });
});

test('a mistake of the code is its own, whatever failed below it before', () => {
  const records = [
    ...failedCall({ to: 20, error: { type: 'NotFound', message: 'no such key' } }).slice(1),
    aSpan({ status: 'error', error: { type: 'TypeError', message: "reading 'sku'" } }),
  ];

  expect(causesOf(records)[0]).toMatchObject({ kind: 'exception', operation: 'entry' });
});

test('a failed call under spans that do not show it is found, with less confidence', () => {
  const causes = causesOf(
    aTrace(
      'trace',
      { id: 'gateway', status: 'error', attributes: { 'http.response.status_code': 500 } },
      { id: 'handler', parent: 'gateway', status: 'ok', from: 5, to: 90 },
      {
        id: 'PutItem',
        parent: 'handler',
        spanKind: 'client',
        status: 'error',
        from: 10,
        to: 50,
        error: { type: 'ConditionalCheckFailed', message: 'stale' },
      },
    ),
  );

  expect(causes.map((cause) => [cause.kind, cause.operation, cause.confidence])).toEqual([['downstream-error', 'PutItem', 0.82]]);
});

test('attempts belong together, with the waits between them', () => {
  const attempt = (id: string, from: number, to: number): SpanWords => ({
    id,
    operation: 'PutItem',
    parent: 'entry',
    spanKind: 'client',
    status: 'error',
    from,
    to,
    error: { type: 'ThrottlingException', message: '' },
    attributes: { ...AWS_CALL, 'aws.dynamodb.table_names': ['Orders'] },
  });
  const [cause] = causesOf(
    aTrace(
      'trace',
      { id: 'entry', to: 2_600, status: 'error' },
      attempt('a', 300, 340),
      attempt('b', 900, 950),
      attempt('c', 2_350, 2_400),
    ),
  );

  expect(cause).toMatchObject({ kind: 'throttled', edge: { caller: 'shop', callee: 'Orders' } });
  expect(cause?.spanIds).toEqual(['c', 'a', 'b'].map(aSpanId));
  expect(cause?.evidence[0]).toBe('3 of 3 attempts failed: 2.10 s of the 2.60 s path (81 %), 1.96 s of it between attempts');
});

test.each([
  [12_000, 'stopped waiting for importer: INTEGRATION_TIMEOUT'],
  [30_000, 'stopped waiting for importer, which took no longer than usual'],
])('a caller that gave up before a callee with a median of %i ms', (p50, words) => {
  const records = aTrace(
    'trace',
    { id: 'gateway', service: 'gateway', to: 29_000, status: 'error', error: { type: 'INTEGRATION_TIMEOUT', message: '' } },
    { id: 'import', operation: 'importer', parent: 'gateway', service: 'importer', spanKind: 'server', from: 10, to: 31_000 },
  );
  const [cause] = causesOf(records, usually({ 'importer|importer': p50 }));

  expect(cause).toMatchObject({ kind: 'caller-timeout', service: 'gateway', edge: { caller: 'gateway', callee: 'importer' } });
  expect(cause?.summary).toContain(words);
});

test.each([
  [400, 'What it called answered shop call that a time was over: TaskTimedOut: too old'],
  // It waited in vain itself. https://www.rfc-editor.org/rfc/rfc9110#section-15.5.9
  [408, 'shop call had no answer in time: TaskTimedOut: too old'],
  [undefined, 'shop call had no answer in time: TaskTimedOut: too old'],
])('a call that fails with a time-out and answer %s was refused, or heard nothing', (status, words) => {
  const attributes = status === undefined ? {} : { 'http.response.status_code': status };
  const [cause] = causesOf(failedCall({ attributes, error: { type: 'TaskTimedOut', message: 'too old' } }));

  expect(cause).toMatchObject({ kind: 'downstream-timeout', summary: expect.stringContaining(words) });
});

test('a message that fails on its third delivery is the cause itself', () => {
  const consumer = (count: number) =>
    causesOf([
      aSpan({
        spanKind: 'consumer',
        status: 'error',
        error: { type: 'SyntaxError', message: 'bad JSON' },
        attributes: { 'aws.sqs.approximate_receive_count': count },
      }),
    ]);

  expect([1, 2, 3, 4].map((count) => consumer(count)[0]?.kind)).toEqual([
    'exception',
    'exception',
    'poison-message',
    'poison-message',
  ]);
});

const SLOW: readonly SpanWords[] = [
  { id: 'GET /', to: 2_000 },
  { id: 'Query', parent: 'GET /', spanKind: 'client', from: 20, to: 60, attributes: AWS_CALL },
  { id: 'POST carrier', parent: 'GET /', spanKind: 'client', from: 80, to: 1_950, attributes: { 'peer.service': 'carrier' } },
];
const SLOW_USUAL = usually({ 'shop|GET /': 200, 'shop|Query': 40, 'shop|POST carrier': 120 });

test('what exceeds its usual time most is the cause of slowness, with numbers', () => {
  const [cause, ...others] = causesOf(aTrace('trace', ...SLOW), SLOW_USUAL);

  expect(cause).toMatchObject({
    kind: 'slow-dependency',
    operation: 'POST carrier',
    edge: { caller: 'shop', callee: 'carrier' },
  });
  expect(cause?.confidence).toBeGreaterThan(0.85);
  expect(cause?.evidence[0]).toContain('1.87 s vs 120 ms usually');
  expect(others).toEqual([]);
});

test('a slow transaction without a leading cause is unknown', () => {
  const steps = ['a', 'b', 'c', 'd'].map((id, i): SpanWords => ({ id, parent: 'GET /', from: 500 * i, to: 500 * i + 500 }));
  const usual = usually({ 'shop|GET /': 40, 'shop|a': 10, 'shop|b': 10, 'shop|c': 10, 'shop|d': 10 });
  const causes = causesOf(aTrace('trace', { id: 'GET /', to: 2_000 }, ...steps), usual);

  expect(causes).toMatchObject([{ kind: 'unknown', confidence: 0.2 }]);
});

test('without history the part that takes most is named, but not where nobody notices it', () => {
  const slow = causesOf(aTrace('trace', ...SLOW));
  const shorter = (by: number) =>
    causesOf(aTrace('trace', ...SLOW.map((span) => ({ ...span, from: (span.from ?? 0) / by, to: (span.to ?? 0) / by }))));

  expect(slow).toMatchObject([{ kind: 'slow-dependency', operation: 'POST carrier' }]);
  expect(slow[0]?.confidence).toBeCloseTo(0.95);
  expect(shorter(10)[0]).toMatchObject({ operation: 'POST carrier', confidence: 0.95 });
  expect(shorter(20)).toEqual([]);
});

test('an initialization that only the platform tells of is taken from the gap before the function', () => {
  const records = [
    ...aTrace(
      'trace',
      { id: 'gateway', service: 'gateway', to: 2_600 },
      { id: 'Invoke', parent: 'gateway', service: 'gateway', spanKind: 'client', from: 10, to: 2_590 },
      { id: 'pay', parent: 'Invoke', service: 'pay', spanKind: 'server', from: 2_200, to: 2_580 },
    ),
    anInvocation({ span: 'pay', function: 'pay', atMs: 2_581, duration: fromMillis(380), initDuration: fromMillis(2_100) }),
  ];

  expect(causesOf(records)[0]).toMatchObject({ kind: 'cold-start', service: 'pay', edge: { caller: 'gateway', callee: 'pay' } });
});

test('a cold start begins when the platform looks for a container, not when the runtime initializes', () => {
  const pay = { service: 'pay', operation: 'pay', spanKind: 'server' } as const;
  const causes = causesOf(
    aTrace(
      'trace',
      { id: 'gateway', service: 'gateway', to: 1_160 },
      { ...pay, id: 'service', parent: 'gateway', resource: 'AWS::Lambda', from: 20, to: 1_150 },
      { ...pay, id: 'function', parent: 'service', resource: 'AWS::Lambda::Function', from: 1_000, to: 1_140 },
      { id: 'Initialization', parent: 'function', service: 'pay', from: 450, to: 1_000 },
    ),
  );

  expect(causes[0]).toMatchObject({
    kind: 'cold-start',
    service: 'pay',
    operation: 'Initialization',
    spanIds: [aSpanId('Initialization')],
  });
  expect(causes[0]?.summary).toBe('pay had to start cold: 980 ms of the 1.16 s path (84 %)');
  expect(causes[0]?.confidence).toBeGreaterThan(0.75);
});

test('a message that waited long is said to have waited, not its consumer to be slow', () => {
  const records = aTrace(
    'trace',
    { id: 'send', spanKind: 'producer', to: 50 },
    { id: 'process', parent: 'send', service: 'mail', spanKind: 'consumer', from: 45_000, to: 45_200 },
  );

  expect(causesOf(records)[0]).toMatchObject({ kind: 'queue-wait', service: 'mail', edge: { caller: 'shop', callee: 'mail' } });
});

test('diagnosis never throws, is sure of nothing, and does not depend on the order of records', () => {
  const shuffled = anyRecords.chain((records) => fc.tuple(fc.constant(records), inAnyOrder(records)));
  fc.assert(
    fc.property(shuffled, ([records, others]) => {
      const causes = causesOf(records);
      expect(causesOf(others)).toEqual(causes);
      expect(causes.every((cause) => cause.confidence > 0 && cause.confidence <= 0.97 && cause.spanIds.length > 0)).toBe(true);
    }),
    { numRuns: 300 },
  );
});
