import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromMillis } from '../../src/units.ts';
import { width } from '../../src/waterfall/font-metrics.ts';
import { layoutOf } from '../../src/waterfall/layout.ts';
import type { Box, Sheet, Words } from '../../src/waterfall/sheet.ts';
import { broken, crowd, hostile, machine } from './crowds.ts';
import { checkout, lookup, order } from './examples.ts';
import { scene, sceneOf, transactionOf } from './transactions.ts';

const barsOf = (sheet: Sheet): readonly Box[] => sheet.bar.filter(({ row }) => row !== undefined);
const texts = (words: readonly Words[]): readonly string[] => words.map(({ text }) => text);
const allWords = (sheet: Sheet): readonly Words[] =>
  Object.values(sheet)
    .flat()
    .filter((shape): shape is Words => 'text' in shape);

/** Left and right edge. */
function edges({ x, text, size, weight, align }: Words): readonly [number, number] {
  const wide = width(text, size, weight);
  const left = { left: x, center: x - wide / 2, right: x - wide }[align];
  return [left, left + wide];
}

const long = (letter: string): string => letter.repeat(300);
const wordy = scene([
  { name: long('W'), service: long('M'), at: [0, 9], error: [long('E'), long('m')], path: [[0, 9]] },
  { name: long('ま'), service: long('W'), at: [1, 5], depth: 1, path: [[1, 5, 'wait']] },
]);
const every = { wordy, checkout, lookup, order, hostile, broken, crowd: crowd(400) };

describe('a bar', () => {
  test('lies on the time axis where its span lies in time', () => {
    const { sheet } = layoutOf(
      scene([
        { name: 'GET /', at: [0, 1_000] },
        { name: 'query', at: [250, 750], depth: 1 },
      ]),
    );
    const [entry, query] = barsOf(sheet);
    const axis = (entry?.x2 ?? 0) - (entry?.x ?? 0);

    expect(query).toMatchObject({ row: 1, startMs: 250, durationMs: 500 });
    expect((query?.x ?? 0) - (entry?.x ?? 0)).toBeCloseTo(axis / 4, 6);
    expect((query?.x2 ?? 0) - (query?.x ?? 0)).toBeCloseTo(axis / 2, 6);
  });

  test('can be seen even if it took no time at all', () => {
    const { sheet } = layoutOf(
      scene([
        { name: 'a', at: [0, 900_000] },
        { name: 'b', at: [7, 7], depth: 1 },
        { name: 'c', at: [900_000, 900_000], depth: 1 },
      ]),
    );

    for (const { x, x2 } of barsOf(sheet)) expect(x2 - x).toBeGreaterThanOrEqual(2);
  });

  test('of a transaction without any length is drawn too', () => {
    const { sheet, height } = layoutOf(scene([{ name: 'nothing', at: [0, 0] }]));

    expect(barsOf(sheet)).toHaveLength(1);
    expect(texts(sheet.head)).toContain('0 ms');
    expect(height).toBeGreaterThan(0);
  });

  test('is red where the error began, pale red where it was passed on, and nothing else is red', () => {
    const bars = barsOf(layoutOf(checkout).sheet);
    const red = bars.filter(({ fill }) => fill === '#D92D20').map(({ row }) => row);

    expect(red).toEqual([14]);
    expect(bars.find(({ row }) => row === 11)?.fill).toBe('#eea19b');
  });

  test('is as long as the group it stands for, in pieces', () => {
    const calls = Array.from({ length: 30 }, (_, i) => ({
      name: `GetItem ${i}`,
      at: [i < 15 ? i : 500 + i, i < 15 ? i + 1 : 501 + i] as const,
      depth: 1,
    }));
    const { sheet } = layoutOf(scene([{ name: 'GET /', at: [0, 1_000] }, ...calls]));
    const group = barsOf(sheet).filter(({ row }) => row === 1);

    expect(group.map(({ startMs, durationMs }) => [startMs, durationMs])).toEqual([
      [0, 15],
      [515, 15],
    ]);
    expect(texts(sheet.label)).toContain('×30');
  });
});

