import { expect, test } from 'vitest';
import type { Cause } from '../src/diagnosis/cause.ts';
import { inspectionPrinted } from '../src/inspection-printed.ts';
import { assemble } from '../src/trace/assemble.ts';
import { aSpan } from './trace/records.ts';

const records = { read: 1, placed: 1, duplicates: 0, unplaced: 0, quiet: 0, events: {}, rejected: [] };
const causes: readonly Cause[] = [
  {
    ...{ kind: 'exception', service: 'shop', operation: 'pay', resource: undefined, spanIds: [], edge: undefined },
    ...{
      confidence: 0.8,
      summary: 'shop failed: one sentence that is rather long',
      evidence: ['a fact, and a second fact beside it'],
    },
  },
];

function printed(columns: number | undefined): readonly string[] {
  const [transaction] = assemble([aSpan({ id: 'a', operation: 'pay', status: 'error' })]).transactions;
  if (!transaction) throw new Error('expected a transaction');
  const scenes = [{ transaction, outcome: 'failed' as const, causes, usual: undefined }];
  return inspectionPrinted({ scenes, causes, records, ruling: undefined }, columns).split('\n');
}

test('breaks the words of a cause to the width of a terminal, each line under its beginning', () => {
  const lines = printed(30);

  expect(lines.slice(-7)).toEqual([
    '  exception: shop failed: one',
    '    sentence that is rather',
    '    long',
    '    · a fact, and a second',
    '      fact beside it',
    '',
    '1 record: 1 placed, 0 duplicates',
  ]);
});

test('breaks nothing in a pipe', () => {
  expect(printed(undefined)).toContain('  exception: shop failed: one sentence that is rather long');
});
