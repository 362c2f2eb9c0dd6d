import { earlier, later, type Micros } from '../units.ts';
import { isAwaited, isLambdaPair } from './edges.ts';
import { isQueueLike, MARGIN, type Node, type Tree } from './node.ts';

/**
 * A function's segment may end after that of the Lambda service: it holds the time after the answer too (X-Ray's Overhead), and comes
 * from another clock. All who waited for it are taken to have waited to its end, so that none of it is cut off. True where that moves
 * the end of the whole: the caller that nobody waited for had its answer before, so one of the clocks is wrong.
 *
 * caller    ├──────────────────┤
 * service     ├───────────────┤┄┄┤
 * function       ├───────────────┤
 */
export function stretchCallers(tree: Tree): boolean {
  const reach = reachOf(tree);
  if (reach.size === 0) return false;
  const last = tree.nodes.reduce((end, each) => later(end, each.end), tree.entry.end);
  const awaited = new Set([...reach.keys()].filter(isAwaited));
  let isLonger = false;
  for (const each of tree.nodes) {
    const end = reach.get(each);
    if (end === undefined) continue;
    const isTop = !each.parent || !awaited.has(each);
    if (isTop && end === last && end > each.end + MARGIN) isLonger = true;
    // Never beyond a caller that could not be stretched: the call would look as if nobody had waited for it.
    each.end = later(each.end, isTop || !each.parent ? end : earlier(end, each.parent.end));
  }
  return isLonger;
}

/** How far each caller of a function that ends after it has to be stretched. */
function reachOf({ nodes }: Tree): ReadonlyMap<Node, Micros> {
  const reach = new Map<Node, Micros>();
  const handingOver = new Set(nodes.filter(startsAfterParent).map((each) => each.parent));
  for (const each of nodes.toReversed()) {
    const { parent } = each;
    if (!parent || handingOver.has(parent) || isQueueLike(parent) || !isInside(each, parent)) continue;
    const end = reach.get(each) ?? (isLambdaPair(parent, each) ? each.end : undefined);
    if (end !== undefined && end > parent.end && isAwaited(each)) reach.set(parent, later(end, reach.get(parent) ?? end));
  }
  return reach;
}

/** Its end tells the call from what it caused later; that must stay where it is. */
const startsAfterParent = ({ parent, start }: Node): boolean => parent !== undefined && start > parent.end;

const isInside = (child: Node, parent: Node): boolean => child.start >= parent.start - MARGIN && child.start <= parent.end;
