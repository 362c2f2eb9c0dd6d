import type { SpanLink } from '../telemetry/record.ts';
import type { ByIds } from './by-ids.ts';
import { disjointSets } from './connected.ts';
import { failedItems, isFailing } from './failing.ts';
import { itemIdOf, itemIds } from './join-keys.ts';
import { byStart, depthFirst, keyOf, NOTHING, type Node, type OpenSpan } from './node.ts';
import type { Join } from './transaction.ts';

/** A span without parent that links to a span of another tree, or names an id that one offers, hangs under it. The later trees join first. */
export function joinRoots(roots: readonly Sprout[], known: ByIds<Sprout>): void {
  if (roots.length < 2) return;
  const families = roots.toReversed().map((root) => ({ root, family: depthFirst(root) }));
  const rootOf = new Map<Sprout, Sprout>();
  for (const { root, family } of families) for (const member of family) rootOf.set(member, root);
  const trees = disjointSets<Sprout>();
  const treeOf = (member: Sprout): Sprout => trees.find(rootOf.get(member) ?? member);
  for (const { root, family } of families) {
    const edges = family.flatMap((member) => edgesOf(member, known)).filter(({ to }) => treeOf(to) !== treeOf(root));
    const found = edges.length === 0 ? undefined : chosen(root, edges, family);
    if (!found) continue;
    root.parent = found.to;
    root.span.parentSpanId = found.to.span.spanId;
    root.span.join = found.join;
    trees.join(treeOf(found.to), treeOf(root));
  }
}

type Sprout = Node<OpenSpan>;

/** Where a span of the tree came from, and how that is known. */
type Edge = { readonly from: Sprout; readonly to: Sprout; readonly join: Join; readonly items: readonly string[] };

function edgesOf(from: Sprout, known: ByIds<Sprout>): readonly Edge[] {
  if (from.links.length + from.origins.length === 0) return NOTHING;
  const edge = (link: SpanLink, join: Join, key?: string): readonly Edge[] => {
    const to = known.find(link.traceId, link.spanId);
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
  if (links.length + origins.length === 0) return NOTHING;
  const carried = origins.filter(({ key }) => /^(?:message|record|item) /.test(key));
  const found = new Map([...links, ...carried].map(({ traceId, spanId }) => [keyOf(traceId, spanId), { traceId, spanId }]));
  found.delete(keyOf(span.traceId, span.spanId));
  if (parent) found.delete(keyOf(parent.span.traceId, parent.span.spanId));
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, link]) => link);
}
