import type { Micros } from '../units.ts';
import type { SpanId, TraceId } from './ids.ts';

/** What a system said, made ours, one thing said at a time. Delivery is late, out of order and at least once. */
export type TelemetryRecord = SpanRecord | InvocationRecord | LogRecord | EventRecord;

export type AttributeValue = string | number | boolean | readonly string[];
export type Attributes = Readonly<Record<string, AttributeValue>>;

export type SpanKind = 'server' | 'client' | 'producer' | 'consumer' | 'internal';
export type SpanStatus = 'ok' | 'error' | 'unset';
export type SpanError = { readonly type: string; readonly message: string };
export type SpanLink = {
  readonly traceId: TraceId;
  readonly spanId: SpanId;
  /** Where OpenTracing says what it means: the parent that waits, or one that does not. */
  readonly reference?: 'child-of' | 'follows-from';
};

export type SpanRecord = {
  readonly kind: 'span';
  readonly traceId: TraceId;
  readonly spanId: SpanId;
  readonly parentSpanId: SpanId | undefined;
  /** undefined: the record does not say (`aws/spans` names the service on segments only); assembly takes the nearest ancestor's. */
  readonly service: string | undefined;
  readonly operation: string;
  readonly spanKind: SpanKind;
  /** CloudFormation's name of the kind of thing: `AWS::Lambda::Function`. */
  readonly resource: string | undefined;
  readonly start: Micros;
  /** undefined: not seen to end (an in-progress copy, or the sandbox died first). */
  readonly end: Micros | undefined;
  readonly status: SpanStatus;
  readonly error: SpanError | undefined;
  /** Of the span and of its resource together; the span's own win. */
  readonly attributes: Attributes;
  readonly links: readonly SpanLink[];
};

/** What the Lambda platform says of one invocation: `platform.start`, `platform.report`, REPORT lines, `Task timed out`. */
export type InvocationRecord = {
  readonly kind: 'invocation';
  readonly requestId: string;
  readonly function: string | undefined;
  /** From `tracing.value` or `XRAY TraceId`; without one the invocation joins a span that names the same request id. */
  readonly traceId: TraceId | undefined;
  readonly spanId: SpanId | undefined;
  /** Who called: `Parent=` of `tracing.value`. */
  readonly parentSpanId: SpanId | undefined;
  /** false: the platform says that this run sends no trace. */
  readonly sampled: boolean | undefined;
  readonly phase: 'start' | 'report';
  readonly at: Micros;
  readonly status: 'success' | 'error' | 'timeout' | undefined;
  readonly error: SpanError | undefined;
  readonly duration: Micros | undefined;
  readonly billedDuration: Micros | undefined;
  readonly initDuration: Micros | undefined;
  /** SnapStart: a snapshot was restored in place of an initialisation. */
  readonly restoreDuration: Micros | undefined;
  /** Of it what ran in the sandbox: loading the runtime, and the hooks after the restore. */
  readonly billedRestoreDuration: Micros | undefined;
  readonly memorySizeMB: number | undefined;
  readonly maxMemoryUsedMB: number | undefined;
};

export type LogSeverity = 'debug' | 'info' | 'warn' | 'error';

export type LogRecord = {
  readonly kind: 'log';
  readonly traceId: TraceId | undefined;
  readonly spanId: SpanId | undefined;
  readonly requestId: string | undefined;
  readonly service: string | undefined;
  readonly at: Micros;
  readonly severity: LogSeverity;
  readonly body: string;
};

/** What a service of AWS announced: through EventBridge, through SNS or SQS, or to a function that it invokes. */
export type EventRecord = Announced & Happening;

type Announced = {
  readonly kind: 'event';
  /** The event's or message's own; made of its content where it has none. */
  readonly id: string;
  readonly source: string;
  readonly detailType: string;
  /** NO_TIME where it bears none. */
  readonly at: Micros;
  /** The ARN, else the name, of what it is about. */
  readonly resource: string | undefined;
  readonly traceId: TraceId | undefined;
  /** Of a Lambda invocation. */
  readonly requestId: string | undefined;
  /** Of a Step Functions or durable execution. */
  readonly executionArn: string | undefined;
  /** undefined: neither an end nor an alarm. */
  readonly outcome: 'failed' | 'ok' | undefined;
  readonly error: SpanError | undefined;
};

/** One event, told by what happened; `unknown` are all that AWS can send and we have no use for, counted by source and type. */
export type Happening =
  | {
      readonly what: 'lambda-destination';
      readonly function: string | undefined;
      /** `RetriesExhausted`, `EventAgeExceeded`, `Success` … */
      readonly condition: string;
      readonly attempts: number | undefined;
    }
  | {
      readonly what: 'step-functions' | 'durable-execution';
      readonly status: string;
      readonly start: Micros | undefined;
      readonly end: Micros | undefined;
    }
  | {
      readonly what: 'cloudwatch-alarm';
      readonly alarm: string;
      readonly state: string;
      readonly previousState: string;
      readonly reason: string;
      /** What the alarm measures: `AWS/Lambda Errors FunctionName=orders`. */
      readonly measures: readonly string[];
    }
  | { readonly what: 'xray-insight'; readonly state: string; readonly summary: string }
  | {
      readonly what: 'change';
      /** `UpdateFunctionCode`, `deployment SUCCESS`, `stack UPDATE_COMPLETE` … */
      readonly action: string;
      readonly version: string | undefined;
      readonly by: string | undefined;
    }
  | { readonly what: 'ecs-task-stopped'; readonly reason: string; readonly exitCodes: readonly number[] }
  | {
      readonly what: 'dead-letter';
      readonly messageId: string | undefined;
      readonly receiveCount: number | undefined;
      /** Somebody moves messages back. */
      readonly redrive: boolean;
    }
  | { readonly what: 'unknown' };

/** Why something was not read, in one word of a closed list: what is counted. */
export type RejectKind =
  | 'too-large'
  | 'too-deep'
  | 'too-many-keys'
  | 'too-many-values'
  | 'bad-gzip'
  | 'bad-json'
  | 'bad-protobuf'
  | 'unknown-format'
  | 'unknown-event'
  | 'foreign-account'
  | 'malformed';

/** Input that could not be read: a value, counted and shown, never thrown. `where` is a line, an index or a path in the payload. */
export type Reject = {
  /** undefined: `malformed`, one thing that is not as its format says. */
  readonly kind?: RejectKind;
  readonly reason: string;
  readonly where: string;
};

export type Parsed = {
  readonly records: readonly TelemetryRecord[];
  readonly rejects: readonly Reject[];
  /** How much was understood and tells nothing we keep: END, INIT_START, a control message. With the others: all that came in. */
  readonly quiet: number;
};
