import { earlier, later, type Micros } from '../units.ts';
import { isAwaited, TOLERANCE } from './edges.ts';
import { compare, isQueueLike, length, MARGIN, type Node, type Tree } from './node.ts';
import { beganAt } from './not-traced.ts';
import type { Section } from './transaction.ts';
import { deliveryBefore, heldIn, IDLE_STATE_MICROS, statesOf, triesAgain } from './waits.ts';

/** `response`: what the caller waited for. `completion`: all until the last asynchronous consequence was done. */
export type View = 'response' | 'completion';

/** When the view ends: with the entry, or with the last span of all. */
export function lastOf(tree: Tree, view: View): Node {
  if (view === 'response') return tree.entry;
  const tops = new Map<Node, Node>();
  return tree.nodes.reduce((last, each) => (endsLater(each, last) && isLate(each, tops) ? each : last), tree.entry);
}

/**
 * Not what ends after the highest span that waited for it by no more than two clocks differ: the answer was out.
 *
 * entry    ├─────────────┤
 * awaited       ├─────────┤   the transaction ends with the entry
 */
function isLate(node: Node, tops: Map<Node, Node>): boolean {
  const top = topOfUnit(node, tops);
  return top === node || node.end > top.end + MARGIN;
}

const endsLater = (a: Node, b: Node): boolean => a.end > b.end || (a.end === b.end && a.span.depth < b.span.depth);

/**
 * Explains the time from the entry's start to the end of the view, going backwards: ordered, disjoint pieces without a hole
 * (jaeger-ui, CRISP, FIRM for what is awaited; ServiTrace for what is not).
 */
export function criticalPath(tree: Tree, view: View = 'completion'): readonly Section[] {
  const sink = lastOf(tree, view);
  const began = view === 'completion' ? beganAt(tree) : tree.entry.start;
  const pen = penFrom(began, sink.end, statesOf(tree));
  let at = sink;
  for (;;) {
    const top = topOfUnit(at);
    if (at === sink) explain(pen, top, sink.end);
    else explainUpTo(pen, at, top);
    if (!top.parent) break;
    at = deliveryBefore(top) ?? top.parent;
    if (at === top.parent) handOver(pen, top, top.parent);
    else pen.draw(top, at.end, 'retry');
  }
  pen.draw(tree.entry, tree.entry.start, 'gap');
  pen.draw(tree.entry, began, heldIn(tree.entry));
  return pen.sections();
}

/** Draws from right to left and never twice over the same moment: whatever the walk does, the pieces are a partition. */
type Pen = {
  readonly at: () => Micros;
  readonly draw: (node: Node, downTo: Micros, as: Ink) => void;
  readonly sections: () => readonly Section[];
  readonly states: ReadonlySet<Node>;
};

/** How a piece is drawn: a back-off is the work of a program that sleeps, and a wait where a service tries again. */
type Ink = keyof typeof INKS;

const INKS = {
  work: { what: 'work' },
  backOff: { what: 'work', why: 'retry' },
  gap: { what: 'gap' },
  queue: { what: 'wait', why: 'queue' },
  trigger: { what: 'wait', why: 'trigger' },
  retry: { what: 'wait', why: 'retry' },
  state: { what: 'wait', why: 'state' },
} as const satisfies Record<string, Pick<Section, 'what' | 'why'>>;

function penFrom(floor: Micros, end: Micros, states: ReadonlySet<Node>): Pen {
  const drawn: Section[] = [];
  let cursor = end;
  const draw = (node: Node, downTo: Micros, ink: Ink): void => {
    const start = later(downTo, floor);
    if (start >= cursor) return;
    const { spanId } = node.span;
    const as: Pick<Section, 'what' | 'why'> = INKS[ink];
    const previous = drawn.at(-1);
    const continues = previous?.spanId === spanId && previous.what === as.what && previous.why === as.why;
    if (continues) drawn[drawn.length - 1] = { ...previous, start };
    else drawn.push({ spanId, start, end: cursor, ...as });
    cursor = start;
  };
  return { at: () => cursor, draw, sections: () => drawn.toReversed(), states };
}

