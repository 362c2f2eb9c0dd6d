import { expect, test } from 'vitest';
import { assemble } from '../../src/trace/assemble.ts';
import type { Transaction } from '../../src/trace/transaction.ts';
import { fromMillis } from '../../src/units.ts';
import { anInvocation, aTrace, type InvocationWords, type SpanWords } from './records.ts';

const GATEWAY: SpanWords = { id: 'gateway', service: 'api', resource: 'AWS::ApiGateway::Stage', to: 2_000 };
const CALL: SpanWords = { id: 'call', parent: 'gateway', spanKind: 'client', service: 'api', from: 0, to: 2_000 };
const RUN: SpanWords = {
  ...{ id: 'run', parent: 'call', spanKind: 'server', service: 'pay', resource: 'AWS::Lambda::Function', from: 900, to: 2_000 },
};

function only(told: InvocationWords, ...more: readonly SpanWords[]): Transaction {
  const run = anInvocation({ function: 'pay', span: 'run', atMs: 2_000, duration: fromMillis(1_100), ...told });
  const [transaction] = assemble([...aTrace('trace', GATEWAY, CALL, RUN, ...more), run]).transactions;
  if (!transaction) throw new Error('expected a transaction');
  return transaction;
}

const spentOn = ({ breakdown }: Transaction): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(breakdown).flatMap(([kind, time]) => (time > 0 ? [[kind, time / 1_000]] : [])));

test.each<[string, InvocationWords, Readonly<Record<string, number>>, number]>([
  ['a warm run', {}, { orchestration: 900, computation: 1_100 }, 0],
  [
    'an initialization',
    { initDuration: fromMillis(300) },
    { orchestration: 600, runtimeInitialization: 300, computation: 1_100 },
    1,
  ],
  [
    'a snapshot restored, of which the loading of the runtime is billed',
    { restoreDuration: fromMillis(500), billedRestoreDuration: fromMillis(80) },
    { orchestration: 400, containerInitialization: 420, runtimeInitialization: 80, computation: 1_100 },
    1,
  ],
  [
    'a snapshot restored, nobody says what was billed',
    { restoreDuration: fromMillis(500) },
    { orchestration: 400, containerInitialization: 500, computation: 1_100 },
    1,
  ],
  [
    'a start-up longer than the time before the run',
    { restoreDuration: fromMillis(5_000), billedRestoreDuration: fromMillis(80) },
    { containerInitialization: 820, runtimeInitialization: 80, computation: 1_100 },
    1,
  ],
])('what the platform alone tells of %s is in the breakdown, and the sum stays', (_what, told, spent, coldStarts) => {
  const transaction = only(told);

  expect(spentOn(transaction)).toEqual(spent);
  expect(transaction.coldStarts).toBe(coldStarts);
});

test('X-Ray’s Restore is a cold start, told once though the platform tells it too', () => {
  const restore: SpanWords = { id: 'restore', operation: 'Restore', parent: 'run', service: 'pay', from: 400, to: 890 };
  const transaction = only({ restoreDuration: fromMillis(490), billedRestoreDuration: fromMillis(80) }, restore);

  expect(spentOn(transaction)).toEqual({ orchestration: 410, containerInitialization: 490, computation: 1_100 });
  expect(transaction.coldStarts).toBe(1);
});

test('an answer from a called function is no start-up of its caller', () => {
  const called: SpanWords = { id: 'get', parent: 'run', spanKind: 'client', service: 'pay', from: 1_000, to: 1_900 };

  expect(spentOn(only({ initDuration: fromMillis(300) }, called))).toEqual({
    orchestration: 600,
    runtimeInitialization: 300,
    computation: 200,
    externalService: 900,
  });
});
