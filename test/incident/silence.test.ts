import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { looked, rhythmOf, type Silence, type Watch } from '../../src/incident/silence.ts';
import { fromSeconds, type Micros, micros } from '../../src/units.ts';

const MINUTE = fromSeconds(60);
const HOUR = 60;
const DAY = 24 * HOUR;
/** A Monday, 0:00 UTC. */
const START = Date.UTC(2026, 10, 16) * 1_000;
const at = (minute: number): Micros => micros(START + minute * MINUTE);
const minuteOf = (time: Micros | undefined): number | undefined => (time === undefined ? undefined : (time - START) / MINUTE);

type Look = (minute: number) => boolean;
const always: Look = () => true;
const never: Look = () => false;

/** What somebody is told who looks every minute, in minutes; `comes`: whether something comes in that minute. */
function told(minutes: number, comes: Look, isWatched: Look = always) {
  const silences: Silence[] = [];
  let watch: Watch | undefined;
  let arrivedAt = at(0);
  for (let minute = 0; minute < minutes; minute++) {
    if (comes(minute)) arrivedAt = at(minute);
    if (!isWatched(minute)) continue;
    watch = looked(watch, arrivedAt, at(minute + 0.9));
    const { silence } = watch;
    if (silence && silences.at(-1)?.from !== silence.from) silences.push(silence);
    else if (silence) silences[silences.length - 1] = silence;
  }
  return { silences: silences.map(({ from, to }) => [minuteOf(from), minuteOf(to)]), watch };
}

const except =
  (from: number, to: number, comes: Look = always): Look =>
  (minute) =>
    (minute <= from || minute >= to) && comes(minute);
const timeOfDay = (minute: number): number => minute % DAY;
const isOpen = (minute: number): boolean => timeOfDay(minute) >= 9 * HOUR && timeOfDay(minute) < 18 * HOUR;
const isLunch = (minute: number): boolean => timeOfDay(minute) >= 12 * HOUR && timeOfDay(minute) < 12 * HOUR + 50;
const isWeekend = (minute: number): boolean => Math.floor(minute / DAY) % 7 >= 5;
const every =
  (minutes: number): Look =>
  (minute) =>
    minute % minutes === 0;

describe('a source that has been steady for a day', () => {
  test('is told of when it has been silent for ten minutes, and when it is back', () => {
    const from = 2 * DAY + 14 * HOUR + 2;

    expect(told(from + 10, except(from, from + 17)).silences).toEqual([]);
    expect(told(from + 12, except(from, from + 17)).silences).toEqual([[from, undefined]]);
    expect(told(3 * DAY, except(from, from + 17)).silences).toEqual([[from, from + 17]]);
  });

  test.each([
    [1, 10],
    [5, 15],
    [15, 45],
    [20, 60],
  ])('of which something comes every %i min is told of after %i', (rhythm, patience) => {
    const from = 2 * DAY;
    const silence = except(from, 4 * DAY, every(rhythm));

    expect(told(from + patience, silence).silences).toEqual([]);
    expect(told(from + patience + 1, silence).silences).toEqual([[from, undefined]]);
  });
});

