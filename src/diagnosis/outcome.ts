import type { Span, Transaction } from '../trace/transaction.ts';
import { micros } from '../units.ts';
import { type UsualByOperation, usualTime } from './usual.ts';

/** Slower than one in twenty is common; twice that is not. */
const SLOW_FACTOR = 2;
/** What nobody notices is not slow, however unusual. Nielsen, "Response Times: The 3 Important Limits": 0.1 s feels instantaneous. */
const NOTICEABLE = micros(100_000);

type Timed = Pick<Span, 'service' | 'operation' | 'duration'>;

/** What the transaction and its usual times tell together. */
export function outcomeOf(transaction: Transaction, usual: UsualByOperation): 'ok' | 'failed' | 'slow' {
  if (transaction.outcome === 'failed') return 'failed';
  const [entry] = transaction.spans;
  return entry && isSlow(entry, usual) ? 'slow' : 'ok';
}

/**
 * Long enough to ask why, though perhaps not to call anybody: half of all take half as long. A past with many slow ones in it has a
 * large p95, but hardly another median.
 */
export function isLong(span: Timed, usual: UsualByOperation): boolean {
  const known = usualTime(span, usual);
  if (!known || span.duration === undefined) return false;
  return span.duration > SLOW_FACTOR * known.p50 && span.duration > known.p50 + NOTICEABLE;
}

export function isSlow(span: Timed, usual: UsualByOperation): boolean {
  const known = usualTime(span, usual);
  if (!known || span.duration === undefined) return false;
  return span.duration > SLOW_FACTOR * known.p95 && span.duration > known.p95 + NOTICEABLE;
}
