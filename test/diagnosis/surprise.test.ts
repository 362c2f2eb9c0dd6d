import fc from 'fast-check';
import { expect, test } from 'vitest';
import { driftOf, rateSurprise, sampleOf, shiftSurprise } from '../../src/diagnosis/surprise.ts';

const QUIET = { centre: 0, deviation: 0.15 };
const around = (middle: number, n: number) => sampleOf(Array.from({ length: n }, (_, i) => middle + 0.1 * Math.sin(i)));
const anyRate = fc.nat({ max: 500 }).chain((of) => fc.record({ count: fc.nat({ max: of }), of: fc.constant(of) }));

test('what is as often as usual is no surprise', () => {
  expect(rateSurprise({ count: 30, of: 60 }, { count: 30, of: 60 })).toBeLessThan(0.01);
  expect(rateSurprise({ count: 0, of: 60 }, { count: 0, of: 60 })).toBeLessThan(1);
  expect(rateSurprise({ count: 0, of: 0 }, { count: 30, of: 60 })).toBe(0);
});

test('an invariant that breaks is a greater surprise than a branch that shifts by as much', () => {
  const broken = rateSurprise({ count: 20, of: 40 }, { count: 40, of: 40 });
  const shifted = rateSurprise({ count: 10, of: 40 }, { count: 30, of: 40 });

  expect(broken).toBeGreaterThan(2 * shifted);
});

test('the more sightings say so, the greater the surprise, on either side', () => {
  const at = (now: number, usual: number) => rateSurprise({ count: now, of: now }, { count: 0, of: usual });

  expect(at(10, 7)).toBeGreaterThan(at(3, 7));
  expect(at(10, 70)).toBeGreaterThan(at(10, 7));
  expect(at(1, 7)).toBeLessThan(at(10, 7));
});

test('what depends on data stays a small surprise however many sightings there are', () => {
  expect(rateSurprise({ count: 4_400, of: 10_000 }, { count: 6_700, of: 10_000 })).toBeLessThan(2);
});

test('a surprise is never negative nor endless', () => {
  fc.assert(
    fc.property(anyRate, anyRate, (now, usual) => {
      const nats = rateSurprise(now, usual);
      expect(nats).toBeGreaterThanOrEqual(0);
      expect(Number.isFinite(nats)).toBe(true);
    }),
  );
});

test('a mean above the usual is a surprise, one below or within the drift is not', () => {
  expect(shiftSurprise(around(2, 40), around(0, 60), QUIET)).toBeGreaterThan(20);
  expect(shiftSurprise(around(-2, 40), around(0, 60), QUIET)).toBe(0);
  expect(shiftSurprise(around(0.1, 40), around(0, 60), QUIET)).toBeLessThan(1);
  expect(shiftSurprise(sampleOf([]), around(0, 60), QUIET)).toBe(0);
});

test('two sightings that happen to agree do not make the third impossible', () => {
  // Their own variance is 0; a guess stands in for what so few cannot tell.
  expect(shiftSurprise(sampleOf([1]), sampleOf([0, 0]), QUIET)).toBeLessThan(3);
});

test('a shift that all places share is the drift, and none of theirs', () => {
  const all = Array.from({ length: 40 }, (_, i) => 1 + 0.01 * Math.sin(i));

  expect(driftOf(all).centre).toBeGreaterThan(0.7);
  expect(driftOf([1]).centre).toBeLessThan(0.2);
  expect(driftOf([])).toEqual({ centre: 0, deviation: 0.15 });
});
