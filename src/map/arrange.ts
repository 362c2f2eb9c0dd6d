import { Graph, layout } from '@dagrejs/dagre';
import type { Edge } from './service-map.ts';

/** Where the middle of a box lies. */
export type Spot = { readonly x: number; readonly y: number };

export type Arranged = {
  readonly spots: ReadonlyMap<string, Spot>;
  /** By edge: the lanes it was given in the columns between its ends, from caller to callee. */
  readonly lanes: ReadonlyMap<Edge, readonly Spot[]>;
  readonly columns: number;
  readonly width: number;
  readonly height: number;
};

export type Size = { readonly width: number; readonly height: number };

export type Arrangement = {
  /** In the order in which they should be met, entries first: it breaks ties, and says which edge of a ring goes back. */
  readonly sizes: ReadonlyMap<string, Size>;
  readonly edges: readonly Edge[];
  /** Between two columns. */
  readonly gap: number;
};

/** Between two boxes of a column, and between a box and an edge that passes it. */
const ROW_GAP = 12;
const LANE_GAP = 9;

/**
 * Layered, from left to right. Of the libraries tried (dagre, ELK, d3-dag, Graphviz) dagre is the smallest and draws maps of this
 * size as well as the others. The same sizes and edges in the same order give the same spots.
 */
export function arrange({ sizes, edges, gap }: Arrangement): Arranged {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: ROW_GAP, edgesep: LANE_GAP, ranksep: gap });
  // The library keeps its nodes in plain objects and has names of its own among them: it is told none of ours.
  const names = new Map([...sizes.keys()].map((id, index) => [id, `p${index}`]));
  const nameOf = (id: string | undefined): string => names.get(id ?? '') ?? '';
  for (const [id, size] of sizes) graph.setNode(nameOf(id), { ...size });
  const drawn = edges.filter(({ from, to }) => from !== undefined && from !== to);
  for (const { from, to } of drawn) graph.setEdge(nameOf(from), nameOf(to), { labelpos: 'c' });
  layout(graph);
  const spots = new Map([...sizes.keys()].map((id) => [id, spotOf(graph.node(nameOf(id)))]));
  const xs = [...new Set([...spots.values()].map(({ x }) => x))].sort((a, b) => a - b);
  const lanes = new Map(drawn.map((edge) => [edge, lanesOf(graph.edge(nameOf(edge.from), nameOf(edge.to)).points, xs)]));
  return { ...level({ spots, lanes, sizes }), columns: xs.length, width: Number(Object(graph.graph()).width ?? 0) };
}

type Placed = Pick<Arranged, 'spots' | 'lanes'> & Pick<Arrangement, 'sizes'>;

/** Lanes may lie above all boxes or below, which the library's own height does not count. */
function level({ spots, lanes, sizes }: Placed): Pick<Arranged, 'spots' | 'lanes' | 'height'> {
  const edges = [...spots].flatMap(([id, { y }]) => [y - (sizes.get(id)?.height ?? 0) / 2, y + (sizes.get(id)?.height ?? 0) / 2]);
  const all = [...edges, ...[...lanes.values()].flat().map(({ y }) => y)];
  const top = all.reduce((least, y) => Math.min(least, y), Number.POSITIVE_INFINITY);
  const bottom = all.reduce((most, y) => Math.max(most, y), Number.NEGATIVE_INFINITY);
  if (all.length === 0) return { spots, lanes, height: 0 };
  const moved = ({ x, y }: Spot): Spot => ({ x, y: y - top });
  return {
    spots: new Map([...spots].map(([id, spot]) => [id, moved(spot)])),
    lanes: new Map([...lanes].map(([edge, spots]) => [edge, spots.map(moved)])),
    height: bottom - top,
  };
}

const spotOf = ({ x, y }: { readonly x?: number; readonly y?: number }): Spot => ({ x: x ?? 0, y: y ?? 0 });

/** The first and the last point lie on the boxes; those between two columns are only a guess at a curve. */
function lanesOf(points: readonly { readonly x?: number; readonly y?: number }[], columns: readonly number[]): readonly Spot[] {
  const inner = points.slice(1, -1).map(spotOf);
  return inner.filter(({ x }) => columns.some((column) => Math.abs(column - x) < 0.5));
}