describe('nobody is told of a source', () => {
  test.each<readonly [string, number, Look]>([
    ['that is never heard of after its first day', 6 * DAY, (minute) => minute < 23 * HOUR],
    ['that came once', 6 * DAY, (minute) => minute === 7],
    ['that something comes of every half hour, and then not', 9 * DAY, (minute) => every(30)(minute) && minute < 8 * DAY],
    ['that rests every night', 5 * DAY, isOpen],
    ['that rests at night and at the weekend, for weeks', 30 * DAY, (minute) => isOpen(minute) && !isWeekend(minute)],
    ['that rests an hour earlier in winter', 20 * DAY, (minute) => isOpen(minute < 14 * DAY ? minute : minute + HOUR)],
    ['that has its lunch an hour later once', 10 * DAY, (minute) => !isLunch(minute < 9 * DAY ? minute : minute - 65)],
    ['that has its lunch much earlier once', 10 * DAY, (minute) => !isLunch(minute < 9 * DAY ? minute : minute + 100)],
    ['that closes early in its first week', 5 * DAY, (minute) => isOpen(minute) && minute < 3 * DAY + 14 * HOUR],
    ['whose nightly batch is all there is', 9 * DAY, (minute) => timeOfDay(minute) < 40],
    ['whose bursts last two hours, six hours apart', 9 * DAY, (minute) => minute % (8 * HOUR) < 2 * HOUR],
    [
      'that stops when it has stopped for an hour at that time before',
      10 * DAY,
      (minute) => timeOfDay(minute) < 12 * HOUR || timeOfDay(minute) >= 13 * HOUR,
    ],
  ])('%s', (_what, minutes, comes) => {
    expect(told(minutes, comes).silences).toEqual([]);
  });

  test('that comes at random, however seldom', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(0.5, 1, 2, 3, 4, 5, 8, 15, 40), (seed, mean) => {
        const random = generator(seed);
        const comes = new Set<number>();
        for (let minute = 0; minute < 9 * DAY; minute += mean * Math.log(1 / (1 - random()))) comes.add(Math.floor(minute));

        expect(told(9 * DAY, (minute) => comes.has(minute)).silences).toEqual([]);
      }),
      { numRuns: 9 },
    );
  });
});

/** Mulberry32: uniform in [0, 1). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe('when a week is known, the time of day counts:', () => {
  const from = 9 * DAY + 14 * HOUR;

  test('a source that rests at night is told of by day', () => {
    expect(told(10 * DAY, except(from, from + 30, isOpen)).silences).toEqual([[from, from + 30]]);
  });

  test('and not in the evening, nor when it rests longer than ever', () => {
    expect(told(12 * DAY, (minute) => isOpen(minute) && minute < from).silences).toEqual([[from - 1, undefined]]);
    expect(told(12 * DAY, (minute) => isOpen(minute) && minute < 9 * DAY + 18 * HOUR).silences).toEqual([]);
  });
});

describe('silence that nobody saw proves nothing:', () => {
  const from = 3 * DAY;

  test.each([
    ['Redis was away', from, from + 40],
    ['Redis was away from some minutes before', from - 7, from + 40],
    ['the workers were away at its end', from + 6, from + 40],
  ])('%s', (_what, gone, back) => {
    const comes = except(from, from + 43);
    const { silences, watch } = told(from + 8 * DAY, comes, (minute) => minute < gone || minute >= back);

    expect(silences).toEqual([]);
    expect(watch && rhythmOf(watch, at(from + 8 * DAY))).toMatchObject({ kind: 'steady', patience: 10 * MINUTE });
  });

  test('what has lasted since before is told ten minutes after somebody looks again', () => {
    const comes = except(from, Number.POSITIVE_INFINITY);
    const { silences, watch } = told(from + 60, comes, except(from + 5, from + 40));

    expect(told(from + 50, comes, except(from + 5, from + 40)).silences).toEqual([]);

    expect(silences).toEqual([[from, undefined]]);
    expect(minuteOf(watch?.since ?? at(0))).toBeCloseTo(from + 40.9);
  });

  test('a restart of the workers is no break', () => {
    const restarted = except(from + 3, from + 5);

    expect(told(from + 12, except(from, from + 60), restarted).silences).toEqual([[from, undefined]]);
  });
});

test('what happens again and again is told twice a week', () => {
  const comes: Look = (minute) => minute < 2 * DAY || timeOfDay(minute) < 14 * HOUR || timeOfDay(minute) > 14 * HOUR + 45;
  const start = (day: number): number => day * DAY + 14 * HOUR - 1;

  expect(told(7 * DAY, comes).silences.map(([first]) => first)).toEqual([start(2), start(3)]);
});

test('however many look, and however often, they see the same', () => {
  const from = 2 * DAY + 100;
  const once = told(from + 30, except(from, from + 17)).watch;
  let watch = once;
  for (let seconds = 0; seconds < 10; seconds++)
    watch = looked(watch, watch?.arrivedAt ?? at(0), micros(at(from + 30) + seconds * 1_000));

  expect({ ...watch, lookedAt: 0 }).toEqual({ ...once, lookedAt: 0 });
  expect(told(0, never).watch).toBeUndefined();
});
