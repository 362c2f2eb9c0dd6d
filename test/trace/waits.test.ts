import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assemble } from '../../src/trace/assemble.ts';
import type { Transaction } from '../../src/trace/transaction.ts';
import { toMillis } from '../../src/units.ts';
import { aSpanId, aTrace, BEGIN_MS, type SpanWords } from './records.ts';

function only(spans: readonly SpanWords[]): Transaction {
  const [transaction] = assemble(aTrace('trace', ...spans)).transactions;
  if (!transaction) throw new Error('expected a transaction');
  return transaction;
}

/** `entry 0-10, retry of b 10-90`: every piece that is more than work says why. */
function pathOf(...spans: readonly SpanWords[]): string {
  const { criticalPath } = only(spans);
  const names = new Map(spans.map(({ id = '' }) => [aSpanId(id), id]));
  return criticalPath
    .map(({ spanId, start, end, what, why }) => {
      const words = what === 'work' ? (why === undefined ? '' : `${why} by `) : `${why ?? what} before `;
      return `${words}${names.get(spanId)} ${toMillis(start) - BEGIN_MS}-${toMillis(end) - BEGIN_MS}`;
    })
    .join(', ');
}

const MACHINE: SpanWords = { id: 'machine', resource: 'AWS::StepFunctions::StateMachine', service: 'pay', to: 9_000 };
const state = (id: string, from: number, to: number, parent = 'machine'): SpanWords => ({ id, parent, service: 'pay', from, to });
const FAILED = { status: 'error', error: { type: 'GatewayBusy', message: '' } } as const;

/** One attempt at the task of a state. */
const invoke = (trace: string, from: number, to: number, words: SpanWords = {}): SpanWords => ({
  ...{ id: trace, parent: 'charge', spanKind: 'client', service: 'pay', operation: 'Lambda.Invoke', from, to },
  ...words,
});

test('between a failed attempt of a state and the next one lies a wait of its own, which says why', () => {
  const transaction = only([
    MACHINE,
    state('charge', 0, 9_000),
    invoke('one', 0, 100, FAILED),
    invoke('two', 2_100, 2_200, FAILED),
    invoke('three', 6_200, 9_000),
  ]);
  const [one, two, three] = ['one', 'two', 'three'].map((_, n) => transaction.spans[n + 2]?.spanId);

  expect(
    transaction.criticalPath.map(({ spanId, start, end, what, why }) => [
      spanId,
      what,
      why,
      toMillis(start) - BEGIN_MS,
      toMillis(end) - BEGIN_MS,
    ]),
  ).toEqual([
    [one, 'work', undefined, 0, 100],
    [two, 'wait', 'retry', 100, 2_100],
    [two, 'work', undefined, 2_100, 2_200],
    [three, 'wait', 'retry', 2_200, 6_200],
    [three, 'work', undefined, 6_200, 9_000],
  ]);
  expect(transaction.breakdown).toMatchObject({ orchestration: 6_000_000, externalService: 3_000_000, trigger: 0 });
  expect(transaction.spans[1]).toMatchObject({ operation: 'charge', critical: 0 });
});

test.each([
  [
    'a state that does nothing',
    [state('hold', 100, 4_100), state('done', 4_100, 9_000)],
    'machine 0-100, state before hold 100-4100, state before done 4100-9000',
  ],
  ['a state that passes work on', [state('choice', 0, 20), state('hold', 20, 9_000)], 'choice 0-20, state before hold 20-9000'],
  [
    'a state that waits for a token after it sent one',
    [state('approve', 0, 9_000), { ...invoke('send', 10, 60), parent: 'approve' }],
    'approve 0-10, send 10-60, state before approve 60-9000',
  ],
  [
    'a state inside a branch of a parallel one',
    [state('all', 0, 9_000), state('branch', 0, 9_000, 'all'), state('hold', 0, 9_000, 'branch')],
    'state before hold 0-9000',
  ],
] as const)('%s is told from work', (_what, states, path) => {
  expect(pathOf(MACHINE, ...states)).toBe(path);
});

const ENTRY: SpanWords = { id: 'entry', to: 1_000 };
const put = (id: string, from: number, to: number, words: SpanWords = {}): SpanWords => ({
  ...{ id, parent: 'entry', spanKind: 'client', operation: 'DynamoDB.PutItem', from, to },
  ...words,
});

