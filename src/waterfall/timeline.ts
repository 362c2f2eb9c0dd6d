import { errorName, NAMELESS } from '../telemetry/error-text.ts';
import type { SpanId } from '../telemetry/ids.ts';
import { startUp } from '../trace/cold-start.ts';
import { httpStatus, isFailing } from '../trace/failing.ts';
import { isInit, isQueueLike } from '../trace/node.ts';
import type { Section, Span, Transaction } from '../trace/transaction.ts';
import { remembered } from './remembered.ts';
import { withoutTwins } from './twins.ts';

/** A piece of the picture's time axis: µs from its left edge. */
export type Stretch = { readonly start: number; readonly end: number };

/** A span on the axis, with its place in the tree. */
export type Knot = {
  readonly span: Span;
  /** Spans below it that tell of the same thing, and are drawn with it. */
  readonly twins: readonly Span[];
  /** undefined: the entry, or a further one. */
  readonly parent: Knot | undefined;
  readonly children: Knot[];
  /** As far as it was seen: an open span reaches as far as what it began. */
  readonly at: Stretch;
  readonly open: boolean;
  /** The time that a message waited. */
  readonly queueLike: boolean;
  /** Names a parent that never came. */
  readonly orphan: boolean;
  readonly failed: boolean;
  /** '' where it did not fail. */
  readonly errorType: string;
  /** Failed spans in its subtree, itself included. */
  readonly failures: number;
  /** Where its sandbox was started; before the span itself where the platform says so. */
  readonly cold: Stretch | undefined;
  /** Its pieces of the critical path, waits and gaps before it included. */
  readonly sections: readonly Section[];
  /** µs of these. */
  readonly critical: number;
};

export type Timeline = {
  /** µs since the epoch at the left edge. */
  readonly from: number;
  /** µs from the left edge to the right one; at least 1. */
  readonly length: number;
  /** In the transaction's order: parents before children. With their twins all spans. */
  readonly knots: readonly Knot[];
};

/** A knot on the workbench. */
export type Draft = Omit<{ -readonly [Key in keyof Knot]: Knot[Key] }, 'parent' | 'children'> & {
  parent: Draft | undefined;
  children: Draft[];
};

/** Where every span lies. Reaches beyond the transaction where a span does: a picture may not hide what does not fit. */
export const timelineOf = remembered((transaction: Transaction): Timeline => {
  const { from, to } = extent(transaction);
  const sections = sectionsBySpan(transaction);
  const ids = new Set(transaction.spans.map(({ spanId }) => spanId));
  const all: Draft[] = [];
  const above: Draft[] = [];
  for (const span of transaction.spans) {
    const parent = isFurtherEntry(span) ? undefined : parentAmong(above, span);
    const own = sections.get(span.spanId) ?? [];
    // The id may stand twice when traces are joined; the first span keeps the path.
    sections.delete(span.spanId);
    // The entry may well name a caller that is not ours.
    const orphan =
      parent !== undefined && (span.join === undefined || span.parentSpanId === undefined || !ids.has(span.parentSpanId));
    const knot = draft({ span, parent, orphan, sections: own, from });
    parent?.children.push(knot);
    all.push(knot);
    above.push(knot);
  }
  const length = Math.max(1, to - from);
  const knots = withoutTwins(all, length);
  // Children before parents.
  for (const knot of knots.toReversed()) learnFromChildren(knot, from);
  return { from, length, knots };
});

/**
 * A request of its own, which only something later joined to this transaction: one batch takes the messages of many. The tree keeps it
 * under the entry so that it has one root; nothing is missing above it.
 */
const isFurtherEntry = ({ depth, join, parentSpanId, alsoFrom, traceId }: Span): boolean =>
  depth > 0 && join === undefined && parentSpanId === undefined && !alsoFrom.some((from) => from.traceId === traceId);

const startOf = (span: Span): number => span.start + span.shifted;

