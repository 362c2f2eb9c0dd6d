import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { drawMap } from '../../src/map/draw-map.ts';
import { mapDrawn } from '../../src/map/map-drawn.ts';
import { type MapLayout, mapLayout } from '../../src/map/map-layout.ts';
import { width } from '../../src/waterfall/font-metrics.ts';
import { THEMES } from '../../src/waterfall/theme.ts';
import { type EdgeSketch, sceneOf, shopScene } from './maps.ts';

type Point = { readonly x: number; readonly y: number };

/** The points of each edge's line, in order; the samples of the legend have negative numbers. */
function linesOf({ sheet }: MapLayout): readonly { readonly edge: number; readonly points: readonly Point[] }[] {
  const all = [...sheet.call, ...sheet.async, ...sheet.guess].filter(({ edge }) => edge >= 0);
  return [...new Set(all.map(({ edge }) => edge))].map((edge) => ({
    edge,
    points: all.filter((one) => one.edge === edge).sort((a, b) => a.at - b.at),
  }));
}

type Rect = { readonly x: number; readonly x2: number; readonly y: number; readonly y2: number };

const isOnSide = ({ x, y }: Point, { x: left, x2, y: head, y2 }: Rect, slack: number): boolean =>
  (y >= head && y <= y2 && Math.min(Math.abs(x - left), Math.abs(x - x2)) <= slack) ||
  (x >= left && x <= x2 && Math.min(Math.abs(y - head), Math.abs(y - y2)) <= slack);
const isInside = ({ x, y }: Point, box: Rect): boolean => x > box.x + 1 && x < box.x2 - 1 && y > box.y + 1 && y < box.y2 - 1;
const overlap = (a: Rect, b: Rect): boolean => a.x < b.x2 && b.x < a.x2 && a.y < b.y2 && b.y < a.y2;

/** What must hold of every map. */
function expectSound(layout: MapLayout, edges: number): void {
  const { sheet } = layout;
  const lines = linesOf(layout);
  expect(lines).toHaveLength(edges);
  for (const { edge, points } of lines) {
    const [first, last] = [points[0], points.at(-1)];
    expect(sheet.box.some((box) => first && isOnSide(first, box, 0.01))).toBe(true);
    // The arrow's head fills the rest.
    expect(sheet.box.some((box) => last && isOnSide(last, box, 6.01))).toBe(true);
    expect(sheet.arrow.filter((arrow) => arrow.edge === edge)).toHaveLength(1);
    expect(points.some((point) => sheet.box.some((box) => isInside(point, box)))).toBe(false);
  }
  sheet.box.forEach((box, index) => {
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.x2).toBeLessThanOrEqual(layout.width);
    expect(box.y2).toBeLessThanOrEqual(layout.height);
    expect(sheet.box.slice(index + 1).some((other) => overlap(box, other))).toBe(false);
  });
  for (const text of [...sheet.name, ...sheet.label]) {
    const right = text.x + width(text.text, text.size, text.weight);
    const home = sheet.box.find((box) => isInside({ x: text.x + 0.1, y: text.y }, box));
    expect(home?.x2 ?? 0).toBeGreaterThanOrEqual(right);
  }
  for (const { x, text, size, weight, align } of [...sheet.head, ...sheet.foot])
    expect(x + (align === 'left' ? width(text, size, weight) : 0)).toBeLessThanOrEqual(layout.width);
}

