/** Whole microseconds: a length of time, or an instant since the Unix epoch. Exact in a double until the year 2255. */
export type Micros = number & { readonly unit: 'µs' };

export const NO_TIME = 0 as Micros;

/** Rounds to whole microseconds. Throws a RangeError on NaN and infinities: they would spread through every sum. */
export function micros(value: number): Micros {
  if (!Number.isFinite(value)) throw new RangeError(`expected a finite number of microseconds, not ${value}`);
  return Math.round(value) as Micros;
}

export const fromMillis = (ms: number): Micros => micros(ms * 1_000);

export const fromSeconds = (seconds: number): Micros => micros(seconds * 1_000_000);

/** From nanoseconds since the epoch. Give a string or a bigint where there is one: a double has lost the last digits already. */
export function fromNanos(nanos: bigint | number): Micros {
  if (typeof nanos === 'number') return micros(nanos / 1_000);
  return micros(Number((nanos + 500n) / 1_000n));
}

export const toMillis = (time: Micros): number => time / 1_000;

export const between = (start: Micros, end: Micros): Micros => micros(Math.max(0, end - start));

export const later = (a: Micros, b: Micros): Micros => (a > b ? a : b);

export const earlier = (a: Micros, b: Micros): Micros => (a < b ? a : b);

/** A duration as people write it, three digits at most: `640 µs`, `98 ms`, `1.24 s`, `2 min 5 s`, `3 h 12 min`. */
export function spelled(duration: Micros): string {
  const ms = duration / 1_000;
  if (duration === 0) return '0 ms';
  if (ms < 1) return `${duration} µs`;
  if (ms < 9.95) return `${Number(ms.toFixed(1))} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9_995) return `${(ms / 1_000).toFixed(2)} s`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  return spelledLong(Math.round(ms / 1_000));
}

/** Where the rest does not matter: `14 s`, `17 min`, `2 h 5 min`. */
export function roughly(duration: Micros): string {
  if (duration < 59_500_000) return `${Math.round(duration / 1_000_000)} s`;
  return spelled(micros(Math.round(duration / 60_000_000) * 60_000_000));
}

function spelledLong(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return withRest(`${minutes} min`, seconds % 60, 's');
  return withRest(`${Math.floor(minutes / 60)} h`, minutes % 60, 'min');
}

const withRest = (whole: string, rest: number, unit: string): string => (rest === 0 ? whole : `${whole} ${rest} ${unit}`);
