import { expect, test } from 'vitest';
import { parse } from '../../src/telemetry/parse.ts';
import { awsSpan, bytes, onlyInvocation, onlyLog, onlySpan, REQUEST, SPAN } from './samples.ts';

const REPORT = `REPORT RequestId: ${REQUEST}\tDuration: 14.97 ms\tBilled Duration: 15 ms\tMemory Size: 128 MB\tMax Memory Used: 67 MB\t\n`;
const ROW = { '@timestamp': '2023-12-05 22:14:43.877', '@log': '123456789012:/aws/lambda/orders', '@message': REPORT };
const CELLS = Object.entries(ROW).map(([field, value]) => ({ field, value }));

const read = (value: unknown) => parse(bytes(JSON.stringify(value)), 'FILE');

test.each([
  ['an object', ROW],
  ['a list of objects', [ROW]],
  ['a list of cells', CELLS],
  ['a list of lists of cells', [CELLS]],
  ['the answer of GetQueryResults', { results: [CELLS], status: 'Complete' }],
])('a row as %s is the log event in it, at its time and of its function', (_what, value) => {
  expect(onlyInvocation(read(value))).toMatchObject({
    requestId: REQUEST,
    function: 'orders',
    duration: 14_970,
    at: Date.parse('2023-12-05T22:14:43.877Z') * 1_000,
  });
});

test('raw events as FilterLogEvents gives them are read', () => {
  const events = [{ logStreamName: '2026/08/04/orders[$LATEST]e34e', timestamp: 1785830304877, message: 'hello', eventId: '1' }];

  expect(onlyLog(read({ events, searchedLogStreams: [] }))).toMatchObject({ service: 'orders', at: 1785830304877000 });
});

test('a row of aws/spans is a span', () => {
  expect(onlySpan(read([{ '@message': JSON.stringify(awsSpan()), '@timestamp': '2026-08-04 07:58:24.877' }])).spanId).toBe(SPAN);
});

test('a row without its message, and an answer without rows, are rejects', () => {
  expect(read([{ ...ROW, '@message': 7 }]).rejects).toEqual([
    { reason: 'log event with 7 as message (expected text)', where: 'FILE[0]' },
  ]);
  expect(read({ results: [] }).rejects).toHaveLength(1);
});
