import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Failure, signatureOf } from '../../src/incident/signature.ts';
import { templated, templatedName } from '../../src/incident/template.ts';

const failure = (message: string, words: Partial<Failure> = {}): Failure => ({
  environment: 'prod',
  entry: { service: 'gateway', operation: 'POST /orders/{id}' },
  hop: { service: 'orders', operation: 'PutItem' },
  what: { error: { type: 'ValidationError', message }, kind: 'exception' },
  ...words,
});

const hex = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
const instants = fc.date({ min: new Date('2001-01-01'), max: new Date('2099-01-01'), noInvalidDate: true });
/** What differs between two occurrences of one failure. */
const changing = {
  number: fc.oneof(
    fc.integer({ min: 0, max: 2 ** 48 }).map(String),
    fc.float({ min: 0, max: 1e6, noNaN: true }).map((n) => n.toFixed(3)),
  ),
  uuid: fc.uuid(),
  hex: hex(24).filter((id) => /[a-f]/.test(id) && /\d/.test(id)),
  instant: instants.map((date) => date.toISOString()),
  date: instants.map((date) => date.toUTCString()),
  word: fc.string({ unit: fc.constantFrom(...'abcxyz 09-_/'), maxLength: 30 }),
  path: fc.string({ unit: fc.constantFrom(...'abc09-/'), maxLength: 20 }),
};
type Changing = { [K in keyof typeof changing]: string };

const MESSAGES: readonly ((values: Changing) => string)[] = [
  ({ number }) => `Task timed out after ${number} seconds`,
  ({ uuid }) => `RequestId: ${uuid} Error: Runtime exited with error: signal: killed`,
  ({ uuid, instant }) => `${instant} ${uuid} order rejected`,
  ({ hex: id, number }) => `object ${id} not found after ${number}ms`,
  ({ word, number }) => `Duplicate entry '${word}' for key "${word}" at line ${number}`,
  ({ path, number }) => `GET https://carrier.example:8443/v2/${path}?q=${number} answered ${number}`,
  ({ word, uuid }) =>
    `User: arn:aws:sts::123456789012:assumed-role/${uuid}/x is not authorized to perform: s3:GetObject on \`${word}\``,
  ({ date, number }) => `expired at ${date}, ${number} attempts left`,
  ({ number, hex: id }) =>
    `connect ECONNREFUSED 10.0.${Number.parseInt(number, 10) % 256}.7:${Number.parseInt(number, 10) % 65_536} (0x${id})`,
];

test.each(MESSAGES.map((message, i) => [i, message] as const))(
  'message %i keeps its signature however its ids, numbers and times change',
  (_i, message) => {
    fc.assert(
      fc.property(fc.record(changing), fc.record(changing), (one, other) => {
        expect(templated(message(other))).toBe(templated(message(one)));
        expect(signatureOf(failure(message(other)))).toBe(signatureOf(failure(message(one))));
      }),
      { numRuns: 1_000 },
    );
  },
);

test('the messages above are different failures', () => {
  const values = { number: '1', uuid: 'a', hex: 'b1', instant: 'c', date: 'd', word: 'e', path: 'f' };

  expect(new Set(MESSAGES.map((message) => signatureOf(failure(message(values))))).size).toBe(MESSAGES.length);
});

test('different error types, services, entries and environments never share a signature', () => {
  const names = fc.tuple(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 })).filter(([a, b]) => a !== b);
  fc.assert(
    fc.property(names, ([a, b]) => {
      const pairs: readonly (readonly [Failure, Failure])[] = [
        [
          failure('', { what: { error: { type: a, message: 'same' }, kind: undefined } }),
          failure('', { what: { error: { type: b, message: 'same' }, kind: undefined } }),
        ],
        [failure('', { hop: { service: a, operation: 'x' } }), failure('', { hop: { service: b, operation: 'x' } })],
        [failure('', { entry: { service: a, operation: 'x' } }), failure('', { entry: { service: b, operation: 'x' } })],
        [failure('', { environment: a }), failure('', { environment: b })],
      ];
      for (const [one, other] of pairs) expect(signatureOf(one)).not.toBe(signatureOf(other));
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['GET /orders/42', 'GET /orders/*'],
  ['GET /orders/42/items/7?page=3', 'GET /orders/*/items/*'],
  ['GET /v2/users/5e6f0b1e-0000-4000-8000-000000000001', 'GET /v2/users/*'],
  ['S3.PutObject', 'S3.PutObject'],
  ['report-fn2', 'report-fn2'],
  ['consume order-10293', 'consume order-*'],
  ['GET /files/0a1b2c3d4e5f', 'GET /files/*'],
])('the operation %s is %s', (operation, name) => {
  expect(templatedName(operation)).toBe(name);
});

test('an ugly message is templated within a moment', () => {
  const ugly = ['a1'.repeat(50_000), '"'.repeat(50_000), '1:'.repeat(50_000), 'http://'.repeat(20_000), '0'.repeat(100_000)];

  expect(ugly.map((text) => templated(text).length <= 500)).toEqual(ugly.map(() => true));
});
