import fc from 'fast-check';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { drawWaterfall } from '../../src/waterfall/draw.ts';
import { width } from '../../src/waterfall/font-metrics.ts';
import { type Layout, layoutOf } from '../../src/waterfall/layout.ts';
import type { Sheet, Words } from '../../src/waterfall/sheet.ts';
import { type Sketch, scene, sceneOf, transactionOf } from './transactions.ts';

const NAMES = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    'POST /checkout',
    'GetItem orders',
    'W'.repeat(10_000),
    '在庫確認ファンクション',
    'مرحبا بالعالم',
    '\u202egnp.exe',
    '',
  ),
);

/** A span somewhere in the tree: of any name, at any time, of any length, failed or not, cold or not, late or not. */
const sketch = fc.record({
  name: NAMES,
  service: fc.oneof(NAMES, fc.constantFrom('shop', 'payment', 'ledger')),
  start: fc.integer({ min: -5_000, max: 100_000 }),
  took: fc.option(fc.integer({ min: -50, max: 50_000 }), { nil: undefined }),
  depth: fc.nat({ max: 7 }),
  error: fc.option(fc.tuple(NAMES, NAMES), { nil: undefined }),
  join: fc.constantFrom('parent', 'message', 'link', 'inferred'),
  orphan: fc.boolean(),
});

/** Of a parent before its children, which the tree's depths say. */
const scenes = fc.array(sketch, { minLength: 1, maxLength: 40 }).map((drafts) => {
  let depth = -1;
  const sketches = drafts.map(({ start, took, error, ...rest }, i): Sketch => {
    depth = i === 0 ? 0 : Math.min(rest.depth + 1, depth + 1);
    const at = [start, took === undefined ? undefined : start + took] as const;
    const path = took === undefined || took <= 0 || i > 0 ? [] : [[start, start + took] as const];
    return {
      name: rest.name,
      service: rest.service,
      at,
      depth,
      path,
      ...(i > 0 && { join: rest.join, orphan: rest.orphan }),
      ...(error && { error }),
    };
  });
  return scene(sketches);
});

const wordsOf = (sheet: Sheet): readonly Words[] =>
  Object.values(sheet)
    .flat()
    .filter((shape): shape is Words => 'text' in shape && shape.text !== '');

type Place = {
  readonly words: Words;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
};

function placeOf(words: Words): Place {
  const { x, y, text, size, weight, align } = words;
  const wide = width(text, size, weight);
  const left = { left: x, center: x - wide / 2, right: x - wide }[align];
  // What reaches above the small letters and below the line, and no more: lines may lie close.
  return { words, left, right: left + wide, top: y - size * 0.7, bottom: y + size * 0.1 };
}

/** Words that lie over each other by more than a hair. */
function collisions({ sheet }: Layout): readonly string[] {
  const places = wordsOf(sheet).map(placeOf);
  return places.flatMap((a, i) =>
    places.slice(i + 1).flatMap((b) => {
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      return across > 0.5 && down > 0.5 ? [`${a.words.text} / ${b.words.text}`] : [];
    }),
  );
}

test('whatever was recorded, no words lie over others and all stay on the page', () => {
  fc.assert(
    fc.property(scenes, fc.constantFrom('thread', 'full'), (one, preset) => {
      const layout = layoutOf(one, { preset });
      expect(collisions(layout)).toEqual([]);
      for (const { left, right, bottom } of wordsOf(layout.sheet).map(placeOf)) {
        expect(left).toBeGreaterThanOrEqual(0);
        expect(right).toBeLessThanOrEqual(layout.width);
        expect(bottom).toBeLessThanOrEqual(layout.height);
      }
    }),
    { numRuns: 60 },
  );
});

test('bars stand for their spans to the microsecond', () => {
  const at = [0.001, 7.777] as const;
  const { sheet } = layoutOf(
    scene([
      { name: 'GET /', at: [0, 900_000.123] },
      { name: 'query', at, depth: 1 },
    ]),
  );

  expect(sheet.bar.filter(({ row }) => row !== undefined)).toMatchObject([
    { startMs: 0, durationMs: 900_000.123 },
    { startMs: 0.001, durationMs: 7.776 },
  ]);
});

const quarterHour = (count: number) =>
  scene([
    { name: 'POST /import', at: [0, 900_000], path: [[0, 900_000]] },
    ...Array.from(
      { length: count },
      (_, i): Sketch => ({ name: `row ${i}`, service: `w${i % 5}`, at: [i * 8, i * 8 + 1], depth: 1 }),
    ),
  ]);

test.each([
  ['15 minutes with children of 1 ms', quarterHour(200)],
  ['100,000 spans', quarterHour(100_000)],
  ['a span that ends before it begins', scene([{ name: 'back', at: [10, -10] }])],
  ['no length at all', scene([{ name: 'nothing', at: [0, 0] }])],
  ['no span at all', sceneOf({ ...transactionOf([{ name: 'gone', at: [0, 1] }]), spans: [], criticalPath: [] })],
])('%s: a picture', async (_, one) => {
  const { png, width: wide, height } = await drawWaterfall(one);

  expect(await sharp(png).metadata()).toMatchObject({ format: 'png', width: wide, height });
});
