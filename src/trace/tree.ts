import { isServing } from '../telemetry/span-words.ts';
import { type ByIds, byIds } from './by-ids.ts';
import { hangEnclosed } from './enclosed.ts';
import { furtherParents, joinRoots } from './joins.ts';
import { byStart, type Draft, depthFirst, NOTHING, type Node, node, type OpenSpan, type Tree } from './node.ts';
import type { Incomplete, Transaction } from './transaction.ts';

const UNKNOWN_SERVICE = 'unknown';

type Sprout = Node<OpenSpan>;

export type Grown = Tree<OpenSpan> & { readonly incomplete: ReadonlySet<Incomplete> };

/** Hangs every span under its parent, what is without one under the entry. No span is lost or met twice. */
export function grow(drafts: readonly Draft[]): Grown {
  const nodes = drafts.map(node).sort(byStart);
  const known = byIds<Sprout>();
  for (const each of nodes) known.set(each.span.traceId, each.span.spanId, each);
  for (const each of nodes) each.parent = recordedParent(each, known);
  const cut = cutCycles(nodes);
  fillChildren(nodes);
  const roots = nodes.filter(isRoot);
  joinRoots(roots, known);
  const hung = hangEnclosed(roots, nodes, known);
  const entry = entryOf(roots.filter(isRoot));
  const adrift = roots.filter((each) => isRoot(each) && each !== entry);
  for (const each of adrift) Object.assign(each, { parent: entry, adrift: true });
  if (roots.length > 1) fillChildren(nodes);
  return { entry, nodes: withDepths(entry), incomplete: defects(entry, [...adrift, ...hung], cut) };
}

/** The tree of a finished transaction, from the depths of its spans. */
export function regrow(transaction: Transaction): Tree {
  const above: Node[] = [];
  const nodes = transaction.spans.map((span) => {
    const next = node({ span, links: NOTHING, origins: NOTHING });
    next.parent = above[span.depth - 1];
    next.adrift = span.depth > 0 && (span.join === undefined || next.parent?.span.spanId !== span.parentSpanId);
    above[span.depth] = next;
    next.parent?.children.push(next);
    return next;
  });
  const [entry] = nodes;
  if (!entry) throw new Error(`expected transaction ${transaction.id} to have spans`);
  return { entry, nodes };
}

const isRoot = ({ parent }: Node): boolean => parent === undefined;

function recordedParent({ span: { traceId, parentSpanId } }: Sprout, known: ByIds<Sprout>): Sprout | undefined {
  return parentSpanId === undefined ? undefined : known.find(traceId, parentSpanId);
}

/**
 * Follows parent links; where they close a ring, the member that started first loses its parent. Every ring leads back in time once,
 * so it is met from there.
 */
function cutCycles(nodes: readonly Node[]): readonly Node[] {
  const cut: Node[] = [];
  const walkOf = new Map<Node, number>();
  const suspects = nodes.filter((each) => each.parent && byStart(each.parent, each) >= 0);
  suspects.forEach((origin, walk) => {
    let at: Node | undefined = origin;
    for (; at && !walkOf.has(at); at = at.parent) walkOf.set(at, walk);
    if (at && walkOf.get(at) === walk) cut.push(openRing(at));
  });
  return cut;
}

function openRing(member: Node): Node {
  let first = member;
  for (let at = member.parent; at && at !== member; at = at.parent) if (byStart(at, first) < 0) first = at;
  first.parent = undefined;
  return first;
}

function fillChildren(nodes: readonly Node[]): void {
  for (const each of nodes) if (each.children.length > 0) each.children = [];
  for (const each of nodes) each.parent?.children.push(each);
}

/** Without any parent before without a known one; what answers requests or messages before the rest; then the first to start. */
function entryOf(roots: readonly Sprout[]): Sprout {
  const rank = (root: Node): number => (namesParent(root) ? 0 : 2) + (isServing(root.span.kind) ? 1 : 0);
  const [entry] = roots.toSorted((a, b) => rank(b) - rank(a) || byStart(a, b));
  if (!entry) throw new Error('expected a tree to have a root after its cycles were cut');
  return entry;
}

/** By its id, or by a link within its own trace. */
const namesParent = ({ span, links }: Node): boolean =>
  span.parentSpanId !== undefined || links.some((link) => link.traceId === span.traceId && link.spanId !== span.spanId);

function withDepths(entry: Sprout): readonly Sprout[] {
  const order = depthFirst(entry);
  for (const each of order) {
    const { span, parent } = each;
    span.depth = parent ? parent.span.depth + 1 : 0;
    span.join ??= parent && !each.adrift ? 'parent' : undefined;
    span.service ||= parent?.span.service || UNKNOWN_SERVICE;
    span.alsoFrom = furtherParents(each);
  }
  return order;
}

function defects(entry: Node, adrift: readonly Node[], cut: readonly Node[]): ReadonlySet<Incomplete> {
  const found = new Set<Incomplete>();
  if (namesParent(entry)) found.add('missing-root');
  if (adrift.some((each) => namesParent(each) && !cut.includes(each))) found.add('missing-parent');
  if (cut.length > 0) found.add('cycle');
  return found;
}
