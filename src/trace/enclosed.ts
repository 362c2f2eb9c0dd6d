import { earlier, later, type Micros } from '../units.ts';
import type { ByIds } from './by-ids.ts';
import { disjointSets, type Sets } from './connected.ts';
import { depthFirst, keyOf, length, MARGIN, NOTHING, type Node, type OpenSpan } from './node.ts';

/** With more to compare, so much of the trace is lost that the rest does not tell where it was. */
const MOST_COMPARED = 10_000_000;

type Sprout = Node<OpenSpan>;

/** The children of one span that never came, and the time that it lasted at least. */
type Orphans = { readonly members: Sprout[]; readonly start: Micros; readonly end: Micros };

/**
 * Where a span between two others never came (that part of the system sends its spans elsewhere, or it was lost), what it had called
 * ran while its caller did: its children hang under the innermost span of the trace that lasted as long as all of them together.
 * Of calls made at the same time it may be either, so they hang under what made both.
 *
 * entry        ├───────────────────────────┤
 *   call          ├──┤  ├────────────────┤      the second
 *     (lost)           ┊              ┊
 *       orphans        ├────┤  ├──────┤
 */
export function hangEnclosed(roots: readonly Sprout[], nodes: readonly Sprout[], known: ByIds<Sprout>): readonly Sprout[] {
  const lost = orphansIn(roots, known);
  if (lost.length === 0 || lost.length * nodes.length > MOST_COMPARED) return NOTHING;
  const topOf = topsOf(roots);
  const waiting = new Set(lost.flatMap(({ members }) => members));
  const hung: Sprout[] = [];
  for (const orphans of lost) {
    const around = nodes.filter((node) => mayHaveCalled(node, orphans) && !waiting.has(topOf.find(node)));
    const parent = innermost(around);
    for (const member of orphans.members) {
      waiting.delete(member);
      // Under a root they hang anyway.
      if (!parent?.parent) continue;
      Object.assign(member, { parent });
      Object.assign(member.span, { parentSpanId: parent.span.spanId, join: 'inferred' });
      hung.push(member);
    }
  }
  return hung;
}

/** From those that lasted longest: none of them is inside of a later one. */
function orphansIn(roots: readonly Sprout[], known: ByIds<Sprout>): readonly Orphans[] {
  const found = new Map<string, Orphans>();
  for (const root of roots) {
    const { traceId, parentSpanId, kind } = root.span;
    // What was handed over may well begin after its sender has ended.
    if (root.parent || parentSpanId === undefined || known.find(traceId, parentSpanId) || kind === 'consumer') continue;
    const key = keyOf(traceId, parentSpanId);
    const { members, start, end } = found.get(key) ?? { members: [], start: root.start, end: root.end };
    members.push(root);
    found.set(key, { members, start: earlier(start, root.start), end: later(end, root.end) });
  }
  return [...found.values()].sort((a, b) => b.end - b.start - (a.end - a.start));
}

/** The root above each: the first that is joined to the others stays on top. */
function topsOf(roots: readonly Sprout[]): Sets<Sprout> {
  const tops = disjointSets<Sprout>();
  for (const root of roots) for (const member of depthFirst(root)) tops.join(root, member);
  for (const root of roots) if (root.parent) tops.join(root.parent, root);
  return tops;
}

function mayHaveCalled({ span, start, end, children }: Sprout, orphans: Orphans): boolean {
  if (span.traceId !== orphans.members[0]?.span.traceId) return false;
  if (start > orphans.start + MARGIN || end < orphans.end - MARGIN) return false;
  if (span.kind === 'producer' || isStore(span)) return false;
  // One call has one answer.
  return span.kind !== 'client' || !children.some((child) => child.span.kind === 'server');
}

/** Below it is nobody who sends spans. */
const isStore = ({ attributes }: OpenSpan): boolean => (attributes['db.system.name'] ?? attributes['db.system']) !== undefined;

/** The shortest; or the nearest above it that has all the others above or below itself. */
function innermost(around: readonly Sprout[]): Sprout | undefined {
  const [first, ...others] = around;
  if (!first) return undefined;
  const shortest = others.reduce((least, node) => (length(node) <= length(least) ? node : least), first);
  const line: Sprout[] = [];
  for (let at: Sprout | undefined = shortest; at; at = at.parent) line.push(at);
  const onLine = new Set(line);
  const places = new Map(line.map((node, place) => [node, place]));
  const forks = around.map((node) => (onLine.has(node) ? 0 : placeOf(node, places)));
  return line[forks.reduce((highest, place) => Math.max(highest, place), 0)];
}

/** Where its line meets that of the others, as many steps above the first of those. Endless: nowhere. */
function placeOf(node: Sprout, places: Map<Sprout, number>): number {
  const walked: Sprout[] = [];
  let at: Sprout | undefined = node;
  for (; at && !places.has(at); at = at.parent) walked.push(at);
  const place = (at && places.get(at)) ?? Number.POSITIVE_INFINITY;
  // Nobody walks the same way twice.
  for (const each of walked) places.set(each, place);
  return place;
}
