import type { SpanId } from '../telemetry/ids.ts';

/** The closed list of what can be said to have gone wrong. `unknown`: looked, and the evidence does not suffice. */
export type CauseKind =
  | 'exception'
  | 'downstream-error'
  | 'downstream-timeout'
  | 'caller-timeout'
  | 'function-timeout'
  | 'out-of-memory'
  | 'throttled'
  | 'permission-denied'
  | 'payload-too-large'
  | 'never-invoked'
  | 'poison-message'
  | 'cold-start'
  | 'queue-wait'
  | 'slow-dependency'
  | 'slow-self'
  | 'gap'
  | 'missing-call'
  | 'changed-behaviour'
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
