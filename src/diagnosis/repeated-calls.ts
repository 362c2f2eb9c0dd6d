import { MARGIN, type Node } from '../trace/node.ts';
import { operationKey, type UsualByOperation, usualOf, usualTime } from './usual.ts';
import { lasted } from './wording.ts';

/** So many times as many calls as usual are not the data of one request. */
const TIMES_USUAL = 4;
/** Each of them longer than this times its usual length: then they are slow, and not too many. */
const AS_LONG = 1.5;
/** Without history: so many calls in turn are a loop. */
const LOOP = 10;

/** One caller makes the same call again and again, where once would do. `usually`: how often it makes it; undefined: nobody knows. */
export function repeatedCalls(
  nodes: readonly Node[],
  usual: UsualByOperation,
): { readonly usually: number | undefined } | undefined {
  const [node] = nodes;
  const parent = node?.parent;
  if (!parent || nodes.length < TIMES_USUAL || nodes.some((each) => each.parent !== parent)) return undefined;
  const known = usualOf(parent.span, usual)?.calls.get(operationKey(node.span.service, node.span.operation));
  if (!known) return nodes.length >= LOOP && isInTurn(nodes) && !isSlower(nodes, usual) ? { usually: undefined } : undefined;
  return nodes.length >= TIMES_USUAL * known.times && !isSlower(nodes, usual) ? { usually: known.times } : undefined;
}

function isSlower(nodes: readonly Node[], usual: UsualByOperation): boolean {
  const [node] = nodes;
  const took = node && usualTime(node.span, usual);
  return took !== undefined && nodes.reduce((sum, each) => sum + lasted(each), 0) > AS_LONG * took.p50 * nodes.length;
}

function isInTurn(nodes: readonly Node[]): boolean {
  const ordered = nodes.toSorted((a, b) => a.start - b.start);
  return ordered.every((node, i) => node.start >= (ordered[i - 1]?.end ?? 0) - MARGIN);
}
