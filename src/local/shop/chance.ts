import { setTimeout as delay } from 'node:timers/promises';

/** Numbers from 0 to 1, the same ones for the same seed. */
export type Chance = () => number;

/** Mulberry32: enough for jitter. https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
export function seeded(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A little above or below the typical, seldom far above: log-normal, as latencies are. */
export function around(chance: Chance, typicalMs: number, spread = 0.12): number {
  const normal = Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
  return typicalMs * Math.exp(spread * normal);
}

/** Work takes time; this is all of it that the shop does. */
export type Takes = (typicalMs: number) => Promise<void>;

/** Does not keep the process alive: a shop that was stopped leaves nothing to wait for. */
export const taking =
  (chance: Chance): Takes =>
  async (typicalMs) => {
    await delay(around(chance, typicalMs), undefined, { ref: false });
  };

export function oneOf<T>(chance: Chance, choices: readonly [T, ...T[]]): T {
  return choices[Math.floor(chance() * choices.length)] ?? choices[0];
}
