import type { Usual } from '../diagnosis/usual.ts';
import { type Micros, micros } from '../units.ts';

/**
 * DDSketch (Masson, Rim, Lee 2019): a duration falls into bin ⌈log γ x⌉, and every quantile read back is within ALPHA of the true one.
 * Bins add up, so that Redis can merge what many writers count, with HINCRBY alone.
 */
const ALPHA = 0.02;
const GAMMA = (1 + ALPHA) / (1 - ALPHA);
const LN_GAMMA = Math.log(GAMMA);

export type Bins = ReadonlyMap<number, number>;

export const binOf = (duration: Micros): number => Math.ceil(Math.log(Math.max(1, duration)) / LN_GAMMA);

const middleOf = (bin: number): Micros => micros((2 * GAMMA ** bin) / (GAMMA + 1));

export function merged(blocks: readonly Bins[]): Bins {
  const all = new Map<number, number>();
  for (const block of blocks) {
    for (const [bin, count] of block) all.set(bin, (all.get(bin) ?? 0) + count);
  }
  return all;
}

/** undefined when nothing was counted. */
export function usualFrom(bins: Bins): Usual | undefined {
  const ordered = [...bins].sort(([a], [b]) => a - b);
  const count = ordered.reduce((sum, [, n]) => sum + n, 0);
  if (count === 0) return undefined;
  return { count, p50: quantile(ordered, count, 0.5), p95: quantile(ordered, count, 0.95) };
}

function quantile(ordered: readonly (readonly [number, number])[], count: number, q: number): Micros {
  const rank = q * (count - 1);
  let seen = 0;
  let last = 0;
  for (const [bin, n] of ordered) {
    seen += n;
    last = bin;
    if (seen > rank) break;
  }
  return middleOf(last);
}