function extent(transaction: Transaction): { readonly from: number; readonly to: number } {
  let from: number = transaction.start;
  let to = transaction.start + transaction.duration;
  for (const span of transaction.spans) {
    from = Math.min(from, startOf(span));
    to = Math.max(to, startOf(span) + (span.duration ?? 0));
  }
  return { from, to };
}

function sectionsBySpan(transaction: Transaction): Map<SpanId, Section[]> {
  const bySpan = new Map<SpanId, Section[]>();
  for (const section of transaction.criticalPath) {
    const known = bySpan.get(section.spanId);
    if (known) known.push(section);
    else bySpan.set(section.spanId, [section]);
  }
  return bySpan;
}

/**
 * Order and depth make the tree: the parent is the last span above that is less deep. No cycle can come of it, and no id is
 * looked up that may be missing. `above` is the chain from the entry to the span before.
 */
function parentAmong(above: Draft[], span: Span): Draft | undefined {
  let last = above.at(-1);
  while (last !== undefined && last.span.depth >= span.depth) {
    above.pop();
    last = above.at(-1);
  }
  return last;
}

type Facts = Pick<Draft, 'span' | 'parent' | 'orphan' | 'sections'> & { readonly from: number };

function draft({ span, parent, orphan, sections, from }: Facts): Draft {
  const start = startOf(span) - from;
  const failed = isFailing(span);
  return {
    span,
    twins: [],
    parent,
    children: [],
    at: { start, end: start + (span.duration ?? 0) },
    open: span.duration === undefined,
    queueLike: isQueueLike({ span, parent }),
    orphan,
    failed,
    errorType: failed ? errorName(errorTypeOf(span)) : '',
    failures: failed ? 1 : 0,
    cold: undefined,
    sections,
    critical: sections.reduce((sum, section) => sum + section.end - section.start, 0),
  };
}

/** https://www.rfc-editor.org/rfc/rfc9110#section-15.5 */
const LEAST_FAILURE = 400;

/** What went wrong in a word or two, for a span that failed. */
export function errorTypeOf({ error, attributes }: Span): string {
  if (error !== undefined && error.type !== '' && error.type !== NAMELESS) return error.type;
  const status = httpStatus(attributes);
  // X-Ray marks a run as failed though the platform's own answer was 200.
  return status === undefined || status < LEAST_FAILURE ? 'error' : `HTTP ${status}`;
}

/** What a span shows because of those below it. */
function learnFromChildren(knot: Draft, from: number): void {
  if (knot.open) {
    // The analysis may know how long it must have lasted at least.
    const worked = knot.sections.filter(({ what }) => what === 'work').map(({ end }) => end - from);
    const end = knot.children
      .map(({ at }) => at.end)
      .concat(worked)
      .reduce((latest, one) => Math.max(latest, one), knot.at.end);
    knot.at = { start: knot.at.start, end };
  }
  knot.failures = knot.children.reduce((sum, child) => sum + child.failures, knot.failures);
  knot.cold = coldStart(knot);
}

/** Where the failure began, as far as was seen. */
export const isDeepest = (knot: Knot): boolean => knot.failed && knot.failures === 1;

/**
 * The platform's Duration leaves the Init Duration out. A span long enough for both began with the sandbox (X-Ray's service
 * segment); a shorter one began with the handler, and the sandbox was started before it.
 *
 * service segment ├░░░░░░░░──────────┤      handler span  ░░░░░░░░├──────────┤
 */
function coldStart({ span, twins, at, children, open }: Knot): Stretch | undefined {
  if (isInit(span)) return at;
  const invocation = [span, ...twins].find((one) => one.invocation !== undefined)?.invocation;
  const init = startUp(invocation);
  if (init <= 0 || children.some((child) => isInit(child.span))) return undefined;
  const handler = invocation?.duration ?? 0;
  const inside = open || at.end - at.start >= init + handler;
  if (inside) return { start: at.start, end: Math.min(at.start + init, at.end) };
  return at.start > 0 ? { start: Math.max(0, at.start - init), end: at.start } : undefined;
}
