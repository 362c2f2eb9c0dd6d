import { micros, spelled } from '../../units.ts';

/** A logarithmic axis of durations: half as long is as far down as twice as long is up. */
export type Scale = {
  /** 0 at the shortest, 1 at the longest duration shown. */
  readonly place: (duration: number) => number;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
};

const STEPS = [1, 2, 5];
/** More lines than these are a hatching. */
const MOST_TICKS = 6;
/** Durations that are all alike would fill the picture with their noise. */
const LEAST_RATIO = 4;

/** Over all of the durations, with some air. */
export function scaleOf(durations: readonly number[]): Scale {
  const positive = durations.map((duration) => Math.max(1, duration));
  const least = positive.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY) / 1.25;
  const most = positive.reduce((a, b) => Math.max(a, b), 1) * 1.25;
  const middle = Math.sqrt(least * most);
  const low = Math.min(least, middle / Math.sqrt(LEAST_RATIO));
  const high = Math.max(most, middle * Math.sqrt(LEAST_RATIO));
  const place = (duration: number): number => Math.log(Math.max(low, duration) / low) / Math.log(high / low);
  return { place, ticks: ticksIn(low, high) };
}

function ticksIn(low: number, high: number): Scale['ticks'] {
  const powers = Array.from({ length: 14 }, (_, power) => 10 ** power);
  const all = powers.flatMap((power) => STEPS.map((step) => step * power)).filter((at) => at >= low && at <= high);
  const every = Math.ceil(all.length / MOST_TICKS);
  return all.filter((_, index) => index % every === 0).map((at) => ({ at, label: tickLabel(at) }));
}

/** Without the zeros that a measured duration would have: `2 s`, not `2.00 s`. */
const tickLabel = (at: number): string => spelled(micros(at)).replace(/\.0+ /, ' ');
