import { expect, test } from 'vitest';
import type { TelemetryRecord } from '../../src/telemetry/record.ts';
import { assemble } from '../../src/trace/assemble.ts';
import { criticalPath } from '../../src/trace/critical-path.ts';
import { settleAgain } from '../../src/trace/timing.ts';
import type { Section, Transaction } from '../../src/trace/transaction.ts';
import { regrow } from '../../src/trace/tree.ts';
import { fromMillis, toMillis } from '../../src/units.ts';
import { anInvocation, aSpan, aTrace, BEGIN_MS, type SpanWords } from './records.ts';

function only(records: readonly TelemetryRecord[]): Transaction {
  const [transaction] = assemble(records).transactions;
  if (!transaction) throw new Error('expected a transaction');
  return transaction;
}

/** `entry 0-10, db 10-90`: work is not named, waits and gaps are. */
function told(sections: readonly Section[], transaction: Transaction): string {
  const names = new Map(transaction.spans.map((span) => [span.spanId, span.operation]));
  const ms = (time: Section['start']): number => toMillis(time) - BEGIN_MS;
  const what = (section: Section): string => (section.what === 'work' ? '' : `${section.what} for `);
  return sections.map((each) => `${what(each)}${names.get(each.spanId)} ${ms(each.start)}-${ms(each.end)}`).join(', ');
}

const pathOf = (...spans: readonly SpanWords[]): string => {
  const transaction = only(aTrace('trace', ...spans));
  return told(transaction.criticalPath, transaction);
};

function responsePathOf(...spans: readonly SpanWords[]): string {
  const transaction = only(aTrace('trace', ...spans));
  const tree = regrow(transaction);
  settleAgain(tree);
  return told(criticalPath(tree, 'response'), transaction);
}

const child = (id: string, from: number, to: number | undefined, words: SpanWords = {}): SpanWords => ({
  id,
  parent: 'entry',
  from,
  to,
  ...words,
});

test('a span alone is its own path', () => {
  expect(pathOf({ id: 'entry' })).toBe('entry 0-100');
});

test('a span of no length has no path', () => {
  expect(only([aSpan({ to: 0 })])).toMatchObject({ duration: 0, criticalPath: [] });
});

test('children one after the other are all on the path', () => {
  expect(pathOf({ id: 'entry' }, child('a', 10, 30), child('b', 40, 90))).toBe(
    'entry 0-10, a 10-30, entry 30-40, b 40-90, entry 90-100',
  );
});

test('of overlapping children the last to finish hides the others', () => {
  expect(pathOf({ id: 'entry' }, child('a', 10, 50), child('b', 20, 60), child('c', 25, 30))).toBe(
    'entry 0-20, b 20-60, entry 60-100',
  );
});

test('siblings that overlap by less than one percent of their parent follow each other', () => {
  expect(pathOf({ id: 'entry', to: 1_000 }, child('a', 0, 501), child('b', 500, 1_000))).toBe('a 0-500, b 500-1000');
});

test('a child of no length splits nothing', () => {
  expect(pathOf({ id: 'entry' }, child('mark', 50, 50))).toBe('entry 0-100');
});

test('a message that is consumed later is waited for', () => {
  const spans = [
    { id: 'entry', to: 50 },
    child('send', 10, 40, { spanKind: 'producer' }),
    { id: 'process', parent: 'send', service: 'mail', spanKind: 'consumer', from: 300, to: 400 },
  ] as const;

  expect(pathOf(...spans)).toBe('entry 0-10, send 10-40, wait for process 40-300, process 300-400');
  expect(responsePathOf(...spans)).toBe('entry 0-10, send 10-40, entry 40-50');
});

test('a consumer blocks its producer not even inside it', () => {
  expect(responsePathOf({ id: 'entry', spanKind: 'producer' }, child('process', 10, 20, { spanKind: 'consumer' }))).toBe(
    'entry 0-100',
  );
});

test('a handler waits for the messages of its batch', () => {
  expect(pathOf({ id: 'entry' }, child('process', 10, 20, { spanKind: 'consumer' }))).toBe(
    'entry 0-10, process 10-20, entry 20-100',
  );
});

test('an asynchronous invocation is handed over when the call returns', () => {
  const spans = [
    { id: 'entry' },
    child('Invoke', 10, 30, { spanKind: 'client' }),
    { id: 'fn', parent: 'Invoke', service: 'fn', spanKind: 'server', from: 20, to: 500 },
  ] as const;

  expect(pathOf(...spans)).toBe('entry 0-10, Invoke 10-20, fn 20-500');
  expect(responsePathOf(...spans)).toBe('entry 0-10, Invoke 10-30, entry 30-100');
});

