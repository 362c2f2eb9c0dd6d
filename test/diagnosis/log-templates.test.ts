import { expect, test } from 'vitest';
import { spelledTemplate, templateMiner } from '../../src/diagnosis/log-templates.ts';

/** How many statements stand behind these lines, each in words. */
function statementsOf(...bodies: readonly string[]): readonly string[] {
  const templateOf = templateMiner();
  const templates = bodies.map((body) => templateOf({ service: 'shop', severity: 'info', body }));
  return [...new Set(templates)].map(spelledTemplate);
}

test.each([
  ['numbers', ['took 12 ms', 'took 7 ms'], 'took <*> ms'],
  [
    'ids',
    ['order 5f8bc997-2b4e-4f3e-9d8e-dffea153f3e9 done', 'order dffea153-4a7e-4f3e-8c8e-5f8bc997aaaa done'],
    'order <*> done',
  ],
  ['quoted words', ['asked "a b"', 'asked "c"'], 'asked <*>'],
  ['values of fields', ['Seat(from=rome, to=bern)', 'Seat(from=bern, to=rome)'], 'Seat from=<*> to=<*>'],
  ['lists', ['Route(stops=[rome, bern])', 'Route(stops=[rome, bern, basel])'], 'Route stops=<*>'],
  ['trace ids in the line', ['TraceID: 88ebfbce SpanID: dd84 sold', 'TraceID: 99aa SpanID: 11 sold'], 'sold'],
  ['times and levels before the message', ['16:48:16.545 INFO sold', '16:49:01.001 INFO sold'], 'sold'],
  [
    'words, once enough others stay',
    ['create order from rome to bern today', 'create order from bern to rome today'],
    'create order from <*> to <*> today',
  ],
] as const)('lines that differ in %s are of one statement', (_what, lines, told) => {
  expect(statementsOf(...lines)).toEqual([told]);
});

test.each([
  ['most words', ['order was placed', 'stock is low now']],
  ['the kind of failure', ['call failed with TimeoutError after all', 'call failed with AccessDeniedException after all']],
  ['length', ['sold', 'sold out']],
] as const)('lines that differ in %s are of several', (_what, lines) => {
  expect(statementsOf(...lines)).toHaveLength(2);
});

test('the place in the source tells statements apart that say the same, and joins what one of them says', () => {
  expect(statementsOf('TripService#366 calculate', 'TripService#372 calculate', 'TripService#366 calculate all of it')).toEqual([
    'calculate (TripService#366)',
    'calculate (TripService#372)',
  ]);
});

test('services and severities keep to themselves', () => {
  const templateOf = templateMiner();
  const lines = [
    { service: 'shop', severity: 'info', body: 'sold' },
    { service: 'shop', severity: 'error', body: 'sold' },
    { service: 'stock', severity: 'info', body: 'sold' },
  ] as const;

  expect(new Set(lines.map(templateOf)).size).toBe(3);
});
