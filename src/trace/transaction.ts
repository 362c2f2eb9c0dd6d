import type { SpanId, TraceId } from '../telemetry/ids.ts';
import type {
  Attributes,
  EventRecord,
  InvocationRecord,
  LogRecord,
  SpanError,
  SpanKind,
  SpanLink,
  SpanStatus,
} from '../telemetry/record.ts';
import type { Micros } from '../units.ts';

/** What a person asked for, from its entry to its last asynchronous consequence. */
export type Transaction = {
  readonly id: TraceId;
  /** Every trace id joined into it, its own first. */
  readonly traceIds: readonly TraceId[];
  /** The entry operation: `POST /checkout`. */
  readonly name: string;
  /** Of the entry span. */
  readonly service: string;
  /** `deployment.environment.name` of the entry, or of any span; `default` where nobody says. */
  readonly environment: string;
  /** What the transaction alone tells; whether it is slow only its usual tells (diagnosis). */
  readonly outcome: 'ok' | 'failed';
  readonly incomplete: readonly Incomplete[];
  readonly start: Micros;
  readonly duration: Micros;
  /** The entry first, then depth first, siblings by start. */
  readonly spans: readonly Span[];
  /** In order, disjoint; together as long as the transaction. */
  readonly criticalPath: readonly Section[];
  readonly breakdown: Readonly<Record<Category, Micros>>;
  /** Cold starts on the critical path. */
  readonly coldStarts: number;
  readonly logs: readonly LogRecord[];
  /** What AWS announced of it. */
  readonly events: readonly EventRecord[];
};

export type Incomplete =
  | 'missing-root'
  | 'missing-parent'
  | 'still-running'
  | 'clock-skew'
  | 'cycle'
  | 'truncated'
  /** The entry took a message of which nobody told that it was sent; the time it waited may be known all the same. */
  | 'producer-not-traced'
  /** A message was sent, and nobody told that it was taken. */
  | 'consumer-not-traced'
  /** The platform, or a header that was passed on, says that a part was left out by sampling. */
  | 'sampled'
  /** Some are in the future, or of more than a month before they came: only where it is known when they came. */
  | 'wrong-times';

/** How the parent is known: recorded, by a span link, by a message id, or only guessed. undefined: the entry, or a root without parent. */
export type Join = 'parent' | 'link' | 'message' | 'inferred';

export type Span = {
  readonly traceId: TraceId;
  readonly spanId: SpanId;
  /** As recorded or joined; may name a span that never came. */
  readonly parentSpanId: SpanId | undefined;
  readonly join: Join | undefined;
  /** Further spans it came from: a batch of ten records has ten parents, and the one above is the failing record's where it is known. */
  readonly alsoFrom: readonly SpanLink[];
  /** Steps from the entry, 0 for the entry. */
  readonly depth: number;
  readonly service: string;
  readonly operation: string;
  readonly kind: SpanKind;
  readonly resource: string | undefined;
  readonly start: Micros;
  /** undefined: never seen to end. */
  readonly duration: Micros | undefined;
  /** Clock-skew correction that the analysis applied; `start` is as recorded. */
  readonly shifted: Micros;
  readonly status: SpanStatus;
  readonly error: SpanError | undefined;
  /** Own time: duration less the time covered by children. */
  readonly self: Micros;
  /** Own share of the critical path, waits before it not counted. */
  readonly critical: Micros;
  readonly attributes: Attributes;
  /** What the platform said of the invocation that this span is, where it is one. */
  readonly invocation: InvocationRecord | undefined;
};

/** A piece of the critical path. `wait` and `gap` name the span that was waited for, or that waited by itself. */
export type Section = {
  readonly spanId: SpanId;
  readonly start: Micros;
  readonly end: Micros;
  readonly what: 'work' | 'wait' | 'gap';
  /** Of a wait; and of a program's own time where it only let some pass before it tried again. */
  readonly why?: WaitReason;
};

/**
 * `queue`, `trigger`: handed over, and taken up later; `retry`: from a failed attempt to the next one; `state`: a state machine
 * was told to wait.
 */
export type WaitReason = 'queue' | 'trigger' | 'retry' | 'state';

/** Where the critical path was spent; ServiTrace's categories (Scheuner et al., "Let's Trace It"). */
export type Category =
  | 'orchestration'
  | 'trigger'
  | 'containerInitialization'
  | 'runtimeInitialization'
  | 'computation'
  | 'queueing'
  | 'externalService'
  | 'overhead'
  | 'unclassified';
