import { expect, test } from 'vitest';
import { outcomeOf } from '../../src/diagnosis/outcome.ts';
import { ENOUGH_SIGHTINGS, type UsualByOperation } from '../../src/diagnosis/usual.ts';
import { assemble } from '../../src/trace/assemble.ts';
import { aSpan, type SpanWords } from '../trace/records.ts';
import { usually } from './usually.ts';

const known = (p95: number, count = ENOUGH_SIGHTINGS): UsualByOperation =>
  usually({ 'shop|GET /': { count, p50: p95 / 2, p95 } });

function outcome(words: SpanWords, usual: UsualByOperation) {
  const [transaction] = assemble([aSpan({ operation: 'GET /', ...words })]).transactions;
  if (!transaction) throw new Error('expected a transaction');
  return outcomeOf(transaction, usual);
}

test.each([
  ['as usual', 300, 200, 'ok'],
  ['just twice the p95', 400, 200, 'ok'],
  ['beyond twice the p95', 401, 200, 'slow'],
  ['three times a p95 of 20 ms, which nobody notices', 60, 20, 'ok'],
  ['six times a p95 of 20 ms, by exactly 100 ms', 120, 20, 'ok'],
  ['a hair more', 121, 20, 'slow'],
] as const)('%s: %i ms against a p95 of %i ms is %s', (_what, to, p95, expected) => {
  expect(outcome({ to }, known(p95))).toBe(expected);
});

test('what was seen too rarely has no usual', () => {
  expect(outcome({ to: 60_000 }, known(200, ENOUGH_SIGHTINGS - 1))).toBe('ok');
});

test('a failure is a failure however fast', () => {
  expect(outcome({ to: 10_000, status: 'error' }, known(200))).toBe('failed');
});

test('what never ended is not called slow', () => {
  expect(outcome({ to: undefined }, known(200))).toBe('ok');
});
