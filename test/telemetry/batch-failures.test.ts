import { expect, test } from 'vitest';
import { batchFailures } from '../../src/telemetry/batch-failures.ts';
import type { AttributeValue } from '../../src/telemetry/record.ts';
import { outcome } from '../../src/telemetry/span-outcome.ts';

const ID = '059f36b4-87a3-44ab-83d2-661975830a7d';
const OTHER = '2e1424d4-f796-459a-8184-9c92662be6da';
const answer = { batchItemFailures: [{ itemIdentifier: ID }, { itemIdentifier: OTHER }] };

const FORMS: readonly (readonly [string, AttributeValue, readonly string[]])[] = [
  ['ids', [ID, OTHER], [ID, OTHER]],
  ['one id', ID, [ID]],
  ['a sequence number', '49598338389350000000122222', ['49598338389350000000122222']],
  ["Lambda's answer", JSON.stringify(answer), [ID, OTHER]],
  ['its list', JSON.stringify(answer.batchItemFailures), [ID, OTHER]],
  ['a list of ids as JSON', JSON.stringify([ID]), [ID]],
  ['an answer without failures', '{"batchItemFailures":[]}', []],
  ['an empty list', '[]', []],
  ['an empty answer', '', []],
  ['null', 'null', []],
  ['a count', 2, []],
];

test.each(FORMS)('reads failed records from %s', (_, value, expected) => {
  expect(batchFailures({ 'aws.lambda.batch_item_failures': value })).toEqual(expected);
});

const returned = { message: undefined, kind: 'server', exceptions: [] } as const;

test('a function that returned has failed for the records that it reports', () => {
  const attributes = { 'aws.lambda.batch_item_failures': [ID] };

  expect(outcome({ ...returned, status: 'unset', attributes })).toEqual({
    status: 'error',
    error: { type: 'ReportBatchItemFailures', message: ID },
  });
  expect(outcome({ ...returned, status: 'ok', attributes })).toEqual({ status: 'ok', error: undefined });
  expect(outcome({ ...returned, status: 'unset', attributes: { batchItemFailures: '[]' } }).status).toBe('unset');
});
