import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Span } from '../../src/trace/transaction.ts';
import type { Scene } from '../../src/waterfall/draw.ts';
import { type Row, type Waterfall, waterfallOf } from '../../src/waterfall/rows.ts';
import { merged } from '../../src/waterfall/stretches.ts';
import { timelineOf } from '../../src/waterfall/timeline.ts';
import { chain, crowd, machine } from './crowds.ts';
import { checkout } from './examples.ts';
import { type Sketch, scene, transactionOf } from './transactions.ts';

const BUDGET = 18;
const rowsOf = ({ transaction }: Scene, budget = BUDGET): Waterfall => waterfallOf(timelineOf(transaction), budget);
const one = (sketches: readonly Sketch[], index: number): Row => {
  const row = rowsOf(scene(sketches)).rows[index];
  if (row === undefined) throw new Error(`no row ${index}`);
  return row;
};

/** How often a field of a span is read, of all that are in a chain so deep. */
function looksPerSpan(depth: number): number {
  const { transaction } = chain(depth);
  let looks = 0;
  const counting: ProxyHandler<Span> = {
    get: (span, field) => {
      looks += 1;
      return Reflect.get(span, field);
    },
  };
  const spans = transaction.spans.map((span) => new Proxy(span, counting));
  waterfallOf(timelineOf({ ...transaction, spans }), BUDGET);
  return looks / depth;
}

/** Trees of any shape, with errors of a few types, some spans on the critical path, some that never ended. */
const trees: fc.Arbitrary<readonly Sketch[]> = fc
  .array(
    fc.record({
      step: fc.integer({ min: -3, max: 1 }),
      name: fc.constantFrom('GetItem 1', 'GetItem 2', 'Invoke', 'POST /x', '', ...'abcdefghijklmnopqrstuvwxyz'),
      service: fc.constantFrom('a', 'b', 'c'),
      start: fc.integer({ min: -50, max: 1_000 }),
      took: fc.option(fc.integer({ min: 0, max: 500 }), { nil: undefined }),
      error: fc.option(fc.constantFrom('E1', 'E2', 'E3'), { nil: undefined, freq: 6 }),
    }),
    { minLength: 1, maxLength: 200 },
  )
  .map((drafts) => {
    let depth = 0;
    return drafts.map(({ step, name, service, start, took, error }, i): Sketch => {
      depth = i === 0 ? 0 : Math.max(1, depth + step);
      const end = took === undefined ? undefined : start + took;
      const path = i % 7 === 0 && took !== undefined ? { path: [[start, start + took]] as const } : {};
      return { name, service, at: [start, end], depth, ...(error === undefined ? {} : { error }), ...path };
    });
  });

