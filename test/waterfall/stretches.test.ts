import fc from 'fast-check';
import { expect, test } from 'vitest';
import { merged, without } from '../../src/waterfall/stretches.ts';

const stretches = fc.array(fc.tuple(fc.nat(60), fc.nat(12)).map(([start, long]) => ({ start, end: start + long }))).map(merged);
const holds = (all: readonly { start: number; end: number }[], at: number): boolean =>
  all.some(({ start, end }) => start <= at && at < end);

test('what is left lies where the first are and the others are not, in order and disjoint', () => {
  fc.assert(
    fc.property(stretches, stretches, (some, others) => {
      const rest = without(some, others);
      for (let at = 0; at < 80; at += 1) expect(holds(rest, at)).toBe(holds(some, at) && !holds(others, at));
      for (const [i, { start, end }] of rest.entries()) {
        expect(end).toBeGreaterThan(start);
        expect(start).toBeGreaterThan(rest[i - 1]?.end ?? -1);
      }
    }),
  );
});
