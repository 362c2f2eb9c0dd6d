import type { SpanLink } from '../telemetry/record.ts';
import { type Micros, micros } from '../units.ts';
import type { Span } from './transaction.ts';

/** A span of another part of the system that this one came from, known by an id that both bear. */
export type Origin = SpanLink & { readonly join: 'message' | 'inferred'; readonly key: string };

/**
 * Clocks of milliseconds and of microseconds meet in one trace, so "ends after" needs this much.
 * ServiTrace's margin (Scheuner et al., "Let's Trace It", 2022).
 */
export const MARGIN = micros(1_001);

/** A span on the workbench. Times are those of the analysis: shifted, and closed where the span never ended. */
export type Node<S extends Span = Span> = {
  readonly span: S;
  parent: Node<S> | undefined;
  children: Node<S>[];
  start: Micros;
  end: Micros;
  /** Hung under the entry because nobody knows what called it. */
  adrift: boolean;
  readonly links: readonly SpanLink[];
  readonly origins: readonly Origin[];
};

/** A span that assembly still writes to; nobody else has seen it. */
export type OpenSpan = { -readonly [Field in keyof Span]: Span[Field] };

/** A span before it has its place. */
export type Draft<S extends Span = OpenSpan> = {
  readonly span: S;
  readonly links: readonly SpanLink[];
  /** What it came from by the ids it names. */
  readonly origins: readonly Origin[];
};

/** One for all that link to nothing, came from nothing. */
export const NOTHING: readonly never[] = [];

/** Names a span among those of several traces. */
export const keyOf = (trace: string, span: string): string => `${trace}:${span}`;

/** The service of a span that does not say; its nearest ancestor's takes its place. */
export const UNSAID = '';

/** Depth first, the entry first. */
export type Tree<S extends Span = Span> = { readonly entry: Node<S>; readonly nodes: readonly Node<S>[] };

export const length = (node: Node): number => node.end - node.start;

export function node<S extends Span>({ span, links, origins }: Draft<S>): Node<S> {
  const start = micros(span.start + span.shifted);
  return {
    span,
    links,
    origins,
    parent: undefined,
    children: [],
    start,
    end: micros(start + (span.duration ?? 0)),
    adrift: false,
  };
}

/** Initialization of a sandbox, as X-Ray, OpenTelemetry and Lambda's own telemetry name it. */
export function isInit(span: Pick<Span, 'operation' | 'kind' | 'attributes'>): boolean {
  return /^(initialization|init|faas\.init)$/i.test(span.operation) || isRestore(span) || span.attributes['faas.init'] === true;
}

/** X-Ray's subsegment of a sandbox that SnapStart restored. https://docs.aws.amazon.com/lambda/latest/dg/snapstart-monitoring.html */
export const isRestore = ({ operation, kind }: Pick<Span, 'operation' | 'kind'>): boolean =>
  operation === 'Restore' && kind === 'internal';

/** A span under its parent, on the workbench or in a picture. */
type Placed = { readonly span: Span; readonly parent: { readonly span: Span } | undefined };

const WAITS = /^(dwell ?time|queue ?time|receivemessage|sqs\.receivemessage)$/i;

/** Time that a message or an event spent waiting, where AWS draws it as a span. */
export const isQueueLike = (placed: Placed): boolean => WAITS.test(placed.span.operation) && !isAccepting(placed);

/** Until a queue has the message its sender waits: X-Ray draws that part of the queue's time inside the call. */
const isAccepting = ({ span, parent }: Placed): boolean =>
  parent !== undefined && isInferred(parent) && recordedEnd(span) <= recordedEnd(parent.span) + MARGIN;

const recordedEnd = (span: Span): number => span.start + (span.duration ?? 0);

/** X-Ray's picture of a service that sends no traces itself, drawn from the call to it. */
export const isInferred = ({ span }: Pick<Placed, 'span'>): boolean => span.attributes['aws.xray.inferred'] === true;

/** X-Ray's segment of the Lambda service tries an event several times, each a subsegment that the function's segment hangs under. */
export const isAttempt = (span: Pick<Span, 'operation'>): boolean => /^Attempt #\d+$/.test(span.operation);

/** Parents before their children, without recursion: chains may be 100,000 deep. */
export function depthFirst<S extends Span>(entry: Node<S>): readonly Node<S>[] {
  const order: Node<S>[] = [];
  const rest = [entry];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    order.push(next);
    for (let i = next.children.length - 1; i >= 0; i--) {
      const child = next.children[i];
      if (child) rest.push(child);
    }
  }
  return order;
}

export function byStart(a: Node, b: Node): number {
  return a.start - b.start || b.end - a.end || compare(a.span.traceId, b.span.traceId) || compare(a.span.spanId, b.span.spanId);
}

export function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
