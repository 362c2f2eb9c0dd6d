import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fold } from '../../src/map/fold.ts';
import { type EdgeSketch, sceneOf, shopScene } from './maps.ts';

const names = (most: number, edges: readonly EdgeSketch[], focus?: string): readonly string[] =>
  fold({ ...sceneOf(edges), focus }, most).places.map(({ name }) => name);

/** entry → a → b → c, with twenty tables beside each. */
const LONG: readonly EdgeSketch[] = [
  [undefined, 'entry', 900, 1],
  ['entry', 'a', 10, 1],
  ['a', 'b', 10, 1],
  ['b', 'c', 10, 1, 5],
  ...['entry', 'a', 'b', 'c'].flatMap((caller) =>
    Array.from({ length: 20 }, (_, n): EdgeSketch => [caller, `${caller} table ${n}`, 500 + n, 1]),
  ),
];

test('a map that fits is drawn whole', () => {
  expect(fold(shopScene(), 24)).toMatchObject({ hiddenPlaces: 0, hiddenEdges: 0 });
});

test('the way to the failing edge stays, however much busier its neighbours are', () => {
  expect(names(4, LONG)).toEqual(['entry', 'a', 'b', 'c']);
});

test('where nothing fails, the service asked for and what is around it stays', () => {
  const healthy = LONG.map(([from, to, calls, p95]): EdgeSketch => [from, to, calls, p95]);

  expect(names(3, healthy, 'b').toSorted()).toEqual(['a', 'b', 'c']);
});

test('what fails elsewhere stays before what is only near', () => {
  const elsewhere: readonly EdgeSketch[] = [...LONG, ['far', 'other', 1, 1, 1], ['lone', 'worse', 9, 1, 2]];

  expect(names(6, elsewhere).toSorted()).toEqual(['a', 'b', 'c', 'entry', 'lone', 'worse']);
});

test('each place says how many of its neighbours are not drawn', () => {
  const { places } = fold(sceneOf(LONG), 4);

  expect(places.map(({ name, hidden }) => [name, hidden])).toEqual([
    ['entry', 20],
    ['a', 20],
    ['b', 20],
    ['c', 20],
  ]);
});

const someEdges = fc.array(
  fc.tuple(fc.option(fc.nat(40), { nil: undefined }), fc.nat(40), fc.integer({ min: 1, max: 50 }), fc.nat(2)),
  { maxLength: 120 },
);

test('drawn and not drawn are the whole map, whatever its shape', () => {
  fc.assert(
    fc.property(someEdges, fc.integer({ min: 1, max: 30 }), (raw, most) => {
      const unique = new Map(raw.map(([from, to, calls, errors]) => [`${from} ${to}`, [from, to, calls, errors] as const]));
      const scene = sceneOf(
        [...unique.values()].map(
          ([from, to, calls, errors]): EdgeSketch => [
            from === undefined ? undefined : `n${from}`,
            `n${to}`,
            calls + 2,
            1,
            errors,
          ],
        ),
      );
      const folded = fold(scene, most);
      const between = scene.map.edges.filter(({ from }) => from !== undefined).length;

      expect(folded.places.length).toBe(Math.min(most, scene.map.places.length));
      expect(folded.places.length + folded.hiddenPlaces).toBe(scene.map.places.length);
      expect(folded.edges.filter(({ from }) => from !== undefined).length + folded.hiddenEdges).toBe(between);
      expect(new Set(folded.places.map(({ id }) => id)).size).toBe(folded.places.length);
    }),
  );
});

test('10,000 places in a ring are walked and folded', () => {
  const ring = Array.from({ length: 10_000 }, (_, n): EdgeSketch => [`n${n}`, `n${(n + 1) % 10_000}`, 1, 1]);

  expect(fold(sceneOf(ring), 24)).toMatchObject({ hiddenPlaces: 9_976, hiddenEdges: 9_977 });
});
