import type { SpanId } from '../telemetry/ids.ts';

/** The closed list of what can be said to have gone wrong. `unknown`: looked, and the evidence does not suffice. */
export type CauseKind =
  // A failure, and where it began.
  | 'exception'
  | 'downstream-error'
  | 'downstream-timeout'
  | 'caller-timeout'
  | 'function-timeout'
  | 'out-of-memory'
  | 'throttled'
  | 'concurrency-limit'
  | 'permission-denied'
  | 'payload-too-large'
  | 'never-invoked'
  // A message, and what became of it.
  | 'poison-message'
  | 'duplicate-delivery'
  | 'dead-letter'
  // Time, and where it went.
  | 'cold-start'
  | 'queue-wait'
  | 'iterator-age'
  | 'slow-dependency'
  | 'slow-self'
  | 'n-plus-one'
  | 'retried'
  | 'gap'
  // What did not fail the transaction, or is not in it.
  | 'swallowed-error'
  | 'missing-call'
  | 'changed-behaviour'
  | 'change'
  | 'unknown';

export type Cause = {
  readonly kind: CauseKind;
  /** Where it began, as the owner of the code or the resource would call it. */
  readonly service: string;
  readonly operation: string;
  readonly resource: string | undefined;
  readonly spanIds: readonly SpanId[];
  /** Where the time or the failure lies between two ends; undefined where the cause is no call. */
  readonly edge: { readonly caller: string; readonly callee: string } | undefined;
  /** 0 to 1. */
  readonly confidence: number;
  /** One sentence that a tired person understands. */
  readonly summary: string;
  /** Each a fact with its numbers. */
  readonly evidence: readonly string[];
};
