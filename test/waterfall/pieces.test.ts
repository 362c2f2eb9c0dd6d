import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assemble } from '../../src/trace/assemble.ts';
import { waterfallOf } from '../../src/waterfall/rows.ts';
import { timelineOf } from '../../src/waterfall/timeline.ts';
import { anyRecords } from '../trace/arbitrary.ts';

test('whatever was recorded and however it is folded, the drawn pieces follow each other and add up to the transaction', () => {
  fc.assert(
    fc.property(anyRecords, fc.integer({ min: 1, max: 44 }), (records, budget) => {
      for (const transaction of assemble(records).transactions) {
        const { path, rows } = waterfallOf(timelineOf(transaction), budget);
        const drawn = path.reduce((sum, { start, end }) => sum + end - start, 0);

        expect(drawn).toBe(transaction.duration);
        for (const [i, { start }] of path.entries()) expect(start).toBeGreaterThanOrEqual(path[i - 1]?.end ?? 0);
        expect(rows.reduce((sum, { share }) => sum + share, 0)).toBeLessThanOrEqual(1 + 1e-9);
      }
    }),
  );
});
