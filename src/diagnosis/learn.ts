import { fatalEnds } from '../trace/failure.ts';
import { settleAgain } from '../trace/timing.ts';
import type { Transaction } from '../trace/transaction.ts';
import { regrow } from '../trace/tree.ts';
import { countOf, lessonOf } from './lesson.ts';
import { isSlow } from './outcome.ts';
import { blockOf, type Count, FAILED, usualFrom } from './tally.ts';
import { failsAnyway, type Usual, type UsualByOperation } from './usual.ts';

/** What is usual by these transactions alone, learned as the running system learns it. The order of them does not matter. */
export function learned(transactions: readonly Transaction[]): ReadonlyMap<string, Usual> {
  const rough = usualIn(transactions, spanCounts);
  return usualIn(transactions, (transaction) => {
    const counts = spanCounts(transaction);
    if (teaches(transaction, rough)) return [...counts, ...lessonOf(transaction).counts];
    return counts.filter(({ field }) => field === FAILED);
  });
}

function usualIn(
  transactions: readonly Transaction[],
  countsOf: (transaction: Transaction) => readonly Count[],
): ReadonlyMap<string, Usual> {
  const blocks = new Map<string, Map<number, Map<string, number>>>();
  for (const transaction of transactions) {
    const block = blockOf(transaction.start);
    for (const { key, field } of countsOf(transaction)) {
      const counts = inner(inner(blocks, key), block);
      counts.set(field, (counts.get(field) ?? 0) + 1);
    }
  }
  return new Map(
    [...blocks].flatMap(([key, of]) => {
      const usual = usualFrom([...of.values()]);
      return usual ? [[key, usual]] : [];
    }),
  );
}

function inner<A, B, C>(of: Map<A, Map<B, C>>, key: A): Map<B, C> {
  const there = of.get(key) ?? new Map<B, C>();
  of.set(key, there);
  return there;
}

/** What failed, took far too long or is known in part only would make an incident look usual. */
export function teaches(transaction: Transaction, usual: UsualByOperation): boolean {
  const [entry] = transaction.spans;
  const isWhole = transaction.incomplete.every((defect) => defect === 'clock-skew');
  return isWhole && entry !== undefined && !isSlow(entry, usual) && failsOnlyAsUsual(transaction, usual);
}

function failsOnlyAsUsual(transaction: Transaction, usual: UsualByOperation): boolean {
  if (transaction.outcome === 'ok') return true;
  const tree = regrow(transaction);
  settleAgain(tree);
  return fatalEnds(tree).every(({ span }) => failsAnyway(span, usual));
}

const spanCounts = ({ spans }: Transaction): readonly Count[] => spans.flatMap((span) => countOf(span) ?? []);
