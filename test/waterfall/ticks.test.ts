import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ticks } from '../../src/waterfall/ticks.ts';

const SECOND = 1_000_000;

test.each([
  [1, '0 1 µs'],
  [212_000, '0 50 ms 100 ms 150 ms 200 ms'],
  [842_000, '0 200 ms 400 ms 600 ms 800 ms'],
  [1_860_000, '0 500 ms 1 s 1.5 s'],
  [6_356_000, '0 2 s 4 s 6 s'],
  [900 * SECOND, '0 5 min 10 min 15 min'],
  [72 * 3_600 * SECOND, '0 24 h 48 h 72 h'],
])('counts %i µs in round steps', (length, expected) => {
  expect(
    ticks(length, 5)
      .map(({ label }) => label)
      .join(' '),
  ).toBe(expected);
});

test('at most as many as asked beside the 0, in even steps, none beyond the end', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e15 }), fc.integer({ min: 2, max: 8 }), (length, most) => {
      const all = ticks(length, most);
      expect(all.length).toBeLessThanOrEqual(most + 1);
      expect(all[0]?.label).toBe('0');
      const step = all[1]?.at ?? 0;
      for (const [i, { at }] of all.entries()) {
        expect(at).toBe(i * step);
        expect(at).toBeLessThanOrEqual(length);
      }
    }),
  );
});