describe('a map as data', () => {
  test('joins every edge’s two boxes, keeps words inside and boxes apart', () => {
    expectSound(mapLayout(shopScene()), 17);
  });

  test('each caller’s arrow ends at its own line of the box, and lines do not overlap', () => {
    const layout = mapLayout(shopScene());
    const table = layout.sheet.box.find((box) =>
      layout.sheet.name.some(({ text, x, y }) => text === 'orders-table' && isInside({ x, y }, box)),
    );
    const heads = layout.sheet.arrow.filter(({ x, y }) => table && isOnSide({ x, y }, table, 6)).map(({ y }) => y);
    const rows = layout.sheet.label.filter(({ x, y }) => table && isInside({ x, y }, table)).map(({ y }) => y);

    expect(heads).toHaveLength(3);
    expect(new Set(heads.map((head) => rows.findIndex((row) => Math.abs(row - 3.8 - head) < 0.5)))).toEqual(new Set([0, 1, 2]));
  });

  test('names the failing edge in the title and marks it, and nothing else, with a cross', () => {
    const { sheet } = mapLayout(shopScene());

    expect(sheet.head.map(({ text }) => text)).toContain('fulfil-fn → warehouse fails 35 % of 191 calls');
    // One on the edge, one in the legend.
    expect(sheet.badge).toHaveLength(2);
    expect(sheet.call.filter(({ color }) => color === THEMES.light.error).map(({ edge }) => edge)).toEqual(
      Array(15).fill(linesOf(mapLayout(shopScene())).length),
    );
  });

  test('asynchronous edges are dashed, guessed ones dotted, and the legend shows what occurs', () => {
    const { sheet } = mapLayout(
      sceneOf([
        ['a', 'b', 1, 1, 0, { async: true }],
        ['b', 'c', 1, 1, 0, { async: true, inferred: true }],
        ['c', 'd', 1, 1],
      ]),
    );

    expect(
      [sheet.async, sheet.guess, sheet.call].map(
        (layer) => new Set(layer.filter(({ edge }) => edge >= 0).map(({ edge }) => edge)).size,
      ),
    ).toEqual([1, 1, 1]);
    expect(sheet.foot.map(({ text }) => text)).toEqual(expect.arrayContaining(['asynchronous', 'guessed']));
    expect(mapLayout(sceneOf([['a', 'b', 1, 1]])).sheet.foot.map(({ text }) => text)).toEqual([
      'in a box, a line for each caller: calls · p95 · errors',
    ]);
  });

  test('a failure where transactions enter is marked on the box', () => {
    const { sheet } = mapLayout(sceneOf([[undefined, 'api', 50, 5, 10]]));

    expect(sheet.head[1]?.text).toBe('api fails 20 % of 50 requests');
    expect(sheet.badge[0]?.x).toBe(sheet.box[0]?.x);
  });

  test('numbers of one glance: the errors are never what is cut', () => {
    const { sheet } = mapLayout(
      sceneOf([
        ['a', 'b', 123_456, 754_321, 100_000],
        ['b', 'c', 1, 1],
        ['c', 'd', 1, 1],
        ['d', 'e', 1, 1],
        ['e', 'f', 1, 1],
      ]),
    );

    expect(sheet.label.map(({ text }) => text)).toContain('123,456× · 81 %');
  });
});

const someNames = fc.array(
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(
      '</text><script>',
      'gnp.exe\u202e',
      '\ud800',
      '注文処理サービス',
      'x'.repeat(10_000),
      '__proto__',
      '',
      'خدمة الدفع',
      'a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p',
    ),
  ),
  { minLength: 1, maxLength: 12 },
);
const someMap = fc
  .tuple(
    someNames,
    fc.array(fc.tuple(fc.option(fc.nat(11), { nil: undefined }), fc.nat(11), fc.integer({ min: 1, max: 5_000 }), fc.nat(4)), {
      maxLength: 30,
    }),
  )
  .map(([names, raw]) => {
    const name = (n: number): string => names[n % names.length] ?? '';
    const sketches = raw.map(
      ([from, to, calls, errors]): EdgeSketch => [
        from === undefined ? undefined : name(from),
        name(to),
        calls + 4,
        calls,
        errors,
      ],
    );
    return sceneOf([...new Map(sketches.map((one) => [JSON.stringify([one[0], one[1]]), one])).values()]);
  });

describe('a map of more than a phone can show', () => {
  /** Twenty-four places that call each other across and across. */
  const dense: readonly EdgeSketch[] = Array.from({ length: 48 }, (_, n): EdgeSketch => {
    const [from, to] = [(n * n) % 24, (n * 5 + 3 * Math.floor(n / 24) + 1) % 24];
    return [`svc ${from}`, `svc ${to}`, 20, 30, n === 29 ? 4 : 0];
  });

  test('is the neighbourhood of what fails, and says what is left out', () => {
    const layout = mapLayout(sceneOf(dense));

    expect(layout.width).toBeLessThanOrEqual(748);
    expect(layout.height).toBeLessThanOrEqual(900);
    expect(layout.sheet.box.length).toBeGreaterThanOrEqual(12);
    expect(layout.sheet.badge).toHaveLength(2);
    expect(layout.sheet.foot.map(({ text }) => text).join()).toMatch(/of 24 not drawn, with \d+ of \d+ edges/);
  });
});

describe('a map of many steps', () => {
  const chain: readonly EdgeSketch[] = Array.from({ length: 9 }, (_, n): EdgeSketch => [`step ${n}`, `step ${n + 1}`, 9, 10]);

  test('goes from the top down and stays as wide as a thread', () => {
    const layout = mapLayout(sceneOf(chain));

    expectSound(layout, 9);
    expect(layout.width).toBe(600);
    expect(new Set(layout.sheet.arrow.map(({ angle }) => angle))).toEqual(new Set([90]));
  });

  test('of six steps still goes from left to right', () => {
    expect(new Set(mapLayout(sceneOf(chain.slice(0, 5))).sheet.arrow.map(({ angle }) => angle))).toEqual(new Set([0]));
  });

  test('leads past boxes, back to the beginning, and to itself', () => {
    const layout = mapLayout(
      sceneOf([
        ...chain,
        ['step 0', 'step 7', 1, 1],
        ['step 9', 'step 2', 1, 1],
        ['step 4', 'step 4', 1, 1],
        ['step 3', 'aside', 1, 1],
      ]),
    );

    expectSound(layout, 13);
    expect(layout.sheet.arrow.filter(({ angle }) => angle === 270)).toHaveLength(1);
    expect(layout.sheet.arrow.filter(({ angle }) => angle === 180)).toHaveLength(1);
  });
});

