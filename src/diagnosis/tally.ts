import { fromMillis, type Micros } from '../units.ts';
import { binOf, countIn, quantile, spreadOf, type Tallied } from './sketch.ts';
import { ENOUGH_SIGHTINGS, type Spread, type Usual, type UsualCall } from './usual.ts';

/**
 * What is counted of one operation, in blocks of time. All fields only ever grow by one, so that many writers can count at once:
 * `d:BIN` durations, `f` failures, `o:BIN` own times, `n` sightings as a caller, `c:TIMES:CALLEE` calls made, `g:BIN:CALLEE` gaps.
 */
export type Counts = ReadonlyMap<string, number>;
/** One more of that. */
export type Count = { readonly key: string; readonly field: string };

/** Long enough to fill, short enough that BLOCKS of them hold yesterday's same hour and forget a bad day. */
export const BLOCK = fromMillis(3 * 3_600_000);
export const BLOCKS = 9;

export const blockOf = (at: Micros): number => Math.floor(at / BLOCK);

export const FAILED = 'f';
export const CALLER = 'n';
export const durationField = (took: Micros): string => `d:${binOf(took)}`;
export const ownField = (own: Micros): string => `o:${binOf(own)}`;
export const gapField = (gap: Micros, callee: string): string => `g:${binOf(gap)}:${callee}`;
export const callField = (times: number, callee: string): string => `c:${Math.min(times, MOST_TIMES)}:${callee}`;

/** More calls of one kind than this are as good as this many. */
const MOST_TIMES = 999;
const FIELD = /^([docg]):(-?\d+)(?::(.*))?$/s;

type Sorted = {
  readonly durations: Map<number, number>;
  readonly owns: Map<number, number>;
  readonly calls: Map<string, Map<number, number>>;
  readonly gaps: Map<string, Map<number, number>>;
};

/** From the counts of each block of time, and of those that no incident of now can have filled; undefined: hardly ever seen. */
export function usualFrom(blocks: readonly Counts[], past = blocks): Usual | undefined {
  const { durations, owns, calls, gaps } = sorted(blocks);
  const took = enough(durations);
  const own = enough(owns);
  const of = sum(blocks, CALLER);
  const failed = sum(blocks, FAILED);
  const known = took ?? own;
  if (!known && of < ENOUGH_SIGHTINGS && failed + countIn(durations) < ENOUGH_SIGHTINGS) return undefined;
  return {
    took,
    own,
    failing: median(past.map(failingIn).filter((rate) => rate !== undefined)),
    calls:
      of < ENOUGH_SIGHTINGS
        ? new Map()
        : new Map([...calls].map(([callee, times]) => [callee, callOf(times, of, gaps.get(callee))])),
  };
}

/** How long it took in one block of time; undefined: never seen to go well. */
export const durationsIn = (block: Counts): Spread | undefined => spreadOf(sorted([block]).durations);

const enough = (bins: Tallied) => (countIn(bins) >= ENOUGH_SIGHTINGS ? spreadOf(bins) : undefined);

const callOf = (times: Tallied, of: number, gaps: Tallied = new Map()): UsualCall => ({
  of,
  made: Math.min(1, countIn(times) / of),
  times: quantile(times, 0.5),
  gap: enough(gaps),
});

const sum = (blocks: readonly Counts[], field: string): number =>
  blocks.reduce((total, block) => total + (block.get(field) ?? 0), 0);

function failingIn(block: Counts): number | undefined {
  const failed = block.get(FAILED) ?? 0;
  const well = [...block].reduce((total, [field, n]) => total + (field.startsWith('d:') ? n : 0), 0);
  return failed + well === 0 ? undefined : failed / (failed + well);
}

/** undefined of none. */
function median(rates: readonly number[]): number | undefined {
  return rates.toSorted((a, b) => a - b)[Math.floor((rates.length - 1) / 2)];
}

function sorted(blocks: readonly Counts[]): Sorted {
  const into: Sorted = { durations: new Map(), owns: new Map(), calls: new Map(), gaps: new Map() };
  for (const [field, n] of blocks.flatMap((block) => [...block])) {
    const [, what, value, callee = ''] = FIELD.exec(field) ?? [];
    if (what === 'd') add(into.durations, Number(value), n);
    if (what === 'o') add(into.owns, Number(value), n);
    if (what === 'c') add(inner(into.calls, callee), Number(value), n);
    if (what === 'g') add(inner(into.gaps, callee), Number(value), n);
  }
  return into;
}

const add = (to: Map<number, number>, value: number, n: number): void => void to.set(value, (to.get(value) ?? 0) + n);

function inner(of: Map<string, Map<number, number>>, key: string): Map<number, number> {
  const there = of.get(key) ?? new Map<number, number>();
  of.set(key, there);
  return there;
}

/** How often it was seen to go well. */
export const wellIn = (block: Counts): number => countIn(sorted([block]).durations);
