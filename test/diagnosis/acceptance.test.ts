import { expect, test } from 'vitest';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import type { UsualByOperation } from '../../src/diagnosis/usual.ts';
import { aSpanId, aTrace, type SpanWords } from '../trace/records.ts';
import { NOTHING_USUAL, onlyTransaction } from './judged.ts';
import { usually } from './usually.ts';

/** Whole transactions as people meet them, and what is to be said of each first. */
const causesOf = (words: readonly SpanWords[], usual: UsualByOperation = NOTHING_USUAL) =>
  diagnose(onlyTransaction(aTrace('trace', ...words)), usual);

const failed = (type: string, message: string) => ({ status: 'error', error: { type, message } }) as const;
const answered = (code: number) => ({ status: 'error', attributes: { 'http.response.status_code': code } }) as const;

test('a sandbox that was killed for its memory is said to be, not the gateway that answered 502 for it', () => {
  const [cause] = causesOf([
    { id: 'POST /resize', service: 'gateway', to: 1_530, ...answered(502) },
    {
      ...{ id: 'resizer', parent: 'POST /resize', service: 'resizer', spanKind: 'server', from: 10, to: 1_510 },
      ...failed('Runtime.ExitError', 'RequestId: 7f Error: Runtime exited with error: signal: killed'),
    },
    { id: 'GetObject', parent: 'resizer', service: 'resizer', spanKind: 'client', from: 40, to: 400 },
  ]);

  expect(cause).toMatchObject({ kind: 'out-of-memory', service: 'resizer' });
});

test('an answer that is too large is the function’s, though its handler went well', () => {
  const causes = causesOf([
    { id: 'GET /report', service: 'gateway', to: 900, ...answered(502) },
    {
      ...{ id: 'reports', parent: 'GET /report', service: 'reports', spanKind: 'server', from: 10, to: 880 },
      ...failed('Function.ResponseSizeTooLarge', 'Response payload size exceeded maximum allowed payload size (6291556 bytes).'),
    },
    { id: 'handler', parent: 'reports', service: 'reports', status: 'ok', from: 20, to: 860 },
    { id: 'Query', parent: 'handler', service: 'reports', spanKind: 'client', status: 'ok', from: 30, to: 400 },
  ]);

  expect(causes.map(({ kind, operation }) => [kind, operation])).toEqual([['payload-too-large', 'reports']]);
});

test.each([
  [520, ', which took no longer than usual: DEADLINE_EXCEEDED'],
  [300, 'stopped waiting for pricing GET /price: DEADLINE_EXCEEDED'],
])('a deadline of 300 ms against a callee with a p95 of %i ms', (p95, words) => {
  const [cause] = causesOf(
    [
      { id: 'GET /cart', service: 'cart', to: 320, ...answered(504) },
      {
        ...{ id: 'call', operation: 'GET /price', parent: 'GET /cart', service: 'cart', spanKind: 'client', from: 10, to: 310 },
        ...failed('DEADLINE_EXCEEDED', ''),
      },
      { id: 'price', operation: 'GET /price', parent: 'call', service: 'pricing', spanKind: 'server', from: 15, to: 430 },
    ],
    usually({ 'pricing|GET /price': { count: 500, p50: 250, p95 } }),
  );

  expect(cause).toMatchObject({ kind: 'caller-timeout', edge: { caller: 'cart', callee: 'pricing' } });
  expect(cause?.summary).toContain(words);
});

test('a 400 of somebody else’s service is told with both ends, whoever of them is to mend it', () => {
  const [cause] = causesOf([
    { id: 'POST /pay', service: 'checkout', to: 200, ...answered(500) },
    {
      ...{ id: 'POST /charges', parent: 'POST /pay', service: 'checkout', spanKind: 'client', from: 20, to: 180 },
      ...{ status: 'error', attributes: { 'http.response.status_code': 400, 'peer.service': 'psp.example' } },
    },
  ]);

  expect(cause).toMatchObject({ kind: 'downstream-error', edge: { caller: 'checkout', callee: 'psp.example' } });
  expect(cause?.summary).toContain('psp.example answered checkout POST /charges with HTTP 400');
});

test('of a batch the item that failed is named, and not its neighbours', () => {
  const item = (n: number, words: SpanWords = {}): SpanWords => ({
    ...{ id: `item ${n}`, operation: 'process item', parent: 'batch', service: 'worker', from: 410 + 100 * n, to: 500 + 100 * n },
    attributes: { 'messaging.message.id': `m${n}` },
    ...words,
  });
  const [cause] = causesOf([
    { id: 'send', spanKind: 'producer', to: 12 },
    { id: 'batch', parent: 'send', service: 'worker', spanKind: 'consumer', from: 500, to: 900, status: 'error' },
    item(1),
    item(2, failed('ValidationError', 'sku missing')),
    item(3),
  ]);

  expect(cause).toMatchObject({ kind: 'exception', spanIds: [aSpanId('item 2')] });
});

test('a task that a state machine tried three times cost its attempts and the waits between them', () => {
  const [cause] = causesOf([
    { id: 'flow', service: 'flow', resource: 'AWS::StepFunctions::StateMachine', to: 15_200, ...failed('States.TaskFailed', '') },
    ...[100, 5_100, 12_100].map(
      (from, n): SpanWords => ({
        ...{ id: `try ${n}`, operation: 'charge', parent: 'flow', service: 'charge', spanKind: 'client', from, to: from + 3_000 },
        ...failed('Sandbox.Timedout', ''),
      }),
    ),
  ]);

  expect(cause).toMatchObject({ kind: 'function-timeout', spanIds: ['try 2', 'try 0', 'try 1'].map(aSpanId) });
  expect(cause?.evidence).toContain('3 of 3 attempts failed: 15.0 s of the 15.2 s path (99 %), 6.00 s of it between attempts');
});

test('four steps of which each takes as long as ever are nobody’s fault', () => {
  const steps = ['a', 'b', 'c', 'd'].map((id, n): SpanWords => ({ id, parent: 'GET /', from: 10 + 220 * n, to: 220 + 220 * n }));
  const each = { count: 500, p50: 200, p95: 240 };
  const known = usually({
    'shop|GET /': { count: 500, p50: 860, p95: 1_000, own: 58 },
    ...Object.fromEntries(steps.map(({ id }) => [`shop|${id}`, each])),
  });

  expect(causesOf([{ id: 'GET /', to: 900 }, ...steps], known)).toEqual([]);
});
