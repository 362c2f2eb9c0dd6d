import { expect, test } from 'vitest';
import { contrast, type Shown, spelledContrast } from '../../src/diagnosis/contrast.ts';
import type { Attributes } from '../../src/telemetry/record.ts';

const times = (n: number, attributes: (i: number) => Attributes): readonly Shown[] =>
  Array.from({ length: n }, (_, i) => [attributes(i)]);

test('tells what all failures have and no healthy one has', () => {
  const failing = times(12, (i) => ({ version: 42, region: i % 2 ? 'a' : 'b' }));
  const healthy = times(140, (i) => ({ version: 41, region: i % 2 ? 'a' : 'b' }));

  expect(contrast(failing, healthy).map((each) => spelledContrast(each, 'failures'))).toEqual([
    'all 12 failures have version = 42; 0 of 140 healthy ones do',
  ]);
});

test('attributes that part alike are told once, the release first', () => {
  const failing = times(8, () => ({ pod: 'shop-9', 'service.version': '7', zone: 'c' }));
  const healthy = times(60, (i) => ({ pod: `shop-${i % 3}`, 'service.version': '6', zone: 'a' }));

  const [first, ...others] = contrast(failing, healthy);

  expect(first).toMatchObject({ key: 'service.version', value: '7', aliases: ['pod', 'zone'] });
  expect(others).toEqual([]);
});

test('says nothing of what healthy ones have as often', () => {
  const both = () => ({ version: 42, route: '/pay' });

  expect(contrast(times(12, both), times(140, both))).toEqual([]);
});

test('says nothing of what chance may do when so many attributes are looked at', () => {
  // 5 of 5 against 5 of 10: 1 in 12 by Fisher's test.
  const failing = times(5, () => ({ zone: 'a' }));
  const healthy = times(10, (i) => ({ zone: i < 5 ? 'a' : 'b' }));

  expect(contrast(failing, healthy)).toEqual([]);
});

test('the same difference is told among few attributes and not among many', () => {
  // 8 of 8 against 1 of 10: 1 in 4,862 by Fisher’s test.
  const wide = (own: string, i: number): Attributes => ({
    zone: own,
    ...Object.fromEntries(Array.from({ length: 60 }, (_, key) => [`k${key}`, (i * 7 + key) % 50])),
  });
  const zoneOf = (i: number) => (i < 1 ? 'a' : 'b');

  expect(
    contrast(
      times(8, () => ({ zone: 'a' })),
      times(10, (i) => ({ zone: zoneOf(i) })),
    ),
  ).toHaveLength(1);
  expect(
    contrast(
      times(8, (i) => wide('a', i)),
      times(10, (i) => wide(zoneOf(i), i + 8)),
    ),
  ).toEqual([]);
});

test('few failures have much in common by chance', () => {
  expect(
    contrast(
      times(4, () => ({ version: 42 })),
      times(500, () => ({ version: 41 })),
    ),
  ).toEqual([]);
});

test('what follows from failing, and ids, are no traits', () => {
  const told = (code: number, size: number) => ({ 'http.status_code': code, 'http.response.body.size': size });
  const failing = times(20, (i) => ({
    ...told(500, 21),
    'error.type': 'X',
    'user.id': `u${i}`,
    request_id: 'same',
    fallback: true,
  }));
  const healthy = times(200, (i) => ({ ...told(200, 900), 'user.id': `h${i}`, request_id: 'other' }));

  expect(contrast(failing, healthy)).toEqual([]);
});

test('a transaction with many spans counts once', () => {
  const span = { version: 42 };
  const failing = [Array.from({ length: 50 }, () => span)];

  expect(
    contrast(
      failing,
      times(100, () => ({ version: 41 })),
    ),
  ).toEqual([]);
});

test('nine of ten suffice, and the sentence says so', () => {
  const failing = times(20, (i) => ({ version: i === 0 ? 41 : 42 }));
  const healthy = times(140, (i) => ({ version: i < 6 ? 42 : 41 }));

  expect(contrast(failing, healthy).map((each) => spelledContrast(each, 'failures'))).toEqual([
    '19 of 20 failures have version = 42; 6 of 140 healthy ones do',
  ]);
});