describe('the critical path', () => {
  test('underlines what it spent its time in and boxes what it waited for', () => {
    const { sheet } = layoutOf(checkout);
    const bar = barsOf(sheet).find(({ row }) => row === 14);
    const under = sheet.path.find(({ x, y }) => x === bar?.x && y > (bar?.y ?? 0));

    expect(under?.x2).toBe(bar?.x2);
    expect(sheet.wait.length).toBeGreaterThanOrEqual(2);
    expect(texts(sheet.note)).toContain('queue wait 1.92 s');
  });

  test('says in a ribbon who was on the clock', () => {
    const { sheet } = layoutOf(lookup);

    expect(texts(sheet.ribbonText)).toContain('cold start 57%');
    expect(texts(layoutOf(checkout).sheet.ribbonText)).toContain('queue wait 30%');
  });

  test('has no ribbon where nothing took time', () => {
    const { sheet } = layoutOf(scene([{ name: 'GET /', at: [0, 0] }]));

    expect([...sheet.ribbon, ...sheet.ribbonText]).toEqual([]);
    expect(texts(sheet.label)).not.toContain('Critical path');
  });

  test('writes the error into the wait before a short failure, where both can be read', () => {
    const poisoned = scene([
      { name: 'send jobs', service: 'api', kind: 'producer', at: [0, 1], path: [[0, 1]] },
      { name: 'take', at: [900, 901], depth: 1, join: 'message', path: [[1, 900, 'wait']], error: ['AccessDenied', 'no'] },
    ]);
    const [error] = layoutOf(poisoned).sheet.errorText;
    const [note] = layoutOf(poisoned).sheet.note;

    expect(error?.text).toBe('AccessDenied');
    expect(error && note && edges(error)[0] - edges(note)[1]).toBeGreaterThan(4);
  });

  test('cuts an error behind a bar rather than leave it out', () => {
    const lost = scene([
      { name: 'send', at: [0, 1_000], kind: 'producer' },
      { name: 'mail', at: [700, 780], depth: 1, join: 'message', path: [[20, 700, 'wait']], error: ['MailboxUnavailable', 'no'] },
    ]);

    expect(texts(layoutOf(lost).sheet.errorText)).toEqual([expect.stringMatching(/^Mail.*…$/)]);
  });

  test('has a ribbon whose pieces do not overlap', () => {
    for (const one of Object.values(every)) {
      const ribbon = layoutOf(one).sheet.ribbon.toSorted((a, b) => a.x - b.x);
      for (const [i, piece] of ribbon.entries()) expect(piece.x).toBeGreaterThanOrEqual((ribbon[i - 1]?.x2 ?? 0) - 0.5);
    }
  });
});

describe('the head', () => {
  test('tells the outcome, the name, the total and what is usual', () => {
    const head = texts(layoutOf(checkout).sheet.head);

    expect(head).toEqual(expect.arrayContaining(['ERROR', 'POST /checkout', '6.36 s', 'p50 540 ms · p95 710 ms (2.1× p95)']));
    expect(head).toContain('2026-11-22 09:14:03.214 UTC · 20 spans · 7 services · 2 errors');
  });

  test('names the deepest error, and how many there are besides', () => {
    const head = texts(layoutOf(order).sheet.head);

    expect(head).toEqual(expect.arrayContaining(['POST psp.example.com:', 'HTTP 402: card_declined (+3 more)']));
  });

  test('cuts a long message and not the number of the others', () => {
    const failing = { at: [0, 9] as const, error: ['Refused', long('because ')] as const };
    const head = texts(
      layoutOf(
        scene([
          { name: 'GET /', ...failing },
          { name: 'query', depth: 1, ...failing },
        ]),
      ).sheet.head,
    );

    expect(head).toContainEqual(expect.stringMatching(/^Refused: because .*… \(\+1 more\)$/));
  });

  test('of a slow transaction names the cause, of a healthy one nothing', () => {
    expect(texts(layoutOf(lookup).sheet.head)).toContain('orders-fn started cold: 121 of 212 ms went into starting its sandbox.');
    expect(texts(layoutOf({ ...lookup, outcome: 'ok' }).sheet.head)).not.toContain(
      'orders-fn started cold: 121 of 212 ms went into starting its sandbox.',
    );
  });

  test('drops what there is no room for as a whole', () => {
    const usual = { count: 99, p50: fromMillis(7_300_000), p95: fromMillis(7_400_000) };
    const facts = texts(layoutOf(sceneOf(checkout.transaction, { usual })).sheet.head).find((text) => text.includes('span'));

    expect(facts).toMatch(/(^| )20 spans( |$)/);
    expect(facts).not.toContain('…');
  });
});

