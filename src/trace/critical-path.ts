import { earlier, later, type Micros } from '../units.ts';
import { isAwaited, TOLERANCE } from './edges.ts';
import { compare, isQueueLike, length, MARGIN, type Node, type Tree } from './node.ts';
import type { Section } from './transaction.ts';

/** `response`: what the caller waited for. `completion`: all until the last asynchronous consequence was done. */
export type View = 'response' | 'completion';

/** When the view ends: with the entry, or with the last span of all. */
export function lastOf(tree: Tree, view: View): Node {
  if (view === 'response') return tree.entry;
  return late(tree).reduce((last, each) => (endsLater(each, last) ? each : last), tree.entry);
}

/**
 * Without the spans that end after the highest span that waited for them by no more than two clocks differ: the answer was out.
 *
 * entry    ├─────────────┤
 * awaited       ├─────────┤   the transaction ends with the entry
 */
function late(tree: Tree): readonly Node[] {
  const tops = new Map<Node, Node>();
  return tree.nodes.filter((each) => {
    const top = (each.parent && isAwaited(each) && tops.get(each.parent)) || each;
    tops.set(each, top);
    return top === each || each.end > top.end + MARGIN;
  });
}

const endsLater = (a: Node, b: Node): boolean => a.end > b.end || (a.end === b.end && a.span.depth < b.span.depth);

/**
 * Explains the time from the entry's start to the end of the view, going backwards: ordered, disjoint pieces without a hole
 * (jaeger-ui, CRISP, FIRM for what is awaited; ServiTrace for what is not).
 */
export function criticalPath(tree: Tree, view: View = 'completion'): readonly Section[] {
  const sink = lastOf(tree, view);
  const pen = penFrom(tree.entry.start, sink.end);
  let at = sink;
  for (;;) {
    const top = topOfUnit(at);
    if (at === sink) explain(pen, top, sink.end);
    else explainUpTo(pen, at, top);
    if (!top.parent) break;
    handOver(pen, top, top.parent);
    at = top.parent;
  }
  pen.draw(tree.entry, tree.entry.start, 'gap');
  return pen.sections();
}

/** Draws from right to left and never twice over the same moment: whatever the walk does, the pieces are a partition. */
type Pen = {
  readonly at: () => Micros;
  readonly draw: (node: Node, downTo: Micros, what: Section['what']) => void;
  readonly sections: () => readonly Section[];
};

function penFrom(floor: Micros, end: Micros): Pen {
  const drawn: Section[] = [];
  let cursor = end;
  const draw = (node: Node, downTo: Micros, what: Section['what']): void => {
    const start = later(downTo, floor);
    if (start >= cursor) return;
    const { spanId } = node.span;
    const previous = drawn.at(-1);
    if (previous?.spanId === spanId && previous.what === what) drawn[drawn.length - 1] = { ...previous, start };
    else drawn.push({ spanId, start, end: cursor, what });
    cursor = start;
  };
  return { at: () => cursor, draw, sections: () => drawn.toReversed() };
}

/** The highest span that, through awaited calls only, waited for this one. */
function topOfUnit(from: Node): Node {
  let top = from;
  while (top.parent && isAwaited(top)) top = top.parent;
  return top;
}

type Frame = {
  readonly node: Node;
  readonly from: Micros;
  readonly to: Micros;
  readonly rest: Node[];
  readonly tolerance: number;
};

function frame(node: Node, from: Micros, to: Micros): Frame {
  const clipped = (child: Node): Micros => earlier(child.end, to);
  const rest = node.children
    .filter((child) => child.start < to && child.end > from && child.end > child.start && isAwaited(child))
    .sort((a, b) => clipped(a) - clipped(b) || a.start - b.start || compare(b.span.spanId, a.span.spanId));
  return { node, from, to, rest, tolerance: TOLERANCE * length(node) };
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
    drawOwn(pen, current.node, child.end);
    stack.push(frame(child, later(child.start, current.from), pen.at()));
  }
}

/** What lies beyond a span's own end (a margin of clocks) is not its work. */
function drawOwn(pen: Pen, node: Node, downTo: Micros): void {
  pen.draw(node, later(node.end, downTo), 'gap');
  pen.draw(node, downTo, 'work');
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
    pen.draw(top, wait.end, 'wait');
    pen.draw(wait, later(wait.start, parent.start), 'work');
    handedOver = earlier(handedOver, wait.start);
  }
  pen.draw(top, handedOver, top.adrift ? 'gap' : 'wait');
}