test('a callee that outlives a caller that gave up was waited for', () => {
  const spans = [
    { id: 'entry', status: 'error', error: { type: 'TimeoutError', message: '' } },
    child('fn', 10, 300, { spanKind: 'server' }),
  ] as const;

  expect(responsePathOf(...spans)).toBe('entry 0-10, fn 10-100');
});

test('an answer that came within the margin of two clocks before its callee ended is the end', () => {
  expect(pathOf({ id: 'entry' }, child('fn', 10, 101, { spanKind: 'server' }))).toBe('entry 0-10, fn 10-100');
  expect(pathOf({ id: 'entry' }, child('fn', 10, 102, { spanKind: 'server' }))).toBe('entry 0-10, fn 10-102');
  expect(pathOf({ id: 'entry', to: 1_000 }, child('fn', 10, 1_003, { spanKind: 'server' }))).toBe('entry 0-10, fn 10-1003');
});

test('a promise that nobody awaited makes no answer late', () => {
  expect(responsePathOf({ id: 'entry' }, child('flush', 20, 640))).toBe('entry 0-100');
});

test('time before an orphan that nothing explains is a gap', () => {
  expect(pathOf({ id: 'entry' }, { id: 'orphan', parent: 'never came', spanKind: 'server', from: 300, to: 400 })).toBe(
    'entry 0-100, gap for orphan 100-300, orphan 300-400',
  );
});

test('the dwell time that AWS draws stands for the wait', () => {
  const path = pathOf(
    { id: 'entry', to: 40 },
    { id: 'lambda', parent: 'entry', service: 'fn', spanKind: 'server', from: 50, to: 55 },
    { id: 'Dwell Time', parent: 'lambda', service: 'fn', from: 50, to: 80 },
    { id: 'Attempt #1', parent: 'lambda', service: 'fn', from: 80, to: 120 },
  );

  expect(path).toBe('entry 0-40, wait for lambda 40-50, Dwell Time 50-80, Attempt #1 80-120');
});

test('an initialization that ran before its function keeps its place', () => {
  const path = pathOf(
    { id: 'entry', resource: 'AWS::Lambda', to: 1_000 },
    child('fn', 700, 990, { resource: 'AWS::Lambda::Function', spanKind: 'server' }),
    { id: 'Initialization', parent: 'fn', from: 100, to: 690 },
  );

  expect(path).toBe('entry 0-100, Initialization 100-690, entry 690-700, fn 700-990, entry 990-1000');
});

test("a server whose clock is behind is centred in its client's time; what was recorded stays", () => {
  const transaction = only(
    aTrace('trace', { id: 'entry', to: 160 }, child('GET', 10, 150, { spanKind: 'client' }), {
      id: 'users',
      parent: 'GET',
      service: 'users',
      spanKind: 'server',
      from: -70,
      to: 30,
    }),
  );

  expect(told(transaction.criticalPath, transaction)).toBe('entry 0-10, GET 10-30, users 30-130, GET 130-150, entry 150-160');
  expect(transaction.incomplete).toEqual(['clock-skew']);
  expect(transaction.spans[2]).toMatchObject({ shifted: 100_000, start: aSpan({ from: -70 }).start });
});

test('a server whose clock is ahead is too: nobody has an answer before it is given', () => {
  const transaction = only(
    aTrace('trace', { id: 'entry', to: 1_020 }, child('GET', 10, 1_010, { spanKind: 'client' }), {
      id: 'users',
      parent: 'GET',
      service: 'users',
      spanKind: 'server',
      from: 735,
      to: 1_685,
    }),
  );

  expect(told(transaction.criticalPath, transaction)).toBe('entry 0-10, GET 10-35, users 35-985, GET 985-1010, entry 1010-1020');
  expect(transaction.incomplete).toEqual(['clock-skew']);
});

test.each<[string, SpanWords, SpanWords]>([
  ['of a call that failed: who gave up waits no longer', { status: 'error' }, {}],
  ['of a call to AWS, which may only hand work over', { attributes: { 'rpc.system': 'aws-api' } }, {}],
  ['that took longer than the call', {}, { to: 320 }],
  ['that ends a millisecond late', {}, { to: 151 }],
  ['of a step, which may not have waited', { spanKind: 'internal' }, {}],
])('no answer is shifted %s', (_why, call, answer) => {
  const transaction = only(
    aTrace('trace', { id: 'entry', to: 400 }, child('GET', 10, 150, { spanKind: 'client', ...call }), {
      ...{ id: 'users', parent: 'GET', service: 'users', spanKind: 'server', from: 100, to: 200, ...answer },
    }),
  );

  expect(transaction.spans.map((span) => span.shifted)).toEqual([0, 0, 0]);
});