/** The highest span that, through awaited calls only, waited for this one. `known`: of spans that were asked for before. */
function topOfUnit(from: Node, known = new Map<Node, Node>()): Node {
  let top = from;
  while (!known.has(top) && top.parent && isAwaited(top)) top = top.parent;
  top = known.get(top) ?? top;
  for (let at = from; at !== top && !known.has(at); at = at.parent ?? top) known.set(at, top);
  return top;
}

type Frame = {
  readonly node: Node;
  readonly from: Micros;
  readonly to: Micros;
  readonly rest: Node[];
  readonly tolerance: number;
  /** The call drawn last, so the one that came next. */
  next: Node | undefined;
};

function frame(node: Node, from: Micros, to: Micros): Frame {
  const clipped = (child: Node): Micros => earlier(child.end, to);
  const rest = node.children
    .filter((child) => child.start < to && child.end > from && child.end > child.start && isAwaited(child))
    .sort((a, b) => clipped(a) - clipped(b) || a.start - b.start || compare(b.span.spanId, a.span.spanId));
  return { node, from, to, rest, tolerance: TOLERANCE * length(node), next: undefined };
}

/**
 * The last of the awaited children to finish is on the path, then the last that finished before it started, and so on.
 *
 * parent ├─────────────────────────┤
 * a         ├──────┤
 * b            ├────────┤               hides a
 * path   ├─p───┼───b────┼────p─────┤
 */
function explain(pen: Pen, top: Node, to: Micros): void {
  const stack = [frame(top, top.start, to)];
  for (let current = stack.at(-1); current; current = stack.at(-1)) {
    const child = current.rest.pop();
    if (!child) {
      drawOwn(pen, current.node, current.from);
      stack.pop();
      continue;
    }
    const cursor = pen.at();
    if (child.start >= cursor || earlier(child.end, current.to) > cursor + current.tolerance) continue;
    drawBetween(pen, current, child);
    current.next = child;
    stack.push(frame(child, later(child.start, current.from), pen.at()));
  }
}

/** The time from one call to the next. */
function drawBetween(pen: Pen, { node, next }: Frame, call: Node): void {
  const isRetry = next !== undefined && triesAgain(call, next, pen.states);
  if (isRetry && pen.states.has(node)) pen.draw(next, call.end, 'retry');
  else if (isRetry) pen.draw(node, call.end, 'backOff');
  else drawOwn(pen, node, call.end);
}

/** What lies beyond a span's own end (a margin of clocks) is not its work. */
function drawOwn(pen: Pen, node: Node, downTo: Micros): void {
  pen.draw(node, later(node.end, downTo), 'gap');
  const isIdle = pen.states.has(node) && pen.at() - downTo >= IDLE_STATE_MICROS;
  pen.draw(node, downTo, isIdle ? 'state' : 'work');
}

/** From the moment the pen is at, backwards through the span that handed over and all that waited for it. */
function explainUpTo(pen: Pen, from: Node, top: Node): void {
  for (let at: Node | undefined = from; at; at = at === top ? undefined : at.parent) {
    if (at.start < pen.at()) explain(pen, at, pen.at());
  }
}

/** Between a span and what made it start: first what AWS draws of the waiting, then the wait itself. */
function handOver(pen: Pen, top: Node, parent: Node): void {
  const queued = parent.children
    .filter((child) => child !== top && isQueueLike(child) && child.start < top.start && child.end <= top.start + MARGIN)
    .sort((a, b) => b.end - a.end || b.start - a.start);
  let handedOver = earlier(parent.end, top.start);
  for (const wait of queued) {
    if (wait.end <= handedOver) continue;
    pen.draw(top, wait.end, heldIn(top));
    pen.draw(wait, later(wait.start, parent.start), 'work');
    handedOver = earlier(handedOver, wait.start);
  }
  pen.draw(top, handedOver, top.adrift ? 'gap' : heldIn(top));
}
