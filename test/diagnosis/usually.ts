import type { Usual, UsualByOperation, UsualCall } from '../../src/diagnosis/usual.ts';
import { fromMillis } from '../../src/units.ts';

export type UsualWords = {
  readonly count?: number;
  /** Milliseconds. */
  readonly p50?: number;
  readonly p95?: number;
  readonly own?: number;
  /** undefined, said aloud: nobody has seen it before today. */
  readonly failing?: number | undefined;
  readonly calls?: Readonly<
    Record<string, { readonly made?: number; readonly times?: number; readonly gap?: number; readonly of?: number }>
  >;
};

const spread = (count: number, p50: number, p95 = 2 * p50) => ({ count, p50: fromMillis(p50), p95: fromMillis(p95) });

/** Seen a hundred times unless told otherwise, and never failing; what is not told is not known. */
export function aUsual(words: UsualWords): Usual {
  const { count = 100, p50, p95, own, calls = {} } = words;
  const failing = 'failing' in words ? words.failing : 0;
  const callsMade = Object.entries(calls).map(([callee, { made = 1, times = 1, gap, of = count }]): [string, UsualCall] => [
    callee,
    { of, made, times, gap: gap === undefined ? undefined : spread(count, gap) },
  ]);
  return {
    took: p50 === undefined ? undefined : spread(count, p50, p95),
    own: own === undefined ? undefined : spread(count, own),
    failing,
    calls: new Map(callsMade),
  };
}

/** By `service|operation`; a number is the median duration. */
export const usually = (known: Readonly<Record<string, number | UsualWords>>): UsualByOperation =>
  new Map(Object.entries(known).map(([key, words]) => [key, aUsual(typeof words === 'number' ? { p50: words } : words)]));