test.each([
  ['starts after its caller ended', { from: 500, to: 600, service: 'users', spanKind: 'server' }],
  ['runs in the same service', { from: -70, to: 30, spanKind: 'internal' }],
  ['is a consumer', { from: -70, to: 30, service: 'users', spanKind: 'consumer' }],
  ['is a millisecond early', { from: 9, to: 30, service: 'users', spanKind: 'server' }],
] as const)('nothing is shifted that %s', (_why, words) => {
  const transaction = only(
    aTrace('trace', { id: 'entry', to: 160 }, child('GET', 10, 150, { spanKind: 'client' }), {
      id: 'other',
      parent: 'GET',
      ...words,
    }),
  );

  expect(transaction.spans.map((span) => span.shifted)).toEqual([0, 0, 0]);
});

test('own time is what no child covers, however they overlap', () => {
  const transaction = only(
    aTrace(
      'trace',
      { id: 'entry' },
      child('a', 10, 40),
      child('b', 30, 50),
      child('late', 90, 140, { spanKind: 'consumer', service: 'x' }),
    ),
  );

  expect(transaction.spans.map((span) => [span.operation, span.self / 1_000, span.critical / 1_000])).toEqual([
    ['entry', 50, 70],
    ['a', 30, 0],
    ['b', 20, 20],
    ['late', 50, 50],
  ]);
});

test('the path is told by kind of time', () => {
  const { breakdown, coldStarts } = only([
    ...aTrace(
      'trace',
      { id: 'POST /', resource: 'AWS::ApiGateway::Stage', service: 'api', to: 1_000 },
      { id: 'lambda', parent: 'POST /', service: 'fn', resource: 'AWS::Lambda', spanKind: 'server', from: 10, to: 990 },
      { id: 'Initialization', parent: 'fn', service: 'fn', from: 60, to: 400 },
      { id: 'fn', parent: 'lambda', service: 'fn', resource: 'AWS::Lambda::Function', spanKind: 'server', from: 410, to: 980 },
      {
        id: 'SendMessage',
        parent: 'fn',
        service: 'fn',
        spanKind: 'producer',
        from: 500,
        to: 600,
        attributes: { 'messaging.system': 'aws_sqs' },
      },
      { id: 'process', parent: 'SendMessage', service: 'mail', spanKind: 'consumer', from: 2_000, to: 2_100 },
      { id: 'put', parent: 'process', service: 'mail', spanKind: 'client', from: 2_010, to: 2_040 },
      { id: 'event', parent: 'process', service: 'audit', spanKind: 'consumer', from: 2_200, to: 2_300 },
    ),
    anInvocation({ requestId: 'mail', span: 'process', function: 'mail', initDuration: fromMillis(100) }),
  ]);

  expect(Object.fromEntries(Object.entries(breakdown).map(([kind, time]) => [kind, time / 1_000]))).toEqual({
    orchestration: 20,
    trigger: 100,
    containerInitialization: 50,
    runtimeInitialization: 340,
    computation: 90 + 70 + 100,
    queueing: 1_400,
    externalService: 100 + 30,
    overhead: 0,
    unclassified: 0,
  });
  expect(coldStarts).toBe(2);
});

test('a child that ends a clock’s margin after its parent is still what the parent waited for', () => {
  const path = pathOf({ id: 'entry' }, child('call', 10, 40), { ...child('answer', 20, 40.9), parent: 'call' });

  expect(path).toBe('entry 0-10, call 10-20, answer 20-40, entry 40-100');
});

test('time in a queue lasts as long as it was recorded, whatever is drawn inside of it', () => {
  const lambda = { spanKind: 'server', resource: 'AWS::Lambda' } as const;
  const transaction = only(
    aTrace(
      'trace',
      { id: 'entry', to: 0 },
      { ...lambda, id: 'wait', operation: 'Dwell Time', parent: 'entry', from: 1, to: 2 },
      { ...lambda, id: 'function', resource: 'AWS::Lambda::Function', parent: 'wait', from: 0, to: 3 },
      { id: 'later', spanKind: 'server', parent: 'lost', from: 4, to: 5 },
    ),
  );

  expect(transaction.spans.find(({ operation }) => operation === 'Dwell Time')?.critical).toBe(1_000);
});
