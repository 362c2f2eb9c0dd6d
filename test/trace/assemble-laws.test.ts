import fc from 'fast-check';
import { expect, test } from 'vitest';
import { servingHalf } from '../../src/telemetry/ids.ts';
import type { TelemetryRecord } from '../../src/telemetry/record.ts';
import { assemble } from '../../src/trace/assemble.ts';
import { canonical } from '../../src/trace/copies.ts';
import type { Transaction } from '../../src/trace/transaction.ts';
import { aChain, anyRecords, inAnyOrder } from './arbitrary.ts';
import { aSpan, aTrace } from './records.ts';

const RUNS = { numRuns: 300 };

const spanCount = (transactions: readonly Transaction[]): number =>
  transactions.reduce((sum, each) => sum + each.spans.length, 0);
const idsOf = (records: readonly TelemetryRecord[]): ReadonlySet<string> =>
  new Set(records.filter((record) => record.kind === 'span').map((span) => `${span.traceId}:${span.spanId}`));

/** The generated kinds are arbitrary: an id that a client and a server have is one that they share. */
const servingHalvesOf = (records: readonly TelemetryRecord[]): readonly string[] =>
  records
    .filter((record) => record.kind === 'span')
    .filter((span) => span.spanKind === 'server' || span.spanKind === 'consumer')
    .map((span) => `${span.traceId}:${servingHalf(span.spanId)}`);

test('the order and the repetition of records do not show', () => {
  const shuffled = anyRecords.chain((records) =>
    fc.tuple(
      fc.constant(records),
      fc.array(fc.constantFrom(...records), { maxLength: 10 }).chain((again) => inAnyOrder([...records, ...again])),
    ),
  );
  fc.assert(
    fc.property(shuffled, ([records, others]) => {
      expect(canonical(assemble(others).transactions)).toBe(canonical(assemble(records).transactions));
    }),
    RUNS,
  );
});

test('every record is placed, a duplicate or unplaced', () => {
  fc.assert(
    fc.property(anyRecords, (records) => {
      const { placed, duplicates, unplaced } = assemble([...records, ...records]).counts;
      expect(placed + duplicates + unplaced).toBe(2 * records.length);
      expect(duplicates).toBeGreaterThanOrEqual(records.length);
    }),
    RUNS,
  );
});

test('every span is in one transaction, once', () => {
  fc.assert(
    fc.property(anyRecords, (records) => {
      const { transactions } = assemble(records);
      const all = transactions.flatMap((each) => each.spans.map((span) => `${span.traceId}:${span.spanId}`));
      expect(new Set(all).size).toBe(all.length);
      expect([...idsOf(records)].filter((id) => !all.includes(id))).toEqual([]);
      const known = new Set([...idsOf(records), ...servingHalvesOf(records)]);
      const drawn = transactions.flatMap((each) => each.spans).filter((span) => !known.has(`${span.traceId}:${span.spanId}`));
      expect(drawn.every((span) => span.invocation !== undefined)).toBe(true);
    }),
    RUNS,
  );
});

test('the pieces of the critical path are ordered, disjoint and together as long as the transaction', () => {
  fc.assert(
    fc.property(anyRecords, (records) => {
      for (const { criticalPath, start, duration } of assemble(records).transactions) {
        const ends = [start, ...criticalPath.map((piece) => piece.end)];
        expect(criticalPath.map((piece) => piece.start)).toEqual(ends.slice(0, -1));
        expect(ends.at(-1)).toBe(start + duration);
        expect(criticalPath.every((piece) => piece.end > piece.start)).toBe(true);
      }
    }),
    RUNS,
  );
});

test('the breakdown sums to the transaction, and no span has more on the path than it lasted', () => {
  fc.assert(
    fc.property(anyRecords, (records) => {
      for (const { breakdown, duration, spans } of assemble(records).transactions) {
        expect(Object.values(breakdown).reduce((sum, each) => sum + each, 0)).toBe(duration);
        for (const span of spans) {
          expect(span.self).toBeGreaterThanOrEqual(0);
          if (span.duration !== undefined) expect(span.critical).toBeLessThanOrEqual(span.duration);
        }
      }
    }),
    RUNS,
  );
});

test('spans come depth first from the entry, each one step below something before it', () => {
  fc.assert(
    fc.property(anyRecords, (records) => {
      for (const { spans, id } of assemble(records).transactions) {
        expect(spans[0]).toMatchObject({ depth: 0, traceId: id });
        spans.slice(1).forEach((span, i) => {
          expect(span.depth).toBeGreaterThan(0);
          expect(span.depth).toBeLessThanOrEqual((spans[i]?.depth ?? 0) + 1);
        });
      }
    }),
    RUNS,
  );
});

test('a chain of 100,000 spans is no deeper than the stack allows', () => {
  const records = aChain(100_000);

  const { transactions } = assemble(records);

  expect(spanCount(transactions)).toBe(100_000);
  expect(transactions[0]?.spans.at(-1)?.depth).toBe(99_999);
});

test('a ring of 50,000 spans is cut once', () => {
  const [first, ...rest] = aChain(50_000);
  const last = rest.at(-1);
  if (!first || !last) throw new Error('expected a chain');

  const { transactions } = assemble([{ ...first, parentSpanId: last.spanId }, ...rest]);

  expect(transactions).toHaveLength(1);
  expect(transactions[0]).toMatchObject({ incomplete: ['missing-root', 'cycle'] });
  expect(transactions[0]?.spans).toHaveLength(50_000);
});

test('20,000 siblings and their path are found within a moment', () => {
  const siblings = Array.from({ length: 20_000 }, (_, i) => ({
    id: `child ${i}`,
    parent: 'entry',
    from: i,
    to: i + 1,
    operation: 'GetItem',
  }));

  const [transaction] = assemble(aTrace('wide', { id: 'entry', to: 20_000 }, ...siblings)).transactions;

  expect(transaction?.criticalPath).toHaveLength(20_000);
});

test('records of unrelated traces stay apart', () => {
  const { transactions } = assemble([aSpan({ trace: 'one' }), aSpan({ trace: 'two', from: 5 })]);

  expect(transactions.map((each) => each.traceIds.length)).toEqual([1, 1]);
});
