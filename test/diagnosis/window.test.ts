import { expect, test } from 'vitest';
import type { Cause } from '../../src/diagnosis/cause.ts';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { windowCauses } from '../../src/diagnosis/window.ts';
import type { EventRecord, TelemetryRecord } from '../../src/telemetry/record.ts';
import { anEvent } from '../trace/records.ts';
import { type Order, orders, transactions } from './orders.ts';

const NORMAL = orders(60, {}, 'normal');

type Compared = {
  readonly window: readonly TelemetryRecord[];
  readonly baseline?: readonly TelemetryRecord[];
  readonly events?: readonly EventRecord[];
};

const causesOf = ({ window, baseline = NORMAL, events = [] }: Compared): readonly Cause[] =>
  windowCauses({
    judged: transactions(window).map((transaction) => ({
      transaction,
      outcome: transaction.outcome,
      causes: diagnose(transaction, new Map()),
    })),
    baseline: transactions(baseline),
    events,
  });

const under = (fault: Order | ((i: number) => Order), baseline: Order = {}) =>
  causesOf({ window: orders(40, fault, 'window'), baseline: orders(60, baseline, 'normal') });

const services = (causes: readonly Cause[]) => causes.map(({ service }) => service);

/** "Likely" and above: what is said aloud without a question mark. */
const LIKELY = 0.55;
const said = (causes: readonly Cause[]) => causes.filter(({ confidence }) => confidence >= LIKELY);

test('a window like its baseline has no cause', () => {
  expect(under({})).toEqual([]);
});

test('the service whose own time grew is named, with the numbers', () => {
  const [cause] = under({ payment: 200 });

  expect(cause).toMatchObject({ kind: 'slow-self', service: 'payment', edge: undefined });
  expect(cause?.confidence).toBeGreaterThan(0.8);
  expect(cause?.evidence[0]).toMatch(
    /own time of payment 20\d ms against 2\d ms usually, clearly so in 40 of 40 transactions; 80 %/,
  );
});

test('a service that always takes most of the time is no cause', () => {
  expect(under({ payment: 900 }, { payment: 900 })).toEqual([]);
});

test('one pause in forty transactions is not said aloud', () => {
  expect(said(under((i) => ({ stock: i === 7 ? 3_000 : 5 })))).toEqual([]);
});

test('a system that is a fifth slower everywhere has no culprit', () => {
  const slower = { gateway: 3.6, checkout: 12, stock: 6, payment: 24, wire: {} };

  expect(said(under(slower))).toEqual([]);
});

test('time between two services is told with both ends; who is slow to all callers is named', () => {
  const [cause] = under({ wire: { 'checkout>payment': 150 } });

  expect(cause).toMatchObject({ kind: 'gap', service: 'payment', edge: { caller: 'checkout', callee: 'payment' } });
  expect(cause?.evidence[0]).toMatch(/time between checkout and payment 15\d ms against 2 ms usually/);
});

test('who is slow to reach all callees is named himself', () => {
  const [cause] = under({ wire: { 'checkout>payment': 150, 'checkout>stock': 150 } });

  expect(cause).toMatchObject({ kind: 'gap', service: 'checkout' });
});

test('the deepest failure is named, not those that pass it on', () => {
  const causes = under((i) => (i % 2 ? { failing: ['gateway', 'checkout', 'payment'] } : {}));

  expect(causes[0]).toMatchObject({ service: 'payment' });
  expect(causes[0]?.evidence.join('; ')).toContain('20 of 40 transactions through payment payment op, usually 0 of 60');
  expect(said(causes)).toHaveLength(1);
});

test('the deepest failure is named even where the calls between do not say that they failed', () => {
  const [cause] = under((i) => (i % 2 ? { failing: ['gateway', 'checkout', 'payment'], hushed: true } : {}));

  expect(cause).toMatchObject({ service: 'payment' });
});

test('what is red every day is not the cause of what is slow today', () => {
  const causes = under({ failing: ['stock'], payment: 200 }, { failing: ['stock'] });

  expect(services(causes)).toEqual(['payment']);
});

test('failures that are as frequent every day name nobody', () => {
  const everyThird = (payment: number) => (i: number) => ({
    payment,
    ...(i % 3 ? {} : { failing: ['gateway', 'checkout', 'stock'] as const }),
  });
  const causes = causesOf({ window: orders(42, everyThird(200), 'window'), baseline: orders(60, everyThird(20), 'normal') });

  expect(services(causes)).toEqual(['payment']);
});

test('what is clearly slower and takes a hundredth of the time is not said aloud', () => {
  expect(said(under({ gateway: 12, payment: 900 }, { payment: 900 }))).toEqual([]);
});

test('a baseline that failed and a window that does not have no cause', () => {
  const broken: Order = { failing: ['gateway', 'checkout'], logs: [] };

  expect(said(under({}, broken))).toEqual([]);
});

test('a call that is no longer made is missed', () => {
  const [cause] = under({ asks: 0 });

  expect(cause).toMatchObject({ kind: 'missing-call', service: 'checkout', edge: { caller: 'checkout', callee: 'stock' } });
  expect(cause?.summary).toBe('checkout no longer calls stock stock op');
});