describe('the page', () => {
  test.each(
    Object.entries(every).flatMap(
      ([name, one]) =>
        [
          [name, 'thread', one],
          [name, 'full', one],
        ] as const,
    ),
  )('%s keeps all text within its edges in the %s preset', (_, preset, one) => {
    const { sheet, ...page } = layoutOf(one, { preset });
    for (const words of allWords(sheet)) {
      const [left, right] = edges(words);
      expect(left, words.text).toBeGreaterThanOrEqual(0);
      expect(right, words.text).toBeLessThanOrEqual(page.width);
      expect(words.y, words.text).toBeLessThanOrEqual(page.height);
    }
  });

  test.each(Object.entries(every))('%s keeps names clear of durations', (_, one) => {
    const { sheet } = layoutOf(one);
    for (const label of sheet.label) {
      const inLine = sheet.duration.filter(({ y }) => Math.abs(y - label.y) < 2);
      for (const duration of inLine) expect(edges(label)[1], label.text).toBeLessThanOrEqual(edges(duration)[0]);
    }
  });

  test('explains only what it shows', () => {
    expect(texts(layoutOf(checkout).sheet.foot)).toEqual(['critical path', 'waiting', 'cold start', 'error', 'warning logged']);
    expect(texts(layoutOf(scene([{ name: 'GET /', at: [0, 9] }])).sheet.foot)).toEqual([]);
  });

  test('draws folded spans of the critical path, beyond the bar of their caller, under its ticks', () => {
    const { sheet } = layoutOf(scene(machine(17)));
    const [bar] = barsOf(sheet);
    const [beyond, sample] = sheet.folded;
    const ticks = sheet.path.filter(({ y }) => y > (bar?.y ?? 0) && y < (bar?.y2 ?? 0) + 3);

    expect(sheet.folded).toHaveLength(2);
    expect(beyond?.x).toBeCloseTo(bar?.x2 ?? 0, 3);
    expect(ticks).not.toEqual([]);
    for (const { x, x2 } of ticks) expect([x >= (bar?.x ?? 0), x2 <= (beyond?.x2 ?? 0)]).toEqual([true, true]);
    expect(texts(sheet.foot)).toContain('folded spans');
    expect(sample?.y).toBeGreaterThan(beyond?.y2 ?? 0);
  });

  test('gives every depth of a tree a place of its own, and its name room', () => {
    for (const preset of ['thread', 'full'] as const) {
      const rows = preset === 'thread' ? 21 : 52;
      const deep = scene(Array.from({ length: rows }, (_, depth) => ({ name: `step ${depth}`, at: [0, 10] as const, depth })));
      const chips = layoutOf(deep, { preset }).sheet.chip.map(({ x }) => x);
      const steps = chips.slice(1).map((x, i) => x - (chips[i] ?? 0));

      expect(chips).toHaveLength(rows);
      expect(Math.min(...steps)).toBeGreaterThan(1.5);
      expect(Math.max(...chips)).toBeLessThan(130);
    }
  });

  test('marks a row with the senders of its batch that the tree does not show', () => {
    const [from] = transactionOf([{ name: 'send', at: [0, 1] }]).spans;
    const sender = from && { traceId: from.traceId, spanId: from.spanId };
    const alsoFrom = Array.from({ length: 9 }, () => sender).flatMap((one) => one ?? []);
    const marked = (name: string): readonly string[] => texts(layoutOf(scene([{ name, at: [0, 9], alsoFrom }])).sheet.label);

    expect(marked('poll')).toEqual(['shop poll', '+9 more senders']);
    expect(marked('poll queue of orders')).toEqual(['poll queue of orders', '+9 senders']);
  });

  test('says what was folded and what not to trust', () => {
    const foot = texts(layoutOf(crowd(400)).sheet.foot);
    const doubtful = sceneOf({ ...broken.transaction, incomplete: ['missing-parent', 'still-running'] });

    expect(foot.at(-1)).toMatch(/^×n merged · \d+ of \d+ spans folded$/);
    expect(texts(layoutOf(doubtful).sheet.foot).at(-1)).toBe('! a parent span never came · not all spans were seen to end');
  });

  test('tells a parent that is guessed from one that never came, and explains both', () => {
    const { sheet } = layoutOf(broken);

    expect(texts(sheet.chipText).filter((text) => text === '?')).toHaveLength(2);
    expect(texts(sheet.foot)).toEqual(expect.arrayContaining(['parent guessed', 'parent missing']));
    const guessed = layoutOf(
      scene([
        { name: 'a', at: [0, 9] },
        { name: 'b', at: [1, 2], depth: 1, join: 'inferred' },
      ]),
    );
    expect(texts(guessed.sheet.chipText)).not.toContain('?');
    expect(texts(guessed.sheet.foot)).toEqual(['parent guessed']);
  });

  test('calls a dashed box what it is', () => {
    const empty = (what: 'wait' | 'gap') => layoutOf(scene([{ name: 'a', at: [0, 90], path: [[0, 50, what]] }])).sheet.foot;

    expect(texts(empty('wait'))).toContain('waiting');
    expect(texts(empty('gap'))).toContain('gap');
  });

  test('gives a service the same colour in every preset', () => {
    const colours = (['thread', 'full'] as const).map((preset) => {
      const { sheet } = layoutOf(crowd(400), { preset });
      return sheet.legend.map(({ text }, i) => [text, sheet.plate.slice(-sheet.legend.length)[i]?.fill]);
    });

    expect(colours[0]).toEqual(colours[1]);
    expect(colours[0]).toContainEqual(['worker-fn', '#2458E8']);
  });

  test('never holds a number that is none', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.option(fc.nat(1e9), { nil: undefined })), {
          minLength: 1,
          maxLength: 30,
        }),
        (times) => {
          const spans = times.map(([start, took], i) => ({
            name: `s${i}`,
            at: [start, took === undefined ? undefined : start + took] as const,
            depth: Math.min(i, 3),
          }));
          const { sheet, height } = layoutOf(sceneOf(transactionOf(spans)));
          const numbers = Object.values(sheet)
            .flat()
            .flatMap((shape) => Object.values(shape))
            .filter((value) => typeof value === 'number');
          expect(numbers.every(Number.isFinite)).toBe(true);
          expect(height).toBeLessThan(1_000);
        },
      ),
    );
  });
});