test.each<[string, SpanWords, string]>([
  ['that the service could not answer', FAILED, 'one 0-100, retry by entry 100-600, two 600-1000'],
  [
    'that was throttled',
    { ...FAILED, attributes: { 'http.response.status_code': 429 } },
    'one 0-100, retry by entry 100-600, two 600-1000',
  ],
  [
    'that DynamoDB throttled, with a 400',
    { status: 'error', error: { type: 'ThrottlingException', message: '' }, attributes: { 'http.response.status_code': 400 } },
    'one 0-100, retry by entry 100-600, two 600-1000',
  ],
  [
    'that was refused for good',
    {
      status: 'error',
      error: { type: 'ConditionalCheckFailedException', message: '' },
      attributes: { 'http.response.status_code': 400 },
    },
    'one 0-100, entry 100-600, two 600-1000',
  ],
  ['that succeeded', {}, 'one 0-100, entry 100-600, two 600-1000'],
  ['of another operation', { ...FAILED, operation: 'DynamoDB.Query' }, 'one 0-100, entry 100-600, two 600-1000'],
])('a program’s pause after a call %s is its own work, and a back-off only where it tries again', (_what, words, path) => {
  expect(pathOf(ENTRY, put('one', 0, 100, words), put('two', 600, 1_000))).toBe(path);
});

const SENT = { 'messaging.message.id': 'm-1', 'messaging.system': 'aws_sqs' };
const take = (id: string, from: number, to: number, words: SpanWords = {}): SpanWords => ({
  ...{ id, parent: 'entry', spanKind: 'consumer', service: 'mail', operation: 'take', from, to, attributes: SENT },
  ...words,
});

test('a message that is delivered again waited for it since the attempt that failed', () => {
  const path = pathOf(
    { ...ENTRY, to: 50 },
    take('one', 300, 400, FAILED),
    take('two', 30_400, 30_500, FAILED),
    take('three', 60_500, 60_600),
  );

  expect(path).toBe(
    'entry 0-50, queue before one 50-300, one 300-400, retry before two 400-30400, two 30400-30500, retry before three 30500-60500, three 60500-60600',
  );
});

test('another message of the same queue is no second attempt', () => {
  const other = { ...SENT, 'messaging.message.id': 'm-2' };

  expect(pathOf({ ...ENTRY, to: 50 }, take('one', 300, 400, FAILED), take('two', 900, 1_000, { attributes: other }))).toBe(
    'entry 0-50, queue before two 50-900, two 900-1000',
  );
});

test('Lambda’s second attempt at an event waited since the first', () => {
  const service: SpanWords = {
    id: 'service',
    parent: 'entry',
    spanKind: 'server',
    resource: 'AWS::Lambda',
    service: 'fn',
    from: 10,
    to: 30,
  };
  const attempt = (n: number, from: number, to: number, words: SpanWords = {}): SpanWords => ({
    ...{ id: `attempt ${n}`, operation: `Attempt #${n}`, parent: 'service', spanKind: 'consumer', service: 'fn', from, to },
    ...words,
  });

  expect(pathOf({ ...ENTRY, to: 50 }, service, attempt(1, 100, 200, FAILED), attempt(2, 60_200, 60_400))).toContain(
    'attempt 1 100-200, retry before attempt 2 200-60200, attempt 2 60200-60400',
  );
});

test('whatever was tried how often, the pieces are as long as the transaction, and so is the breakdown', () => {
  const attempt = fc.record({
    pause: fc.integer({ min: 0, max: 3_000 }),
    took: fc.integer({ min: 0, max: 500 }),
    fails: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(attempt, { maxLength: 12 }), fc.boolean(), (attempts, isMachine) => {
      let at = 0;
      const calls = attempts.map(({ pause, took, fails }, n): SpanWords => {
        const from = at + pause;
        at = from + took;
        return { ...invoke(`call ${n}`, from, at), ...(fails ? FAILED : {}) };
      });
      const { criticalPath, breakdown, duration } = only([
        { ...MACHINE, to: at + 50, resource: isMachine ? 'AWS::StepFunctions::StateMachine' : undefined },
        state('charge', 0, at + 50),
        ...calls,
      ]);

      expect(criticalPath.reduce((sum, { start, end }) => sum + end - start, 0)).toBe(duration);
      expect(Object.values(breakdown).reduce((sum, time) => sum + time, 0)).toBe(duration);
    }),
  );
});
