import { micros, spelled } from '../units.ts';

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Steps that people count in, µs. */
const STEPS: readonly number[] = [
  ...[1, 10, 100, 1e3, 1e4, 1e5, 1e6].flatMap((power) => [power, 2 * power, 5 * power]),
  ...[10, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 4, 8, 12].map((hours) => hours * HOUR),
];

export type Tick = { readonly at: number; readonly label: string };

/** Round instants from 0 to `length` (µs), at most `most` beside the 0. */
export function ticks(length: number, most: number): readonly Tick[] {
  const step = STEPS.find((one) => length / one <= most) ?? DAY * Math.ceil(length / DAY / most);
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, i) => ({ at: i * step, label: tickLabel(i * step) }));
}

/** Without the zeros that a measured duration would have: `2 s`, not `2.00 s`. */
function tickLabel(at: number): string {
  if (at === 0) return '0';
  if (at < 1_000) return `${at} µs`;
  if (at < SECOND) return `${at / 1_000} ms`;
  if (at < MINUTE) return `${at / SECOND} s`;
  return spelled(micros(at));
}
