import { between, type Edge, failingEdge, type MapScene, type Place } from './service-map.ts';

export type ShownPlace = Place & {
  /** Places that it calls, or that call it, and that are not drawn. */
  readonly hidden: number;
};

/** What is drawn, and how much is not; together they are the whole map. */
export type Folded = {
  /** From where transactions enter, step by step. */
  readonly places: readonly ShownPlace[];
  readonly edges: readonly Edge[];
  readonly hiddenPlaces: number;
  /** Of those with two ends. */
  readonly hiddenEdges: number;
};

/** The way to the failing edge first, then what is around it or fails itself, then what is called most. */
export function fold({ map, focus }: Pick<MapScene, 'map' | 'focus'>, most: number): Folded {
  const near = neighbours(map.edges);
  const rank = ranks(map.edges, near, focus);
  const busy = busyness(map.edges);
  const broken = brokenRanks(map.edges);
  const far = ({ id }: Place): number =>
    Math.min(rank.get(id) ?? Number.POSITIVE_INFINITY, broken.get(id) ?? Number.POSITIVE_INFINITY);
  const order = (a: Place, b: Place): number =>
    compared(far(a), far(b)) || (busy.get(b.id) ?? 0) - (busy.get(a.id) ?? 0) || (a.id < b.id ? -1 : 1);
  const kept = map.places.length <= most ? map.places : map.places.toSorted(order).slice(0, most);
  const ids = new Set(kept.map(({ id }) => id));
  const edges = map.edges.filter(({ from, to }) => ids.has(to) && (from === undefined || ids.has(from)));
  const hiddenAround = (id: string): number => [...(near.get(id) ?? [])].filter((other) => !ids.has(other)).length;
  return {
    places: inOrder(kept, edges).map((place) => ({ ...place, hidden: hiddenAround(place.id) })),
    edges,
    hiddenPlaces: map.places.length - kept.length,
    hiddenEdges: between(map.edges).length - between(edges).length,
  };
}

/** From where transactions enter, step by step: of a ring the edge that leads back to the entry is the one that is drawn backwards. */
function inOrder(places: readonly Place[], edges: readonly Edge[]): readonly Place[] {
  const called = new Map<string, string[]>();
  for (const { from, to } of edges) if (from !== undefined) called.set(from, [...(called.get(from) ?? []), to]);
  const entries = edges.flatMap(({ from, to }) => (from === undefined ? [to] : []));
  const met = new Set([...entries].sort());
  for (const id of met) for (const to of called.get(id) ?? []) met.add(to);
  const steps = [...met];
  const rank = new Map(steps.map((id, index) => [id, index]));
  return places.toSorted((a, b) => (rank.get(a.id) ?? steps.length) - (rank.get(b.id) ?? steps.length) || (a.id < b.id ? -1 : 1));
}

/** Both may be infinite. */
const compared = (a: number, b: number): number => (a === b ? 0 : a - b);

type Neighbours = ReadonlyMap<string, ReadonlySet<string>>;

function neighbours(edges: readonly Edge[]): Neighbours {
  const near = new Map<string, Set<string>>();
  const add = (one: string, other: string): void => {
    const known = near.get(one);
    if (known) known.add(other);
    else near.set(one, new Set([other]));
  };
  for (const { from, to } of edges) {
    if (from === undefined || from === to) continue;
    add(from, to);
    add(to, from);
  }
  return near;
}

/** Steps from the failing edge and the way to it, or from the service asked for, or from where most enters. */
function ranks(edges: readonly Edge[], near: Neighbours, focus: string | undefined): ReadonlyMap<string, number> {
  const failing = failingEdge(edges);
  const [busiest] = edges.filter(({ from }) => from === undefined).toSorted((a, b) => b.calls - a.calls);
  const start = failing ? [failing.to, ...wayTo(failing.from, edges)] : [focus ?? (busiest ?? edges[0])?.to];
  const found = new Map<string, number>(start.flatMap((id) => (id === undefined ? [] : [[id, 0]])));
  // A map is walked in the order of insertion, and what is inserted meanwhile is walked too.
  for (const [id, steps] of found) for (const other of near.get(id) ?? []) if (!found.has(other)) found.set(other, steps + 1);
  return found;
}

/** What fails elsewhere comes before what is only one step away from the failing edge; both ends of an edge together, the worst first. */
function brokenRanks(edges: readonly Edge[]): ReadonlyMap<string, number> {
  const broken = edges.filter(({ origins }) => origins > 0).toSorted((a, b) => b.origins - a.origins);
  const ranks = new Map<string, number>();
  broken.forEach(({ from, to }, index) => {
    const rank = 1 - (broken.length - index) / (broken.length + 1);
    for (const id of [to, from]) if (id !== undefined && !ranks.has(id)) ranks.set(id, rank);
  });
  return ranks;
}

/** Backwards to where transactions enter, by the shortest way; the place itself first. */
function wayTo(place: string | undefined, edges: readonly Edge[]): readonly string[] {
  if (place === undefined) return [];
  const callers = callersOf(edges);
  const next = new Map<string, string | undefined>([[place, undefined]]);
  for (const [id] of next) {
    for (const caller of callers.get(id) ?? []) {
      if (caller === undefined) return unwound(id, next);
      if (!next.has(caller)) next.set(caller, id);
    }
  }
  return [place];
}

function callersOf(edges: readonly Edge[]): ReadonlyMap<string, readonly (string | undefined)[]> {
  const callers = new Map<string, (string | undefined)[]>();
  for (const { from, to } of edges) {
    const known = callers.get(to);
    if (known) known.push(from);
    else callers.set(to, [from]);
  }
  return callers;
}

function unwound(entry: string, next: ReadonlyMap<string, string | undefined>): readonly string[] {
  const way: string[] = [];
  for (let at: string | undefined = entry; at !== undefined; at = next.get(at)) way.push(at);
  return way.toReversed();
}

function busyness(edges: readonly Edge[]): ReadonlyMap<string, number> {
  const busy = new Map<string, number>();
  const add = (id: string, { calls }: Edge): void => void busy.set(id, (busy.get(id) ?? 0) + calls);
  for (const edge of edges) {
    add(edge.to, edge);
    if (edge.from !== undefined) add(edge.from, edge);
  }
  return busy;
}
