import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Place, pressure } from '../../src/http/pressure.ts';

const KIB = 1_024;
const said = (bytes: number) => ({ 'content-length': String(bytes) });

/** As many bodies of 128 KiB as there is room for, one after the other. */
function filled(door: ReturnType<typeof pressure>): readonly Place[] {
  const places: Place[] = [];
  for (let place = door.enter(said(128 * KIB)); place; place = door.enter(said(128 * KIB))) places.push(place);
  return places;
}

const leaveAll = (places: readonly Place[]): void => {
  for (const place of places) place.leave();
};

test('holds so many bytes, by what bodies turn out to be and not by what they say', () => {
  const door = pressure(1_024 * KIB);
  const [first, second] = [door.enter(said(10)), door.enter(said(10))];

  expect(first?.grow(1_100 * KIB)).toBe(true);
  expect(second?.grow(200 * KIB)).toBe(false);
  expect(door.enter(said(200 * KIB))).toBeUndefined();
  first?.leave();
  expect(second?.grow(200 * KIB)).toBe(true);
});

test('a large body finds room among small ones, also when there is little', () => {
  let now = 0;
  const door = pressure(8_192 * KIB, () => now);
  const slow = answered(filled(door));
  now += 1_000;
  leaveAll(slow);
  door.enter(said(1));

  expect(door.enter(said(10_000 * KIB))).toBeDefined();
});

test('a single body always has room', () => {
  expect(
    pressure(10)
      .enter(said(20_000 * KIB))
      ?.grow(40_000 * KIB),
  ).toBe(true);
});

test('holds less while answers take too long, and as much as before when they no longer do', () => {
  let now = 0;
  const door = pressure(8_192 * KIB, () => now);
  const before = filled(door);
  for (const place of before) place.whole();
  now += 1_000;
  leaveAll(before);
  const slow = filled(door);
  for (let rounds = 0; rounds < 40; rounds += 1) leaveAll(rounds === 0 ? slow : answered(filled(door)));
  const after = filled(door);

  expect([before.length, slow.length, after.length]).toEqual([64, 4, 64]);
});

const answered = (places: readonly Place[]): readonly Place[] => {
  for (const place of places) place.whole();
  return places;
};

test('a sender that takes its time makes nobody else wait', () => {
  let now = 0;
  const door = pressure(8_192 * KIB, () => now);
  for (let times = 0; times < 100; times += 1) {
    const place = door.enter(said(10));
    now += 60_000;
    place?.whole();
    place?.leave();
  }

  expect(filled(door)).toHaveLength(64);
});

test('whatever comes and goes, all room is free again in the end', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(3_000), fc.nat(3_000), fc.boolean())), (bodies) => {
      const door = pressure(1_024 * KIB, () => 0);
      const open: Place[] = [];
      for (const [told, size, stays] of bodies) {
        const place = door.enter(said(told * KIB));
        place?.grow(size * KIB);
        if (stays && place) open.push(place);
        else place?.leave();
      }
      leaveAll(open);
      expect(filled(door)).toHaveLength(8);
    }),
  );
});
