import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { learned } from '../../src/diagnosis/learn.ts';
import { BLOCK } from '../../src/diagnosis/tally.ts';
import { keyWithin, usualOf, usualWithin } from '../../src/diagnosis/usual.ts';
import type { SpanRecord } from '../../src/telemetry/record.ts';
import { assemble } from '../../src/trace/assemble.ts';
import { toMillis } from '../../src/units.ts';
import { inAnyOrder } from '../trace/arbitrary.ts';
import { aSpan, type SpanWords } from '../trace/records.ts';

const BLOCK_MS = toMillis(BLOCK);
const ORDER = 'shop|POST /order';

/** An order with one write of 40 ms, of which the table takes 30. */
function order(
  n: number,
  { at = 0, entry = {}, write = {} }: { at?: number; entry?: SpanWords; write?: SpanWords } = {},
): SpanRecord[] {
  const trace = `t${n}`;
  const words: SpanWords = {
    id: `${n} call`,
    operation: 'PutItem',
    parent: `${n} entry`,
    spanKind: 'client',
    from: at + 10,
    to: at + 50,
  };
  return [
    aSpan({ trace, id: `${n} entry`, operation: 'POST /order', from: at, to: at + 100, ...entry }),
    aSpan({ trace, ...words, ...write }),
    aSpan({
      trace,
      id: `${n} table`,
      service: 'orders',
      operation: 'write',
      parent: `${n} call`,
      spanKind: 'server',
      from: at + 15,
      to: at + 45,
    }),
  ];
}

const orders = (count: number, from = 0): SpanRecord[] => Array.from({ length: count }, (_, n) => order(from + n)).flat();
const usualIn = (records: readonly SpanRecord[]) => learned(assemble(records).transactions);
const near = (ms: number) => [expect.toSatisfy((us: number) => Math.abs(us / 1_000 - ms) <= 0.021 * ms)][0];

describe('what is usual', () => {
  test('is how long, how long by itself, what is called how often, and what lies between the two ends of a call', () => {
    const usual = usualIn(orders(30));

    expect(usual.get(ORDER)).toMatchObject({ took: { count: 30, p50: near(100) }, own: { p50: near(60) }, failing: 0 });
    expect(usual.get(ORDER)?.calls.get('shop|PutItem')).toMatchObject({ of: 30, made: 1, times: 1 });
    expect(usual.get('shop|PutItem')?.calls.size).toBe(0);
    expect(usual.get('orders|write')).toMatchObject({ own: { p50: near(30) } });
  });

  test('is known of an operation within one kind of transaction too', () => {
    const reports = Array.from({ length: 30 }, (_, n) =>
      order(100 + n, { entry: { operation: 'GET /report', to: 2_000 }, write: { to: 1_900 } }),
    ).flat();
    const usual = usualIn([...orders(30), ...reports]);

    expect(usual.get(keyWithin(ORDER, 'shop|PutItem'))?.took?.p50).toEqual(near(40));
    expect(usualOf({ service: 'shop', operation: 'PutItem' }, usualWithin('shop|GET /report', usual))?.took?.p50).toEqual(
      near(1_890),
    );
  });

  test('of what was seen too rarely is unknown', () => {
    expect(usualIn(orders(19)).size).toBe(0);
  });

  test('is not learned from transactions that failed or took far too long, but that they fail is', () => {
    const failed = Array.from({ length: 10 }, (_, n) =>
      order(1_200 + n, { entry: { status: 'error', to: 9_000 }, write: { status: 'error', to: 8_000 } }),
    );
    const slow = Array.from({ length: 10 }, (_, n) => order(1_300 + n, { entry: { to: 5_000 }, write: { to: 4_900 } }));
    const [clean, mixed] = [usualIn(orders(300)), usualIn([...orders(300), ...failed.flat(), ...slow.flat()])];

    expect(mixed.get('shop|PutItem')?.took).toEqual(clean.get('shop|PutItem')?.took);
    expect(mixed.get(ORDER)?.own).toEqual(clean.get(ORDER)?.own);
    expect(mixed.get(ORDER)?.failing).toBeCloseTo(10 / 310);
  });

  test('counts a failure as usual only where it is there in most hours', () => {
    const failing = (block: number, count: number) =>
      Array.from({ length: count }, (_, n) =>
        order(1_000 * block + n, { at: block * BLOCK_MS, entry: { status: 'error' } }),
      ).flat();
    const healthy = (block: number, count: number) =>
      Array.from({ length: count }, (_, n) => order(1_000 * block + 500 + n, { at: block * BLOCK_MS })).flat();

    const incident = usualIn([...healthy(0, 30), ...healthy(1, 30), ...failing(2, 300)]);
    const always = usualIn([...failing(0, 30), ...failing(1, 30), ...failing(2, 30)]);

    expect([incident.get(ORDER)?.failing, always.get(ORDER)?.failing]).toEqual([0, 1]);
  });

  test('does not depend on the order in which it was seen', () => {
    const records = [...orders(25), ...order(400, { entry: { to: 3_000 } }), ...order(401, { entry: { status: 'error' } })];
    const { transactions } = assemble(records);
    fc.assert(
      fc.property(inAnyOrder(transactions), (others) => {
        expect(new Map([...learned(others)].sort())).toEqual(new Map([...learned(transactions)].sort()));
      }),
      { numRuns: 20 },
    );
  });
});