test('holds of any map: rings, calls of itself, hostile names, islands', () => {
  fc.assert(
    fc.property(someMap, (scene) => {
      expectSound(mapLayout(scene), scene.map.edges.filter(({ from }) => from !== undefined).length);
    }),
    { numRuns: 150 },
  );
});

test('any map becomes a picture and a text with no control character in it', async () => {
  await fc.assert(
    fc.asyncProperty(someMap, async (scene) => {
      const { png, altText } = await drawMap(scene);
      expect((await sharp(png).metadata()).format).toBe('png');
      expect(altText.length).toBeLessThanOrEqual(1_000);
      expect(`${altText}${mapDrawn(scene).replaceAll('\n', '')}`).not.toMatch(/[\p{Cc}\p{Cs}\u202e]/u);
    }),
    { numRuns: 12 },
  );
});

test('the same map gives the same bytes', async () => {
  expect((await drawMap(shopScene())).png.equals((await drawMap(shopScene())).png)).toBe(true);
});

describe('the picture', () => {
  const pixel = async (png: Buffer, { x, y }: Point): Promise<string> => {
    const { data } = await sharp(png)
      .extract({ left: Math.round(x * 2), top: Math.round(y * 2), width: 1, height: 1 })
      .raw()
      .toBuffer({ resolveWithObject: true });
    return `#${[...data]
      .slice(0, 3)
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join('')}`.toUpperCase();
  };

  test.each(['light', 'dark'] as const)('%s: has twice the pixels, and its colours where the sheet says', async (name) => {
    const layout = mapLayout(shopScene(), name);
    const { png, width: wide, height } = await drawMap(shopScene(), name);
    const failing = layout.sheet.box.find(({ stroke }) => stroke === THEMES[name].error);
    const chip = layout.sheet.plate.find(({ fill }) => fill === THEMES[name].error);

    expect([wide, height]).toEqual([layout.width * 2, layout.height * 2]);
    expect(await pixel(png, { x: 4, y: 4 })).toBe(THEMES[name].paper);
    expect(await pixel(png, { x: (failing?.x2 ?? 0) - 8, y: (failing?.y2 ?? 0) - 5 })).toBe(THEMES[name].errorPaper);
    expect(await pixel(png, { x: (chip?.x ?? 0) + 3, y: (chip?.y ?? 0) + 3 })).toBe(THEMES[name].error);
  });

  test('of nothing says so', async () => {
    const { png, altText } = await drawMap({ ...sceneOf([]), map: { places: [], edges: [], transactions: 0 } });

    expect((await sharp(png).metadata()).width).toBe(1_200);
    expect(altText).toContain('0 services and resources');
  });
});

test('in characters', () => {
  expect(mapDrawn(shopScene())).toBe(
    `fulfil-fn → warehouse fails 35 % of 191 calls
last 15 min · a sample of 200 of 1,234 traces, rates scaled up · 16 services and resources, 17 edges
API shop-api           entry 82/min · 1.50 s
  ╰→ λ checkout-fn     82/min · 1.41 s
λ checkout-fn
  ├→ SNS order-events  80/min · 22 ms
  ├→ SQS orders-queue  80/min · 31 ms
  ├→ DB orders-table   165/min · 46 ms
  ├→ λ payments-fn     81/min · 506 ms · <1 %
  ├→ λ pricing-fn      82/min · 142 ms
  ╰→ KV sessions       82/min · 5 ms
SNS order-events
  ├⇢ λ analytics-fn    80/min · wait 50 ms
  ╰⇢ λ email-fn        80/min · wait 64 ms
SQS orders-queue
  ╰⇢ λ fulfil-fn       75/min · wait 1.92 s
λ payments-fn
  ╰→ HTTP stripe       82/min · 471 ms · <1 %
λ pricing-fn
  ╰→ DB orders-table   162/min · 61 ms
λ analytics-fn
  ╰→ KDF firehose      80/min · 41 ms
λ email-fn
  ╰→ HTTP ses          80/min · 196 ms
λ fulfil-fn
  ├→ S3 labels-bucket  74/min · 184 ms
  ├→ DB orders-table   74/min · 29 ms
  ╰→ HTTP warehouse    79/min · 2.75 s · 35 %  ✕ failures begin here`,
  );
});
