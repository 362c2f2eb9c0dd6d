import { expect, test } from 'vitest';
import { cases, HAS_CASES } from '../trace/cases.ts';
import { answered, holds } from './answers.ts';

test.skipIf(HAS_CASES)('the hand-made cases are skipped: TRACEFALL_CORPUS names no folder with them', () => {
  expect(cases()).toEqual([]);
});

test.skipIf(!HAS_CASES).each(cases())('names the cause of $id', (known) => {
  expect(answered(known), JSON.stringify(known.expected)).toSatisfy(() => holds(known));
});
