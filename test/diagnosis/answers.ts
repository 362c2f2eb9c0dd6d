import type { Cause, CauseKind } from '../../src/diagnosis/cause.ts';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { type Case, changesOf, recordsOf, usualOf } from '../trace/cases.ts';
import { aSpanId } from '../trace/records.ts';
import { onlyTransaction } from './judged.ts';

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

/** What is said first of a case. */
export const answered = (known: Case): Cause | undefined =>
  diagnose(onlyTransaction(recordsOf(known)), usualOf(known), changesOf(known))[0];

/** Whether that is what the case expects. */
export function holds(known: Case): boolean {
  const cause = answered(known);
  const isAbout = (name: string): boolean => cause?.spanIds.includes(aSpanId(name)) === true;
  const { topHint, mustNotBlame, abstain } = known.expected;
  if (abstain) return cause === undefined || cause.kind === 'unknown';
  if (mustNotBlame?.some(isAbout)) return false;
  if (!topHint?.kind) return true;
  return cause?.kind === (KIND_OF[known.id] ?? OURS[topHint.kind]) && (topHint.span === undefined || isAbout(topHint.span));
}
