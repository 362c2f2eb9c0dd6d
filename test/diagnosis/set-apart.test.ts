import { expect, test } from 'vitest';
import { isWorthComparing, setApart } from '../../src/diagnosis/set-apart.ts';
import type { Attributes } from '../../src/telemetry/record.ts';
import { assemble } from '../../src/trace/assemble.ts';
import { aTrace } from '../trace/records.ts';

type Told = { readonly shop?: Attributes; readonly payment?: Attributes; readonly operation?: string };

const transactions = (count: number, told: (n: number) => Told) =>
  Array.from({ length: count }, (_, n) => {
    const { shop = {}, payment = {}, operation = 'GET /' } = told(n);
    const name = JSON.stringify([n, told(n)]);
    return assemble(
      aTrace(
        name,
        { id: `${name} entry`, operation, attributes: shop },
        { id: `${name} pay`, parent: `${name} entry`, service: 'payment', operation: 'charge', attributes: payment },
      ),
    ).transactions;
  }).flat();

const apart = (bad: (n: number) => Told, good: (n: number) => Told, outcome: 'failed' | 'slow' = 'failed') =>
  setApart({ entry: 'shop|GET /', outcome, bad: transactions(8, bad), good: transactions(30, good) });

test('all that the entry says is compared, and of others where and as what they run', () => {
  const bad = () => ({ shop: { plan: 'free' }, payment: { 'cloud.availability_zone': 'a', amount: 3 } });
  const good = (n: number) => ({
    ...{ shop: { plan: n % 2 ? 'free' : 'pro' }, payment: { 'cloud.availability_zone': 'b', amount: 900 + n } },
  });

  expect(apart(bad, good)).toEqual([
    'all 8 failures looked at have payment cloud.availability_zone = a; 0 of 30 healthy ones do',
  ]);
  expect(
    apart(
      () => ({ shop: { plan: 'free' } }),
      () => ({ shop: { plan: 'pro' } }),
      'slow',
    ),
  ).toEqual(['all 8 slow ones looked at have plan = free; 0 of 30 healthy ones do']);
});

test('the version of one service is not held against that of another', () => {
  const [old, recent] = [{ 'service.version': '41' }, { 'service.version': '42' }];

  expect(
    apart(
      () => ({ shop: old, payment: recent }),
      () => ({ shop: recent, payment: recent }),
    ),
  ).toEqual(['all 8 failures looked at have service.version = 41; 0 of 30 healthy ones do']);
});

test('who entered elsewhere is not compared, nor are texts, nor what only failures tell', () => {
  const text = 'x'.repeat(101);

  expect(
    apart(
      () => ({ shop: { plan: 'free' }, operation: 'POST /' }),
      () => ({ shop: { plan: 'pro' } }),
    ),
  ).toEqual([]);
  expect(
    apart(
      () => ({ shop: { query: text, region: 'eu' } }),
      () => ({ shop: { query: 'select' } }),
    ),
  ).toEqual([]);
});

test.each([
  [4, 0, false],
  [5, 0, true],
  [7, 5, false],
  [8, 5, true],
  [64, 64, false],
])('of %i known and %i compared: %s', (known, compared, isWorth) => {
  expect(isWorthComparing(known, compared)).toBe(isWorth);
});
