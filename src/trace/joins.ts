import type { SpanLink } from '../telemetry/record.ts';
import { disjointSets } from './connected.ts';
import { failedItems, isFailing } from './failing.ts';
import { itemIdOf, itemIds } from './join-keys.ts';
import { byStart, depthFirst, keyOf, type Node } from './node.ts';
import type { Join } from './transaction.ts';

/** A span without parent that links to a span of another tree, or names an id that one offers, hangs under it. The later trees join first. */
export function joinRoots(nodes: readonly Node[], byId: ReadonlyMap<string, Node>): void {
  const trees = disjointSets<Node>();
  const roots = nodes.filter((each) => !each.parent);
  const members = new Map(roots.map((root) => [root, depthFirst(root)]));
  for (const [root, family] of members) for (const each of family) trees.join(root, each);
  for (const root of roots.toReversed()) {
    const foreign = (other: Node): boolean => trees.find(other) !== trees.find(root);
    const edges = (members.get(root) ?? [root]).flatMap((member) => edgesOf(member, byId)).filter(({ to }) => foreign(to));
    const found = edges.length === 0 ? undefined : chosen(root, edges, members.get(root) ?? [root]);
    if (!found) continue;
    root.parent = found.to;
    root.span = { ...root.span, parentSpanId: found.to.span.spanId, join: found.join };
    trees.join(found.to, root);
  }
}

/** Where a span of the tree came from, and how that is known. */
type Edge = { readonly from: Node; readonly to: Node; readonly join: Join; readonly items: readonly string[] };

function edgesOf(from: Node, byId: ReadonlyMap<string, Node>): readonly Edge[] {
  const edge = (link: SpanLink, join: Join, key?: string): readonly Edge[] => {
    const to = byId.get(keyOf(link.traceId, link.spanId));
    return to ? [{ from, to, join, items: [...(key === undefined ? [] : [itemIdOf(key)]), ...itemIds(to.span.attributes)] }] : [];
  };
  // Shims send a parent that waits as a link that says so.
  const joinBy = (link: SpanLink): Join => (link.reference === 'child-of' && !from.parent ? 'parent' : 'link');
  const linked = from.links.flatMap((link) => edge(link, joinBy(link))).sort((a, b) => byStart(a.to, b.to));
  return [...linked, ...from.origins.flatMap((origin) => edge(origin, origin.join, origin.key))];
}

/** The record that is known to have failed; else by link before by id, of the span nearest to the root, in its own trace first. */
function chosen(root: Node, edges: readonly Edge[], family: readonly Node[]): Edge | undefined {
  if (edges.length === 1) return edges[0];
  const failed =
    failedEdge(edges, family) ??
    edges.find((edge) => edge.from !== root && isFailing(edge.from.span) && isItem(root, edge, edges));
  if (failed) return failed;
  const first = edges.find(({ join }) => join === 'parent') ?? edges.find(({ join }) => join === 'link') ?? edges[0];
  const same = edges.filter((edge) => edge.from === first?.from && certainty(edge) === certainty(first));
  return same.find(({ to }) => to.span.traceId === root.span.traceId) ?? first;
}

const certainty = ({ join }: Edge): number => (join === 'parent' ? 2 : join === 'link' ? 1 : 0);

/**
 * Told by the batch's own answer, or by the words of its error: of the span that came from several sides, else of another of its tree
 * (instrumentations link a span of the batch inside that of the invocation, which bears the answer).
 */
function failedEdge(edges: readonly Edge[], family: readonly Node[]): Edge | undefined {
  const failed = new Map(family.map((each) => [each, failedItems(each.span)]));
  const own = edges.find(({ from, items }) => items.some((item) => failed.get(from)?.(item)));
  return own ?? edges.find(({ items }) => items.some((item) => family.some((each) => failed.get(each)?.(item))));
}

/** Whether the edge of a span inside is one of the records that the root was given, as far as the root says. */
function isItem(root: Node, edge: Edge, edges: readonly Edge[]): boolean {
  const own = edges.filter(({ from }) => from === root);
  return own.length === 0 || own.some(({ to }) => to === edge.to);
}

/** Every span that this one came from besides its parent: what it links to, and what gave it a message, a record or an item. */
export function furtherParents({ span, links, origins, parent }: Node): readonly SpanLink[] {
  const carried = origins.filter(({ key }) => /^(?:message|record|item) /.test(key));
  if (links.length + carried.length === 0) return [];
  const found = new Map([...links, ...carried].map(({ traceId, spanId }) => [keyOf(traceId, spanId), { traceId, spanId }]));
  found.delete(keyOf(span.traceId, span.spanId));
  if (parent) found.delete(keyOf(parent.span.traceId, parent.span.spanId));
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, link]) => link);
}
