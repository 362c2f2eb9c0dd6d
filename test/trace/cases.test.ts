import { expect, test } from 'vitest';
import { assemble } from '../../src/trace/assemble.ts';
import { criticalPath, type View } from '../../src/trace/critical-path.ts';
import { settleAgain } from '../../src/trace/timing.ts';
import { regrow } from '../../src/trace/tree.ts';
import { type Case, cases, HAS_CASES, recordsOf } from './cases.ts';
import { aSpanId, at } from './records.ts';

/** A wait names who was waited for. */
const expected = (known: Case): readonly string[] =>
  known.expected.criticalPath.map(
    (piece) => `${piece.wait ? 'wait' : 'work'} ${piece.wait?.to ?? piece.span} ${at(piece.start)} ${at(piece.end)}`,
  );

function walked(known: Case, view: View): readonly string[] {
  const [transaction] = assemble(recordsOf(known)).transactions;
  if (!transaction) throw new Error(`${known.id} has no transaction`);
  const tree = regrow(transaction);
  settleAgain(tree);
  const names = new Map(known.spans.map((span) => [aSpanId(span.id), span.id]));
  return criticalPath(tree, view).map((piece) => `${piece.what} ${names.get(piece.spanId)} ${piece.start} ${piece.end}`);
}

test.skipIf(HAS_CASES)('the recorded cases are skipped: TRACEFALL_CORPUS names no folder with them', () => {
  expect(cases()).toEqual([]);
});

test.skipIf(!HAS_CASES).each(cases())('walks the critical path of $id as a person did', (known) => {
  expect(walked(known, known.pathMode)).toEqual(expected(known));
});
