import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  ATTRIBUTE_CHARACTERS,
  ATTRIBUTE_KEYS,
  anyValue,
  attributes,
  type Entry,
  KEY_CHARACTERS,
  keyValues,
} from '../../src/telemetry/attributes.ts';

test.each<[string, unknown, unknown]>([
  ['text', { stringValue: 'a' }, 'a'],
  ['empty text', { stringValue: '' }, ''],
  ['a boolean', { boolValue: false }, false],
  ['an integer as text', { intValue: '42' }, 42],
  ['an integer as a number', { intValue: -7 }, -7],
  ['an integer that no double holds', { intValue: '9007199254740993' }, '9007199254740993'],
  ['a double', { doubleValue: 0.5 }, 0.5],
  ['a double that JSON cannot hold', { doubleValue: 'NaN' }, 'NaN'],
  ['bytes as base64', { bytesValue: 'AQI=' }, 'AQI='],
  ['bytes', { bytesValue: new Uint8Array([1, 2]) }, 'AQI='],
  ['a list', { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }] } }, ['a', 1]],
  ['a map', { kvlistValue: { values: [{ key: 'a', value: { boolValue: true } }] } }, { a: true }],
  ['nothing', {}, undefined],
  ['something else', 'a', undefined],
])('an AnyValue with %s', (_, written, read) => {
  expect(anyValue(written)).toEqual(read);
});

test('values of lists and maps become text', () => {
  const entries: Entry[] = [
    ['list', ['a', 1, { b: true }]],
    ['map', { a: [1] }],
    ['infinite', Number.POSITIVE_INFINITY],
  ];

  expect(attributes([entries])).toEqual({ list: ['a', '1', '{"b":true}'], map: '{"a":[1]}', infinite: 'Infinity' });
});

test('null and undefined are no values, and what a later source says counts', () => {
  expect(
    attributes([
      [
        ['a', null],
        ['b', undefined],
      ],
      [['a', 1]],
    ]),
  ).toEqual({ a: 1 });
});

test('a key beyond the limit, too long, empty or dangerous is dropped and counted', () => {
  const many: Entry[] = Array.from({ length: ATTRIBUTE_KEYS + 7 }, (_, index) => [`key${index}`, index]);

  const kept = attributes([[['', 1], ['__proto__', 1], ['k'.repeat(KEY_CHARACTERS + 1), 1], ...many]]);

  expect(Object.keys(kept)).toHaveLength(ATTRIBUTE_KEYS + 1);
  expect(kept['otel.dropped_attributes_count']).toBe(10);
});

test('a list keeps what fits into one value, and says how much it left out', () => {
  const items = Array.from({ length: 1_000 }, () => 'x'.repeat(100));

  const { list } = attributes([[['list', items]]]);

  expect(list).toHaveLength(21);
  expect(list).toContain('… and 980 more');
});

test('a map nested without end is cut, not followed', () => {
  let deep: unknown = { stringValue: 'bottom' };
  for (let depth = 0; depth < 100_000; depth += 1) deep = { kvlistValue: { values: [{ key: 'k', value: deep }] } };

  const kept = attributes([keyValues([{ key: 'deep', value: deep }])]);

  expect(kept['deep']).toBe(`${'{"k":'.repeat(10)}"…"${'}'.repeat(10)}`);
});

const anyEntries = fc.array(
  fc.tuple(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString', 'valueOf')), fc.anything()),
);

test('whatever the keys and values, what is kept is small, plain and without a prototype', () => {
  fc.assert(
    fc.property(anyEntries, anyEntries, (first, second) => {
      const kept = attributes([first, second]);

      expect(Object.getPrototypeOf(kept)).toBeNull();
      expect(Object.keys(kept).length).toBeLessThanOrEqual(ATTRIBUTE_KEYS + 1);
      expect('__proto__' in kept).toBe(false);
      for (const value of Object.values(kept)) expect(String(value).length).toBeLessThanOrEqual(ATTRIBUTE_CHARACTERS + 40);
    }),
  );
});

test('copying a record’s attributes never changes a prototype', () => {
  const hostile = attributes([
    keyValues([{ key: '__proto__', value: { kvlistValue: { values: [{ key: 'admin', value: { boolValue: true } }] } } }]),
  ]);

  const copy: object = Object.assign({}, hostile, JSON.parse(JSON.stringify(hostile)));

  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  expect('admin' in copy).toBe(false);
});
