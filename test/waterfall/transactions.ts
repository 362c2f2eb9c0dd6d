import type { SpanId } from '../../src/telemetry/ids.ts';
import { spanId, traceId } from '../../src/telemetry/ids.ts';
import type { InvocationRecord, LogRecord } from '../../src/telemetry/record.ts';
import type { Section, Span, Transaction } from '../../src/trace/transaction.ts';
import { fromMillis, micros, NO_TIME } from '../../src/units.ts';
import type { Scene } from '../../src/waterfall/draw.ts';

/** A span as a test writes it: ms from the start of the transaction. */
export type Sketch = {
  readonly name: string;
  readonly service?: string;
  readonly at: readonly [start: number, end: number | undefined];
  readonly depth?: number;
  readonly kind?: Span['kind'];
  readonly resource?: string;
  readonly attributes?: Span['attributes'];
  readonly error?: string | readonly [type: string, message: string];
  readonly join?: Span['join'];
  /** Recorded parent that never came. */
  readonly orphan?: boolean;
  readonly shiftedMs?: number;
  /** Spans of other traces that it came from too. */
  readonly alsoFrom?: Span['alsoFrom'];
  /** ms of the sandbox's start, and of the handler. */
  readonly init?: readonly [init: number, handler: number];
  /** Pieces of the critical path spent in it. */
  readonly path?: readonly (readonly [start: number, end: number, what?: Section['what']])[];
  /** ms at which it logged a warning. */
  readonly warned?: readonly number[];
};

const TRACE = must(traceId('9c41d2aa83e04b7f8d0e6a2b5c7f1e33'));
/** 2026-11-22T09:14:03.214Z */
const START = fromMillis(Date.UTC(2026, 10, 22, 9, 14, 3, 214));

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a builder made a malformed id');
  return value;
}

export const idOf = (index: number): SpanId => must(spanId((index + 1).toString(16).padStart(16, '0')));

/** A transaction from its spans in drawing order; the entry first. */
export function transactionOf(sketches: readonly Sketch[], more: Partial<Transaction> = {}): Transaction {
  const above: { readonly depth: number; readonly id: SpanId }[] = [];
  const spans = sketches.map((sketch, index) => {
    const depth = sketch.depth ?? 0;
    while ((above.at(-1)?.depth ?? -1) >= depth) above.pop();
    const span = spanOf(sketch, index, above.at(-1)?.id);
    above.push({ depth, id: span.spanId });
    return span;
  });
  const end = spans.reduce<number>((latest, span) => Math.max(latest, span.start + (span.duration ?? 0)), START);
  const first = spans[0];
  return {
    id: TRACE,
    traceIds: [TRACE],
    name: first?.operation ?? 'nothing',
    service: first?.service ?? 'nobody',
    environment: 'default',
    outcome: sketches.some(({ error }) => error !== undefined) ? 'failed' : 'ok',
    incomplete: [],
    start: START,
    duration: micros(end - START),
    spans,
    criticalPath: sectionsOf(sketches),
    breakdown: NOTHING_BROKEN_DOWN,
    coldStarts: 0,
    events: [],
    logs: sketches.flatMap(({ warned = [] }, index) => warned.map((at) => warning(index, at))),
    ...more,
  };
}

export const sceneOf = (transaction: Transaction, more: Partial<Scene> = {}): Scene => ({
  transaction,
  outcome: transaction.outcome,
  causes: [],
  usual: undefined,
  ...more,
});

/** A scene straight from sketches. */
export const scene = (sketches: readonly Sketch[], more: Partial<Scene> = {}): Scene => sceneOf(transactionOf(sketches), more);

function spanOf(sketch: Sketch, index: number, parent: SpanId | undefined): Span {
  const { at, depth = 0, kind = 'internal', service = 'shop', shiftedMs = 0, path = [] } = sketch;
  const [start, end] = at;
  const error = errorOf(sketch);
  return {
    traceId: TRACE,
    spanId: idOf(index),
    parentSpanId: sketch.orphan ? must(spanId('dead00000000beef')) : parent,
    join: sketch.join ?? (parent && 'parent'),
    alsoFrom: sketch.alsoFrom ?? [],
    depth,
    service,
    operation: sketch.name,
    kind,
    resource: sketch.resource,
    start: micros(START + start * 1_000),
    duration: end === undefined ? undefined : fromMillis(end - start),
    shifted: fromMillis(shiftedMs),
    status: error ? 'error' : 'unset',
    error,
    self: NO_TIME,
    critical: fromMillis(path.reduce((sum, [from, to, what = 'work']) => sum + (what === 'work' ? to - from : 0), 0)),
    attributes: sketch.attributes ?? {},
    invocation: sketch.init && invocation(sketch, sketch.init),
  };
}

function errorOf({ error }: Sketch): Span['error'] {
  if (error === undefined) return undefined;
  const [type, message] = typeof error === 'string' ? [error, ''] : error;
  return { type, message };
}

const sectionsOf = (sketches: readonly Sketch[]): readonly Section[] =>
  sketches
    .flatMap(({ path = [] }, index) =>
      path.map(([start, end, what = 'work']) => ({
        spanId: idOf(index),
        start: micros(START + start * 1_000),
        end: micros(START + end * 1_000),
        what,
      })),
    )
    .sort((a, b) => a.start - b.start);

const invocation = ({ service = 'shop', at }: Sketch, [init, handler]: readonly [number, number]): InvocationRecord => ({
  kind: 'invocation',
  requestId: '8f507cfc-xmpl-4697-b07a-ac58fc914c95',
  function: service,
  traceId: TRACE,
  spanId: undefined,
  parentSpanId: undefined,
  phase: 'report',
  at: micros(START + at[0] * 1_000),
  status: 'success',
  error: undefined,
  duration: fromMillis(handler),
  billedDuration: undefined,
  restoreDuration: undefined,
  billedRestoreDuration: undefined,
  sampled: undefined,
  initDuration: fromMillis(init),
  memorySizeMB: 256,
  maxMemoryUsedMB: 120,
});

const warning = (index: number, at: number): LogRecord => ({
  kind: 'log',
  traceId: TRACE,
  spanId: idOf(index),
  requestId: undefined,
  service: undefined,
  at: micros(START + at * 1_000),
  severity: 'warn',
  body: 'retrying',
});

const NOTHING_BROKEN_DOWN: Transaction['breakdown'] = {
  orchestration: NO_TIME,
  trigger: NO_TIME,
  containerInitialization: NO_TIME,
  runtimeInitialization: NO_TIME,
  computation: NO_TIME,
  queueing: NO_TIME,
  externalService: NO_TIME,
  overhead: NO_TIME,
  unclassified: NO_TIME,
};
