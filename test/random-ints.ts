import { seeded } from '../src/local/shop/chance.ts';

/** Whole numbers from 0, the same for the same seed on every machine. */
export function randomInts(seed: number): (below: number) => number {
  const next = seeded(seed);
  return (below) => Math.floor(next() * below);
}
