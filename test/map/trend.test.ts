import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { drawTrend } from '../../src/map/trend/draw-trend.ts';
import type { Bucket } from '../../src/map/trend/trend.ts';
import { trendAltText, trendDrawn } from '../../src/map/trend/trend-drawn.ts';
import { trendLayout } from '../../src/map/trend/trend-layout.ts';
import { fromMillis, type Micros, micros } from '../../src/units.ts';
import { width } from '../../src/waterfall/font-metrics.ts';
import { THEMES } from '../../src/waterfall/theme.ts';
import { TREND_AT as AT, bucket, trend } from './maps.ts';

describe('a trend as data', () => {
  test('a bucket lies where its hours are, the last cut at the end of the transaction', () => {
    const { sheet } = trendLayout(trend());
    const wide = sheet.band.map(({ x, x2 }) => x2 - x);
    const hour = (454 - 66) / 24;

    expect(wide[0]).toBeCloseTo(hour, 6);
    expect(wide[2]).toBeCloseTo((hour * (14 * 60 + 8)) / 3_600, 6);
    expect(sheet.band[0]?.x2).toBeCloseTo(sheet.band[1]?.x ?? 0, 6);
    expect(sheet.band[2]?.x2).toBe(454);
  });

  test('twice as long is equally far up wherever it is', () => {
    const { sheet } = trendLayout(trend());
    const [first, second, third] = sheet.band.map(({ y, y2 }) => y2 - y);

    expect(second).toBeCloseTo(2 * (first ?? 0), 6);
    expect(third).toBeCloseTo(2 * (first ?? 0), 6);
    expect((sheet.band[2]?.y ?? 0) - (sheet.mark[0]?.y ?? 0)).toBeCloseTo(first ?? 0, 6);
  });

  test('hours in which nothing was seen stay empty, and what is older than a day is left out', () => {
    const { sheet } = trendLayout(
      trend({ buckets: [bucket(30, 1, 1), bucket(24, 500, 900), bucket(3, 500, 900), { ...bucket(2, 1, 1), count: 0 }] }),
    );

    expect(sheet.band).toHaveLength(2);
    expect(sheet.band[0]?.x).toBe(66);
  });

  test('names at the right edge do not overlap and stay in the picture', () => {
    const durations = fc.integer({ min: 0, max: 9_000_000 });
    fc.assert(
      fc.property(durations, durations, durations, (took, a, b) => {
        const [p50, p95] = [Math.min(a, b), Math.max(a, b)];
        const { sheet, width: wide } = trendLayout(
          trend({ buckets: [bucket(0, p50, p95)], one: { at: AT, took: fromMillis(took) } }),
        );
        const heights = sheet.label.map(({ y }) => y);
        expect(heights.every((y, n) => n === 0 || y - (heights[n - 1] ?? 0) > 14.9)).toBe(true);
        for (const { x, text, size, weight } of sheet.label) expect(x + width(text, size, weight)).toBeLessThanOrEqual(wide);
        expect([...sheet.mark, ...sheet.band].every(({ y }) => y >= 50 && y <= 164)).toBe(true);
        expect(sheet.axis.filter(({ align }) => align === 'right').length).toBeGreaterThan(0);
      }),
    );
  });
});

test.each(['light', 'dark'] as const)('%s: the PNG has its colours where the sheet says', async (name) => {
  const { sheet } = trendLayout(trend(), name);
  const { png, width: wide, height } = await drawTrend(trend(), name);
  const at = async (x: number, y: number): Promise<string> => {
    const data = await sharp(png)
      .extract({ left: Math.round(x * 2), top: Math.round(y * 2), width: 1, height: 1 })
      .raw()
      .toBuffer();
    return `#${[...data]
      .slice(0, 3)
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join('')}`.toUpperCase();
  };
  const [band, mark] = [sheet.band[1], sheet.mark[0]];

  expect([wide, height]).toEqual([1_200, 392]);
  expect(await at(4, 4)).toBe(THEMES[name].paper);
  expect(await at(((band?.x ?? 0) + (band?.x2 ?? 0)) / 2, ((band?.y ?? 0) + (band?.y2 ?? 0)) / 2)).toBe(band?.fill.toUpperCase());
  expect(await at(mark?.x ?? 0, mark?.y ?? 0)).toBe(THEMES[name].error);
});

test('in characters', () => {
  expect(trendDrawn(trend())).toBe(
    `POST /checkout: p50 to p95 in the 24 hours before, UTC
07:00  ··├────────┤····························   500 ms  1.00 s
08:00  ··├─────────────────┤···················   500 ms  2.00 s
09:00  ···········├────────────────┤···········   1.00 s  4.00 s
09:14  ·····································◆     8.00 s  this one`,
  );
});

test('in words: this one, against what, and of how many', () => {
  expect(trendAltText(trend())).toBe(
    'POST /checkout took 8.00 s, 2.0× the latest p95 of 4.00 s. In the 24 hours before, p50 was 500 ms to 1.00 s and p95 1.00 s to 4.00 s, of 30 sightings that went well.',
  );
  expect(trendAltText(trend({ buckets: [] }))).toContain('was not seen to go well');
});

test('any name and any durations become a picture and a text', async () => {
  const time = fc.integer({ min: 0, max: 100_000_000_000 }).map((value): Micros => micros(value));
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'binary', maxLength: 500 }),
      fc.array(fc.tuple(fc.nat(40), time, time), { maxLength: 100 }),
      time,
      async (operation, raw, took) => {
        const buckets = raw.map(
          ([age, p50, p95]): Bucket => ({
            ...bucket(age, 0, 0),
            p50: micros(Math.min(p50, p95)),
            p95: micros(Math.max(p50, p95)),
          }),
        );
        const scene = trend({ operation, buckets, one: { at: AT, took } });
        const { png, altText } = await drawTrend(scene);
        expect((await sharp(png).metadata()).format).toBe('png');
        expect(altText.length).toBeLessThanOrEqual(1_000);
        expect(trendDrawn(scene).split('\n').length).toBeLessThanOrEqual(27);
      },
    ),
    { numRuns: 12 },
  );
});