test('a call that was always made only sometimes is not missed when it is rarer', () => {
  const causes = causesOf({
    window: orders(40, (i) => ({ asks: i % 3 === 0 ? 1 : 0 }), 'window'),
    baseline: orders(60, (i) => ({ asks: i % 2 }), 'normal'),
  });

  expect(said(causes)).toEqual([]);
});

test('a loop of calls that was one call is told', () => {
  const [cause] = under({ asks: 20 });

  expect(cause?.service).toBe('checkout');
  expect(cause?.evidence.join('; ')).toContain('checkout now calls stock stock op 16 times or more: 40 of 40');
});

test('a log line that is no longer written is missed', () => {
  const [cause] = under({ logs: [{ service: 'checkout', severity: 'info', body: 'charge card' }] });

  expect(cause).toMatchObject({ kind: 'changed-behaviour', service: 'checkout' });
  expect(cause?.summary).toBe('checkout no longer logs “reserve items”');
});

test('a warning that is no longer written is no fault', () => {
  const line = (body: string) => ({ service: 'checkout', severity: 'warn' as const, body });

  expect(under({ logs: [] }, { logs: [line('stock is low')] })).toEqual([]);
});

test('a new error in the log is the cause, whatever the spans say', () => {
  const told = under((i) => ({
    logs: [
      { service: 'checkout', severity: 'info', body: 'reserve items' },
      { service: 'checkout', severity: 'info', body: 'charge card' },
      { service: 'stock', severity: 'error', body: `no shelf ${i} in aisle ${i % 7}` },
    ],
  }));
  expect(told[0]).toMatchObject({ kind: 'exception', service: 'stock' });
  expect(told[0]?.summary).toBe('stock logs the error “no shelf <*> in aisle <*>”');
});

test('a deployment shortly before is told beside the cause of the same service, and names no other', () => {
  const changed = (resource: string) =>
    anEvent({
      what: 'change',
      action: 'UpdateFunctionCode',
      version: '42',
      by: undefined,
      resource,
      atMs: -30_000,
      outcome: undefined,
    });

  const decoy = causesOf({ window: orders(40, { payment: 200 }, 'window'), events: [changed('gateway')] });
  const own = causesOf({ window: orders(40, { payment: 200 }, 'window'), events: [changed('payment')] });

  expect(services(decoy)).toEqual(['payment']);
  expect(decoy[0]?.evidence.join()).not.toContain('UpdateFunctionCode');
  expect(own[0]?.evidence.at(-1)).toBe('began 30.0 s after UpdateFunctionCode of payment (version 42)');
  expect(own[0]?.confidence).toBe(decoy[0]?.confidence);
});

test('what all that show it have in common is told', () => {
  const causes = under((i) =>
    i % 4 === 0 ? { payment: 400, attributes: { 'service.version': '42' } } : { attributes: { 'service.version': '41' } },
  );

  expect(causes[0]?.service).toBe('payment');
  expect(causes[0]?.evidence).toContain('all 10 failures have service.version = 42; 0 of 30 healthy ones do');
});

test('an operation that nobody has seen before is not blamed for being new', () => {
  const visitors = orders(40, {}, 'window').map((record) =>
    record.kind === 'span' && record.service === 'stock' ? { ...record, operation: 'stock of a new shop' } : record,
  );

  expect(said(causesOf({ window: visitors })).map(({ service }) => service)).not.toContain('stock');
});

test('what failed transactions say of themselves is no less sure for being compared', () => {
  const failing: Order = { failing: ['gateway', 'checkout', 'payment'] };
  const few = causesOf({ window: [...orders(1, failing, 'window'), ...orders(6, {}, 'healthy')], baseline: [] });

  expect(few[0]).toMatchObject({ service: 'payment' });
  expect(few[0]?.confidence).toBeGreaterThanOrEqual(0.8);
});

test('without a baseline the healthy transactions of the window are what is usual', () => {
  const causes = causesOf({
    window: orders(40, (i) => (i % 4 === 0 ? { failing: ['gateway', 'checkout', 'payment'] } : {}), 'window'),
    baseline: [],
  });

  expect(causes[0]).toMatchObject({ service: 'payment' });
  expect(causes[0]?.evidence.join('; ')).toContain('10 of 10 transactions through payment payment op, usually 0 of 30');
});

test('without anything to compare with, the failures speak for themselves, and healthy transactions for nothing', () => {
  const failing = causesOf({ window: orders(3, { failing: ['gateway', 'checkout', 'payment'] }, 'window'), baseline: [] });

  expect(failing[0]).toMatchObject({ service: 'payment' });
  expect(failing[0]?.evidence.at(-1)).toBe('3 of 3 transactions say so');
  expect(causesOf({ window: orders(3, { payment: 900 }, 'window'), baseline: [] })).toEqual([]);
  expect(causesOf({ window: [], baseline: [] })).toEqual([]);
});

test('the order in which the records came does not show', () => {
  const window = orders(40, { payment: 200, logs: [] }, 'window');

  expect(causesOf({ window: window.toReversed(), baseline: NORMAL.toReversed() })).toEqual(causesOf({ window }));
});
