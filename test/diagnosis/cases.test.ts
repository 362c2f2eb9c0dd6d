import { expect, test } from 'vitest';
import type { CauseKind } from '../../src/diagnosis/cause.ts';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { assemble } from '../../src/trace/assemble.ts';
import { type Case, cases, changesOf, HAS_CASES, recordsOf, usualOf } from '../trace/cases.ts';
import { aSpanId } from '../trace/records.ts';

/** Their finer kinds in our closed list. */
const OURS: Readonly<Record<string, CauseKind>> = {
  DDB_THROTTLE: 'throttled',
  AWS_THROTTLE: 'throttled',
  LAMBDA_THROTTLE: 'concurrency-limit',
  INVOKE_REJECTED: 'never-invoked',
  SFN_TIMEOUT: 'downstream-timeout',
  LAMBDA_TIMEOUT: 'function-timeout',
  PERMISSION: 'permission-denied',
  CALLER_TIMEOUT: 'caller-timeout',
  EXCEPTION: 'exception',
  DOWNSTREAM_5XX: 'downstream-error',
  SLOW_SELF: 'slow-self',
  SLOW_DEPENDENCY: 'slow-dependency',
  COLD_START: 'cold-start',
  GAP_BEFORE_CALLEE: 'gap',
  QUEUE_WAIT: 'queue-wait',
  MISSING_CALL: 'missing-call',
};

/** A third failed delivery is said to be the message's fault. */
const KIND_OF: Readonly<Record<string, CauseKind>> = { 'msg-01-poison-message-redrive': 'poison-message' };

type Answer = { readonly kind: CauseKind | undefined; readonly spans: readonly string[] };

function answer(known: Case): Answer {
  const [transaction] = assemble(recordsOf(known)).transactions;
  if (!transaction) throw new Error(`${known.id} has no transaction`);
  const [cause] = diagnose(transaction, usualOf(known), changesOf(known));
  const names = known.spans.filter((span) => cause?.spanIds.some((id) => id === aSpanId(span.id)));
  return { kind: cause?.kind, spans: names.map((span) => span.id) };
}

function holds(known: Case): boolean {
  const { kind, spans } = answer(known);
  const { topHint, mustNotBlame, abstain } = known.expected;
  if (abstain) return kind === undefined || kind === 'unknown';
  if (mustNotBlame?.some((name) => spans.includes(name))) return false;
  if (!topHint?.kind) return true;
  return kind === (KIND_OF[known.id] ?? OURS[topHint.kind]) && (topHint.span === undefined || spans.includes(topHint.span));
}

test.skipIf(!HAS_CASES).each(cases())('names the cause of $id', (known) => {
  expect(answer(known), JSON.stringify(known.expected.topHint)).toSatisfy(() => holds(known));
});