describe('folding', () => {
  test('loses no span: rows and what they stand for are all there is', () => {
    fc.assert(
      fc.property(trees, fc.integer({ min: 6, max: 30 }), (sketches, budget) => {
        const { rows, spans, folded } = rowsOf(scene(sketches), budget);
        const told = rows.reduce((sum, { count, hidden }) => sum + count + hidden, 0);
        expect(told).toBe(sketches.length);
        expect(spans).toBe(sketches.length);
        expect(rows.length + folded).toBe(spans);
      }),
    );
  });

  test('keeps to its budget, or 1.2 times that when then nothing is folded', () => {
    fc.assert(
      fc.property(trees, fc.integer({ min: 6, max: 30 }), (sketches, budget) => {
        const { rows, folded } = rowsOf(scene(sketches), budget);
        expect(rows.length).toBeLessThanOrEqual(folded === 0 ? Math.floor(budget * 1.2) : budget);
        if (sketches.length <= Math.floor(budget * 1.2)) expect(folded).toBe(0);
      }),
    );
  });

  test('keeps the entry first and a row for every type of error', () => {
    fc.assert(
      fc.property(trees, fc.integer({ min: 6, max: 30 }), (sketches, budget) => {
        const { rows } = rowsOf(scene(sketches), budget);
        const types = new Set(sketches.map(({ error }) => error).filter((error) => error !== undefined));
        expect(new Set(rows.filter(({ failed }) => failed).map(({ errorType }) => errorType))).toEqual(types);
        expect(rows.some(({ span, depth }) => span.depth === 0 && depth === 0)).toBe(true);
      }),
    );
  });

  test('leaves the entry alone among spans of its own sort that lost their parents', () => {
    const roots = Array.from({ length: 40 }, (_, i): Sketch => ({ name: 'Invoke', at: [i, i + 1] }));

    expect(rowsOf(scene(roots)).rows.map(({ count }) => count)).toEqual([1, 39]);
  });

  test('counts the members of groups that it hides', () => {
    const busy = Array.from(
      { length: 30 },
      (_, i): Sketch => ({ name: `work ${'abcdefghijklmnopqrstuvwxyz!?+-'[i]}`, at: [i * 30, i * 30 + 30], depth: 1 }),
    );
    const tiny = Array.from({ length: 9 }, (_, i): Sketch => ({ name: `SETNX ${i}`, at: [900 + i, 900 + i], depth: 1 }));
    const { rows } = rowsOf(scene([{ name: 'entry', at: [0, 1_000] }, ...busy, ...tiny]));

    expect(rows).toHaveLength(BUDGET);
    expect(rows[0]?.hidden).toBe(30 + 9 - (BUDGET - 1));
  });

  test('shows an error that is the only one of its type, however many and worse others there are', () => {
    const many = Array.from(
      { length: 26 },
      (_, i): Sketch => ({ name: `call ${'abcdefghijklmnopqrstuvwxyz'[i]}`, at: [i, 900], depth: 1, error: 'E1' }),
    );
    const rare: readonly Sketch[] = [
      { name: 'outer', at: [950, 952], depth: 1, error: 'E2' },
      { name: 'inner', at: [950, 951], depth: 2, error: 'E1' },
    ];
    const { rows } = rowsOf(scene([{ name: 'entry', at: [0, 1_000] }, ...many, ...rare]));

    expect(rows.length).toBeLessThanOrEqual(BUDGET);
    expect(rows.map(({ errorType }) => errorType)).toContain('E2');
  });

  test('brings the caller of what it shows along', () => {
    const chains = Array.from({ length: 12 }, (_, i): readonly Sketch[] => {
      const letter = 'abcdefghijkl'[i] ?? '';
      return [
        { name: `caller ${letter}`, service: letter, at: [i * 80, i * 80 + 70], depth: 1 },
        {
          name: `callee ${letter}`,
          service: letter,
          at: [i * 80, i * 80 + 60],
          depth: 2,
          path: [[i * 80, i * 80 + (i === 5 ? 60 : 1)]],
        },
      ];
    });
    const { rows } = rowsOf(scene([{ name: 'entry', at: [0, 1_000] }, ...chains.flat()]), 6);
    const callee = rows.find(({ operation }) => operation === 'callee f');

    expect(rows[callee?.parent ?? -1]?.operation).toBe('caller f');
  });

  test('draws parents above their children, siblings by start', () => {
    fc.assert(
      fc.property(trees, (sketches) => {
        const { rows } = rowsOf(scene(sketches));
        for (const [i, { parent, depth }] of rows.entries()) {
          expect(parent ?? -1).toBeLessThan(i);
          expect(depth).toBe(parent === undefined ? 0 : (rows[parent]?.depth ?? 0) + 1);
          const siblings = rows.filter((row) => row.parent === parent).map(({ bars }) => bars[0]?.start ?? 0);
          expect(siblings).toEqual(siblings.toSorted((a, b) => a - b));
        }
      }),
    );
  });

  test('keeps every span with 2 % of the critical path while there is room', () => {
    const calls = Array.from({ length: 60 }, (_, i): Sketch => {
      const at = [i * 10, i * 10 + 10] as const;
      return {
        name: i % 5 === 0 ? `slow ${i}` : `call ${i}`,
        at,
        depth: 1,
        ...(i % 5 === 0 ? { path: [[i * 10, i * 10 + 13]] } : {}),
      };
    });
    const { rows } = rowsOf(scene([{ name: 'entry', at: [0, 610] }, ...calls]));

    expect(rows.filter(({ share, count }) => share > 0.02 && count === 1)).toHaveLength(12);
  });

  test('puts calls of one sort into one row rather than fill the picture with them', () => {
    const calls = Array.from({ length: 40 }, (_, i): Sketch => {
      const at = [i * 25, i * 25 + 25] as const;
      return { name: `GetItem ${i}`, at, depth: 1, path: [at] };
    });
    const { rows } = rowsOf(scene([{ name: 'entry', at: [0, 1_000] }, ...calls]));

    expect(rows.map(({ count }) => count)).toEqual([1, 40]);
    expect(rows[1]).toMatchObject({ operation: 'GetItem #', share: 1 });
  });

  test('shows ten thousand spans in eighteen rows', () => {
    const { rows, folded } = rowsOf(crowd(10_000));

    expect(rows.length).toBeLessThanOrEqual(BUDGET);
    expect(folded).toBeGreaterThan(9_900);
  });

  test('finds the error at the bottom of a chain of ten thousand calls', () => {
    expect(rowsOf(chain(10_000)).rows.at(-1)).toMatchObject({ operation: 'step 9999', failed: true, origin: true });
  });

  test('looks at each span of a chain as often as of one that is a tenth as deep', () => {
    expect(looksPerSpan(10_000)).toBeLessThan(1.2 * looksPerSpan(1_000));
  });
});

