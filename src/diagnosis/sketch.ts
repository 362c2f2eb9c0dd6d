import { type Micros, micros } from '../units.ts';
import type { Spread } from './usual.ts';

/**
 * DDSketch (Masson, Rim, Lee 2019): a duration falls into bin ⌈log γ x⌉, and every quantile read back is within ALPHA of the true one.
 * Bins add up, so that many writers can count with nothing but additions, in any order.
 */
const ALPHA = 0.02;
const GAMMA = (1 + ALPHA) / (1 - ALPHA);
const LN_GAMMA = Math.log(GAMMA);

export const binOf = (duration: Micros): number => Math.ceil(Math.log(Math.max(1, duration)) / LN_GAMMA);

const middleOf = (bin: number): Micros => micros((2 * GAMMA ** bin) / (GAMMA + 1));

/** How often each value was counted, by value. */
export type Tallied = ReadonlyMap<number, number>;

/** undefined when nothing was counted. */
export function spreadOf(bins: Tallied): Spread | undefined {
  const count = countIn(bins);
  return count === 0 ? undefined : { count, p50: middleOf(quantile(bins, 0.5)), p95: middleOf(quantile(bins, 0.95)) };
}

export const countIn = (tallied: Tallied): number => [...tallied.values()].reduce((sum, n) => sum + n, 0);

/** The value at that rank; 0 of nothing. */
export function quantile(tallied: Tallied, q: number): number {
  const ordered = [...tallied].sort(([a], [b]) => a - b);
  const rank = q * (countIn(tallied) - 1);
  let seen = 0;
  let last = 0;
  for (const [value, n] of ordered) {
    seen += n;
    last = value;
    if (seen > rank) break;
  }
  return last;
}
