import { expect, test } from 'vitest';
import { templateMiner } from '../../src/diagnosis/log-templates.ts';
import { pacesOf, placeOf } from '../../src/diagnosis/paces.ts';
import { visitsOf } from '../../src/diagnosis/visits.ts';
import type { Transaction } from '../../src/trace/transaction.ts';
import { NO_TIME } from '../../src/units.ts';
import { orders, transactions } from './orders.ts';

const [order] = transactions(orders(1)) as readonly [Transaction]; // one order is one transaction
const visits = visitsOf(order, templateMiner());
const medians = new Map(
  visits.flatMap((visit) => visit.steps.map((step) => [placeOf(step, visit), step.span.critical / 2] as const)),
);

test('a service and the way to it have each a pace', () => {
  const paces = pacesOf(visits, medians);

  expect(paces.map(({ where }) => where).sort()).toEqual([
    'checkout',
    'checkout > payment',
    'checkout > stock',
    'gateway',
    'gateway > checkout',
    'payment',
    'stock',
  ]);
  // Twice the median of 10 ms, and a millisecond that clocks are wrong by: ln(21 / 11).
  expect(paces.find(({ where }) => where === 'payment')?.ratio).toBeCloseTo(Math.log(21 / 11), 1);
});

test('what nobody has seen before has none', () => {
  expect(pacesOf(visits, new Map())).toEqual([]);
});

test('what nobody waited for has none', () => {
  const beside = {
    ...order,
    spans: order.spans.map((span) => (span.service === 'payment' ? { ...span, critical: NO_TIME } : span)),
  };

  expect(pacesOf(visitsOf(beside, templateMiner()), medians).map(({ where }) => where)).not.toContain('payment');
});