describe('a row', () => {
  test('reaches beyond its bar as far as the folded spans of the critical path that it stands for', () => {
    const { rows, path } = rowsOf(scene(machine(17)));
    const places = [...(rows[0]?.bars ?? []), ...(rows[0]?.beyond ?? [])];

    expect(rows[0]).toMatchObject({ operation: 'POST /run', hidden: 13, bars: [{ end: 100_000 }] });
    expect(rows[0]?.beyond).toEqual([{ start: 100_000, end: 1_000_000 }]);
    expect(path.filter(({ row }) => row === 0)).toHaveLength(2);
    for (const piece of path.filter(({ row }) => row === 0))
      expect(places.some(({ start, end }) => start <= piece.start && piece.end <= end)).toBe(true);
    expect(rows.slice(1).flatMap(({ beyond }) => beyond)).toEqual([]);
  });

  test('holds every piece of the critical path that it underlines, in its bars or beyond them', () => {
    fc.assert(
      fc.property(trees, fc.integer({ min: 6, max: 30 }), (sketches, budget) => {
        const { rows, path } = rowsOf(scene(sketches), budget);
        const placed = path.filter(({ row, what }) => row !== undefined && what === 'work');
        const isHeld = ({ row, start, end }: (typeof path)[number]): boolean => {
          const { bars = [], beyond = [] } = rows[row ?? -1] ?? {};
          return merged([...bars, ...beyond]).some((place) => place.start <= start && end <= place.end);
        };
        expect(placed.filter((piece) => !isHeld(piece))).toEqual([]);
      }),
    );
  });

  test('counts the senders of a batch that the tree does not show', () => {
    const one = transactionOf([{ name: 'send', at: [0, 1] }]).spans.map(({ traceId, spanId }) => ({ traceId, spanId }));
    const sketches: readonly Sketch[] = [
      { name: 'GET /', at: [0, 9] },
      { name: 'poll', at: [1, 9], depth: 1, alsoFrom: [...one, ...one] },
    ];

    expect(rowsOf(scene(sketches)).rows.map(({ moreSenders }) => moreSenders)).toEqual([0, 2]);
  });

  test('says what kind of thing it is and whose', () => {
    const named = rowsOf(checkout).rows.map(({ chip, service, operation }) => `${chip} ${service} ${operation}`.trim());

    expect(named.slice(0, 4)).toEqual([
      'API shop-api POST /checkout',
      'λ checkout-fn',
      'KV checkout-fn GET session:8f2',
      'DB checkout-fn Query carts',
    ]);
    expect(named[11]).toBe('λ fulfil-fn');
  });

  test('waits from the hand-over to its start, on the critical path and off it', () => {
    const sketches: readonly Sketch[] = [
      { name: 'send', resource: 'AWS::SQS::Queue', at: [0, 10] },
      { name: 'on the path', at: [40, 90], depth: 1, path: [[10, 40, 'wait']] },
      { name: 'off it', at: [30, 50], depth: 1 },
      { name: 'at once', at: [5, 8], depth: 1 },
    ];
    const waits = rowsOf(scene(sketches)).rows.map((row) => [row.operation, row.waits]);

    expect(Object.fromEntries(waits)).toEqual({
      send: [],
      'at once': [],
      'off it': [{ start: 10_000, end: 30_000, name: 'queue wait' }],
      'on the path': [{ start: 10_000, end: 40_000, name: 'queue wait' }],
    });
  });

  // service segment ├░░░░░──────┤      handler span  ░░░░░├──────┤
  test('starts cold within a span that is long enough for it, else before it', () => {
    const entry: Sketch = { name: 'GET /', at: [0, 300] };
    const within = one([entry, { name: 'Invoke', at: [20, 220], depth: 1, init: [120, 80] }], 1);
    const before = one([entry, { name: 'Invoke', at: [140, 220], depth: 1, init: [120, 80] }], 1);

    expect(within.cold).toEqual({ start: 20_000, end: 140_000 });
    expect(before.cold).toEqual({ start: 20_000, end: 140_000 });
  });

  test('is a cold start itself where the initialization is a span', () => {
    const sketches: readonly Sketch[] = [
      { name: 'Invoke', at: [100, 200], init: [80, 100] },
      { name: 'Initialization', at: [10, 90], depth: 1 },
    ];

    expect(one(sketches, 0).cold).toBeUndefined();
    expect(one(sketches, 1).cold).toEqual({ start: 10_000, end: 90_000 });
  });

  test('that never ended reaches as far as what it began', () => {
    const row = one(
      [
        { name: 'killed', at: [0, undefined] },
        { name: 'call', at: [10, 70], depth: 1 },
      ],
      0,
    );

    expect(row).toMatchObject({ duration: undefined, bars: [{ start: 0, end: 70_000 }] });
  });

  test('lies where the analysis moved it, and says so', () => {
    const row = one(
      [
        { name: 'call', at: [0, 100] },
        { name: 'ahead', at: [-30, 20], depth: 1, shiftedMs: 40 },
      ],
      1,
    );

    expect(row).toMatchObject({ doubt: 'skew', bars: [{ start: 10_000, end: 60_000 }] });
  });

  test.each([
    ['a parent that never came', { orphan: true }, 'missing-parent'],
    ['a guessed parent', { join: 'inferred' }, 'inferred'],
    ['a recorded parent', {}, undefined],
  ] as const)('tells of %s', (_, facts, doubt) => {
    expect(
      one(
        [
          { name: 'call', at: [0, 100] },
          { name: 'child', at: [10, 20], depth: 1, ...facts },
        ],
        1,
      ).doubt,
    ).toBe(doubt);
  });

  test('knows where a failure began and where it was passed on', () => {
    const rows = rowsOf(checkout).rows.filter(({ failed }) => failed);

    expect(rows.map(({ errorType, origin }) => [errorType, origin])).toEqual([
      ['TaskTimedOut', false],
      ['ETIMEDOUT', true],
    ]);
  });

  test('failed when it answered 502, though nobody set its status', () => {
    const row = one([{ name: 'GET /', at: [0, 9], attributes: { 'http.response.status_code': 502 } }], 0);

    expect(row).toMatchObject({ failed: true, errorType: 'HTTP 502' });
  });
});
