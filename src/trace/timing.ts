import { earlier, later, type Micros, micros } from '../units.ts';
import { isFailing } from './failing.ts';
import { isInit, isQueueLike, length, MARGIN, type Node, type OpenSpan, type Tree } from './node.ts';
import { stretchCallers } from './stretch.ts';
import type { Incomplete } from './transaction.ts';

/** Jaeger's habit: what differs by more is not a clock, unless it is a call, which cannot be answered before it was made. */
const LARGEST_SKEW = micros(200_000);

/** Gives every span the times that the analysis works with: clocks aligned, open ends closed, initializations beside their function. */
export function settle(tree: Tree<OpenSpan>): readonly Incomplete[] {
  const found: Incomplete[] = [];
  if (tree.nodes.some((each) => each.span.duration === undefined)) found.push('still-running');
  if (alignClocks(tree)) found.push('clock-skew');
  closeOpenEnds(tree);
  if (stretchCallers(tree)) found.push('clock-skew');
  hoistInitializations(tree);
  return found;
}

/** For a tree whose shifts are known. */
export function settleAgain(tree: Tree): void {
  closeOpenEnds(tree);
  stretchCallers(tree);
  hoistInitializations(tree);
}

function alignClocks(tree: Tree<OpenSpan>): boolean {
  let shifted = false;
  for (const each of tree.nodes) {
    const inherited = each.parent && !isDetached(each) ? each.parent.span.shifted : 0;
    move(each, inherited);
    const delta = each.parent ? skew(each, each.parent) : 0;
    move(each, delta);
    each.span.shifted = micros(inherited + delta);
    if (each.span.shifted !== 0) shifted = true;
  }
  return shifted;
}

/** Nobody recorded that it ran on its parent's clock. */
const isDetached = ({ adrift, span }: Node): boolean => adrift || (span.join !== undefined && span.join !== 'parent');

function move(each: Node, delta: number): void {
  if (delta === 0) return;
  each.start = micros(each.start + delta);
  each.end = micros(each.end + delta);
}

/**
 * Jaeger's rule (clockskew.go), for a child that starts before its parent, or for an answer that ends after the call that had it. One that
 * starts after the parent's end is the normal shape of an asynchronous hop, and centring it would destroy the wait.
 *
 * parent      ├──────────────┤
 * child  ├────────┤                before
 * child              ├────────┤    or so
 * child         ├────────┤         after: the way there as long as the way back
 */
function skew(child: Node, parent: Node): number {
  const isEarly = child.start < parent.start - MARGIN;
  if (!(isEarly || isLateAnswer(child, parent)) || !onAnotherHost(child, parent)) return 0;
  if (isDetached(child) || child.span.kind === 'consumer' || isInit(child.span) || isQueueLike(child)) return 0;
  const room = child.span.duration === undefined ? 0 : Math.max(0, length(parent) - length(child));
  const delta = micros(parent.start + room / 2 - child.start);
  return isCall(child, parent) || delta <= LARGEST_SKEW ? delta : 0;
}

const isCall = (child: Node, parent: Node): boolean => parent.span.kind === 'client' && child.span.kind === 'server';

/** Nobody has an answer before it is given, unless he gave up waiting, or only handed work over, as calls of AWS may. */
function isLateAnswer(child: Node, parent: Node): boolean {
  if (!isCall(child, parent) || isFailing(parent.span) || parent.span.attributes['rpc.system'] === 'aws-api') return false;
  const isBothEnded = child.span.duration !== undefined && parent.span.duration !== undefined;
  return isBothEnded && child.start < parent.end && child.end > parent.end + MARGIN && length(child) <= length(parent);
}

function onAnotherHost(a: Node, b: Node): boolean {
  const [one, other] = [a.span.attributes['host.name'], b.span.attributes['host.name']];
  if (one !== undefined && other !== undefined) return one !== other;
  return a.span.service !== b.span.service;
}

/** What never ended is taken to last as long as its parent, or as the last that was seen, and no shorter than its own children. */
function closeOpenEnds(tree: Tree): void {
  if (tree.nodes.every((each) => each.span.duration !== undefined)) return;
  const reach = new Map<Node, Micros>();
  for (const each of tree.nodes.toReversed()) {
    reach.set(
      each,
      each.children.reduce((last, child) => later(last, reach.get(child) ?? child.end), later(each.start, each.end)),
    );
  }
  const lastSeen = reach.get(tree.entry) ?? tree.entry.end;
  for (const each of tree.nodes) {
    if (each.span.duration !== undefined) continue;
    const parentEnd = each.parent && each.parent.end > each.start ? each.parent.end : lastSeen;
    each.end = later(reach.get(each) ?? each.start, earlier(parentEnd, lastSeen));
  }
}

/** X-Ray hangs Initialization under the function segment although it ran before it; clipped to that, the cold start would vanish. */
function hoistInitializations(tree: Tree): void {
  for (const each of tree.nodes) {
    const { parent } = each;
    const above = parent?.parent;
    if (!parent || !above || each.end > parent.start + MARGIN || !isInit(each.span)) continue;
    parent.children = parent.children.filter((child) => child !== each);
    above.children.push(each);
    each.parent = above;
  }
}
