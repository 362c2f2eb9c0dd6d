import { disjointSets } from './connected.ts';
import { byStart, type Draft, depthFirst, type Node, node, type Tree } from './node.ts';
import type { Incomplete, Join, Span, Transaction } from './transaction.ts';

const UNKNOWN_SERVICE = 'unknown';

export type Grown = Tree & { readonly incomplete: ReadonlySet<Incomplete> };

/** Hangs every span under its parent, what is without one under the entry. No span is lost or met twice. */
export function grow(drafts: readonly Draft[]): Grown {
  const nodes = drafts.map(node).sort(byStart);
  const byId = new Map(nodes.map((each) => [keyOf(each.span.traceId, each.span.spanId), each]));
  for (const each of nodes) each.parent = recordedParent(each, byId);
  const cut = cutCycles(nodes);
  fillChildren(nodes);
  joinRoots(nodes, byId);
  const entry = entryOf(nodes.filter((each) => !each.parent));
  const adrift = nodes.filter((each) => !each.parent && each !== entry);
  for (const each of adrift) Object.assign(each, { parent: entry, adrift: true });
  fillChildren(nodes);
  return { entry, nodes: withDepths(entry), incomplete: defects(entry, adrift, cut) };
}

/** The tree of a finished transaction, from the depths of its spans. */
export function regrow(transaction: Transaction): Tree {
  const above: Node[] = [];
  const nodes = transaction.spans.map((span) => {
    const next = node({ span, links: [] });
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

const keyOf = (trace: string, span: string): string => `${trace}:${span}`;

function recordedParent(child: Node, byId: ReadonlyMap<string, Node>): Node | undefined {
  const { traceId, parentSpanId } = child.span;
  return parentSpanId === undefined ? undefined : byId.get(keyOf(traceId, parentSpanId));
}

/** Follows parent links; where they close a ring, the member that started first loses its parent. */
function cutCycles(nodes: readonly Node[]): readonly Node[] {
  const cut: Node[] = [];
  const walkOf = new Map<Node, number>();
  nodes.forEach((origin, walk) => {
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
  for (const each of nodes) each.children = [];
  for (const each of nodes) each.parent?.children.push(each);
}

/** A span without parent that links to a span of another tree, or carries its message, hangs under it. The later trees join first. */
function joinRoots(nodes: readonly Node[], byId: ReadonlyMap<string, Node>): void {
  const producers = producersByMessage(nodes);
  const trees = disjointSets<Node>();
  const roots = nodes.filter((each) => !each.parent);
  const members = new Map(roots.map((root) => [root, depthFirst(root)]));
  for (const [root, family] of members) for (const each of family) trees.join(root, each);
  for (const root of roots.toReversed()) {
    const found = joinOf(root, members.get(root) ?? [root], {
      byId,
      producers,
      foreign: (other) => trees.find(other) !== trees.find(root),
    });
    if (!found) continue;
    root.parent = found.to;
    root.span = { ...root.span, parentSpanId: found.to.span.spanId, join: found.join };
    trees.join(found.to, root);
  }
}

type Known = {
  readonly byId: ReadonlyMap<string, Node>;
  readonly producers: ReadonlyMap<string, Node>;
  readonly foreign: (other: Node) => boolean;
};

function joinOf(root: Node, family: readonly Node[], known: Known): { to: Node; join: Join } | undefined {
  for (const member of family) {
    const parents = member === root ? member.links.filter((link) => link.reference === 'child-of') : [];
    const parent = linkedTo(root, parents, known);
    if (parent) return { to: parent, join: 'parent' };
    const to = linkedTo(root, member.links, known);
    if (to) return { to, join: 'link' };
  }
  const message = root.span.kind === 'consumer' ? messageOf(root.span) : undefined;
  const producer = message === undefined ? undefined : known.producers.get(message);
  return producer && known.foreign(producer) ? { to: producer, join: 'message' } : undefined;
}

/** Of several, one of the root's own trace before others, then the first to start. */
function linkedTo(root: Node, links: Node['links'], known: Known): Node | undefined {
  const linked = links
    .map((link) => known.byId.get(keyOf(link.traceId, link.spanId)))
    .filter((to) => to !== undefined)
    .filter(known.foreign)
    .sort(byStart);
  return linked.find((each) => each.span.traceId === root.span.traceId) ?? linked[0];
}

const messageOf = (span: Span): string | undefined => {
  const id = span.attributes['messaging.message.id'];
  return typeof id === 'string' && id !== '' ? id : undefined;
};

function producersByMessage(nodes: readonly Node[]): ReadonlyMap<string, Node> {
  const producers = new Map<string, Node>();
  for (const each of nodes) {
    const message = each.span.kind === 'producer' || each.span.kind === 'client' ? messageOf(each.span) : undefined;
    if (message !== undefined && !producers.has(message)) producers.set(message, each);
  }
  return producers;
}

/** Without any parent before without a known one; what answers requests or messages before the rest; then the first to start. */
function entryOf(roots: readonly Node[]): Node {
  const rank = (root: Node): number => (namesParent(root) ? 0 : 2) + (isEntryLike(root.span) ? 1 : 0);
  const [entry] = roots.toSorted((a, b) => rank(b) - rank(a) || byStart(a, b));
  if (!entry) throw new Error('expected a tree to have a root after its cycles were cut');
  return entry;
}

/** By its id, or by a link within its own trace. */
const namesParent = ({ span, links }: Node): boolean =>
  span.parentSpanId !== undefined || links.some((link) => link.traceId === span.traceId && link.spanId !== span.spanId);

const isEntryLike = (span: Span): boolean => span.kind === 'server' || span.kind === 'consumer';

function withDepths(entry: Node): readonly Node[] {
  const order = depthFirst(entry);
  for (const each of order) {
    const depth = each.parent ? each.parent.span.depth + 1 : 0;
    const join = each.span.join ?? (each.parent && !each.adrift ? 'parent' : undefined);
    const service = each.span.service || each.parent?.span.service || UNKNOWN_SERVICE;
    each.span = { ...each.span, depth, join, service };
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
