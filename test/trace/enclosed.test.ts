import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chanceOf } from '../diagnosis/chance.ts';
import { aSystem, run } from '../diagnosis/systems.ts';
import { only, spanOf } from './only.ts';
import { aSpan, aSpanId, aTrace, type SpanWords } from './records.ts';

const ENTRY: SpanWords = { id: 'entry', from: 0, to: 100 };
const CALL: SpanWords = { id: 'call', parent: 'entry', spanKind: 'client', from: 10, to: 60 };
const ORPHAN: SpanWords = { id: 'orphan', parent: 'never came', service: 'stock', spanKind: 'client', from: 20, to: 50 };

/** What the orphan hangs under; undefined: under the entry, for want of better. */
function above(...spans: readonly SpanWords[]): string | undefined {
  const transaction = only(aTrace('trace', ENTRY, ...spans));
  const { join, parentSpanId } = spanOf(transaction, 'orphan');
  expect(transaction.incomplete).toContain('missing-parent');
  if (join === undefined) return undefined;
  expect(join).toBe('inferred');
  return transaction.spans.find(({ spanId }) => spanId === parentSpanId)?.operation;
}

test.each<[string, readonly SpanWords[], string | undefined]>([
  ['the call that lasted as long', [CALL, ORPHAN], 'call'],
  ['the innermost', [CALL, { id: 'inner', parent: 'call', from: 15, to: 55 }, ORPHAN], 'inner'],
  ['the call it does not outlast by more than clocks differ', [CALL, { ...ORPHAN, to: 61 }], 'call'],
  ['the call it does not precede by more', [CALL, { ...ORPHAN, from: 9 }], 'call'],
  ['nothing that ended before', [CALL, { ...ORPHAN, to: 64 }], undefined],
  ['nothing that began after', [{ ...CALL, from: 25 }, ORPHAN], undefined],
  ['none of two calls at the same time', [CALL, { ...CALL, id: 'other' }, ORPHAN], undefined],
  [
    'what made both of two calls at the same time',
    [CALL, ...['a', 'b'].map((id): SpanWords => ({ id, parent: 'call', spanKind: 'client', from: 12, to: 58 })), ORPHAN],
    'call',
  ],
  [
    'no call that has its answer',
    [CALL, { id: 'answer', parent: 'call', spanKind: 'server', from: 12, to: 18 }, ORPHAN],
    undefined,
  ],
  ['no call of a store', [{ ...CALL, attributes: { 'db.system.name': 'postgresql' } }, ORPHAN], undefined],
  ['no hand-over', [{ ...CALL, spanKind: 'producer' }, ORPHAN], undefined],
  ['nothing where it took a message', [CALL, { ...ORPHAN, spanKind: 'consumer' }], undefined],
  [
    'nothing that another child of what is lost outlasts',
    [CALL, ORPHAN, { ...ORPHAN, id: 'later', from: 55, to: 80 }],
    undefined,
  ],
  [
    'nothing of another trace',
    [{ ...CALL, trace: 'other', parent: undefined, links: [{ trace: 'trace', id: 'entry' }] }, ORPHAN],
    undefined,
  ],
  [
    'nothing that came from it',
    [
      { ...ORPHAN, from: 120, to: 150 },
      { id: 'later', parent: undefined, from: 110, to: 160, links: [{ id: 'orphan' }] },
      { id: 'inside', parent: 'later', from: 112, to: 158 },
    ],
    undefined,
  ],
  ['no root', [{ ...CALL, parent: undefined }, ORPHAN], undefined],
])('an orphan hangs under %s', (_, spans, expected) => {
  expect(above(...spans)).toBe(expected);
});

test('a ring of parents is no loss', () => {
  const ring = only(aTrace('trace', ENTRY, CALL, { ...ORPHAN, parent: 'ring' }, { ...ORPHAN, id: 'ring', parent: 'orphan' }));

  expect(spanOf(ring, 'orphan').join).toBeUndefined();
});

test('an orphan inside another hangs under it, and neither is lost where each lasted as long as the other', () => {
  expect(above(CALL, { ...ORPHAN, id: 'outer', parent: 'lost too', from: 15, to: 55 }, ORPHAN)).toBe('outer');
  expect(above(CALL, { ...ORPHAN, id: 'twin', parent: 'lost too' }, ORPHAN)).toBeDefined();
});

test('what hangs so hangs under the nearest that is left above what was lost, nine times in ten', () => {
  const hung = Array.from({ length: 150 }, (_, n) => n + 1).flatMap((seed) => {
    const chance = chanceOf(seed);
    const spans = run(aSystem(seed), { trace: 'trace', seed });
    const byId = new Map(spans.map((span) => [span.id, span]));
    const kept = spans.filter(({ parent }) => parent === undefined || !chance.happens(0.1));
    const nearest = (span: SpanWords): SpanWords | undefined => {
      let at = byId.get(span.parent);
      while (at && !kept.includes(at)) at = byId.get(at.parent);
      return at;
    };
    const transaction = only(kept.map(aSpan));
    return kept.flatMap((span) => {
      const { join, parentSpanId } = spanOf(transaction, span.id ?? '');
      return join === 'inferred' ? [parentSpanId === aSpanId(nearest(span)?.id ?? '')] : [];
    });
  });

  expect(hung.length).toBeGreaterThan(100);
  expect(hung.filter(Boolean).length / hung.length).toBeGreaterThan(0.9);
});

test('no span is lost or met twice, whatever hangs inside whatever', () => {
  const time = fc.integer({ min: 0, max: 8 });
  const span = fc.record({ parent: fc.integer({ min: 0, max: 14 }), from: time, lasts: time });
  fc.assert(
    fc.property(fc.array(span, { minLength: 1, maxLength: 10 }), (some) => {
      const spans = some.map(({ parent, from, lasts }, n) => ({ id: `${n}`, parent: `${parent}`, from, to: from + lasts }));
      const { spans: placed } = only(aTrace('trace', ENTRY, ...spans));
      expect(placed.map(({ spanId }) => spanId).toSorted()).toEqual(
        ['entry', ...spans.map(({ id }) => id)].map(aSpanId).toSorted(),
      );
    }),
  );
});
