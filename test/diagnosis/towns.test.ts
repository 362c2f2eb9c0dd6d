import { describe, expect, test } from 'vitest';
import { DELAYS, firstOf, isTrue, slowCase, townCase, windowOf } from './town-cases.ts';
import { SHAPES, type Shape, type TownFault } from './towns.ts';

const SEEDS = [502, 504];

/** Where only callers trace, work of a service and its network look alike, and both like the work of those it calls. */
const delaysIn = (shape: Shape) => (shape === 'clients' ? (['edge', 'pool', 'store'] as const) : DELAYS);

describe.each(SHAPES)('where a town is traced by %s', (shape) => {
  test('one transaction that got slow is explained, wherever it was', () => {
    const cases = delaysIn(shape).flatMap((kind) => SEEDS.flatMap((seed) => slowCase(shape, kind, seed, false) ?? []));

    expect(cases.length).toBeGreaterThan(4);
    expect(cases.filter((of) => !isTrue(firstOf(of), of)).map(({ name }) => name)).toEqual([]);
  });
});

const minuteOf = (shape: Shape, kind: TownFault['kind'], seed: number) => {
  const of = townCase(shape, kind, seed);
  if (!of) throw new Error(`expected a town that can have ${kind}`);
  return { of, causes: windowOf(of) };
};

test('a table that is slow to its service is told as what the service waits for', () => {
  const { of, causes } = minuteOf('both', 'store', 502);
  const { service } = of.fault;

  expect(causes[0]).toMatchObject({ kind: 'slow-dependency', service, edge: { caller: service, callee: `${service} table` } });
});

test('who waits to ask again is not blamed for those that turn him away', () => {
  const { of, causes } = minuteOf('both', 'retry', 1_003);

  expect(isTrue(causes[0], of)).toBe(true);
  expect(causes[0]?.kind).toBe('exception');
});

test('a service that traces its own calls only is one visit, and the way to it has a pace', () => {
  const { of, causes } = minuteOf('clients', 'pool', 503);

  expect(isTrue(causes[0], of)).toBe(true);
  expect(causes[0]?.edge?.callee).toBe(of.fault.service);
});
