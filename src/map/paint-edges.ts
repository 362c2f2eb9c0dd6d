import { mixed } from '../waterfall/theme.ts';
import type { Spot } from './arrange.ts';
import { arrivalAt, isRed } from './boxes.ts';
import type { MapPage } from './map-page.ts';
import type { MapSheet } from './map-sheet.ts';
import { loop, route } from './route.ts';
import type { Edge } from './service-map.ts';

/** From its line's end to its tip. */
const ARROW = 6;
const LOOP_REACH = 12;
const BADGE = 6.5;

export function paintEdges(page: MapPage, top: number): void {
  // What fails lies over what does not.
  const ordered = page.folded.edges.toSorted(
    (a, b) => Number(isRed(a)) - Number(isRed(b)) || Number(a === page.failing) - Number(b === page.failing),
  );
  for (const [index, edge] of ordered.entries()) paintEdge(page, { edge, index, top });
}

type Placed = { readonly edge: Edge; readonly index: number; readonly top: number };

function paintEdge(page: MapPage, { edge, index, top }: Placed): void {
  const line = lineOf(page, edge, top);
  const tip = line?.at(-1);
  if (!line || !tip) {
    paintEntry(page, edge, top);
    return;
  }
  const color = colourOf(page, edge);
  const width = edge === page.failing ? 2.8 : Math.min(2.6, 1.1 + Math.log10(edge.calls) * 0.45);
  page.sheet[layerOf(edge)].push(...line.map(({ x, y }, at) => ({ edge: index, at, x, y, color, width })));
  const back = (line.at(-2)?.x ?? tip.x) > tip.x;
  page.sheet.arrow.push({ edge: index, x: tip.x + (back ? -ARROW / 2 : ARROW / 2), y: tip.y, angle: back ? 180 : 0, color });
  if (edge === page.failing) page.sheet.badge.push({ ...middleOf(line), radius: BADGE });
}

/** What fails where it enters has no line to be marked on. */
function paintEntry(page: MapPage, edge: Edge, top: number): void {
  const spot = page.arranged.spots.get(edge.to);
  if (edge !== page.failing || !spot) return;
  const x = page.left + spot.x - page.boxWidth / 2;
  page.sheet.badge.push({ x, y: top + rowY(page, edge), radius: BADGE });
}

const layerOf = (edge: Edge): keyof Pick<MapSheet, 'call' | 'async' | 'guess'> => {
  if (edge.inferred) return 'guess';
  return edge.async ? 'async' : 'call';
};

function colourOf({ theme, failing }: MapPage, edge: Edge): string {
  if (edge === failing) return theme.error;
  if (isRed(edge)) return mixed(theme.error, theme.paper, 0.4);
  return mixed(theme.faint, theme.paper, 0.3);
}

/** undefined: it comes from outside. */
function lineOf(page: MapPage, edge: Edge, top: number): readonly Spot[] | undefined {
  const { arranged, boxWidth, left } = page;
  const caller = edge.from === undefined ? undefined : arranged.spots.get(edge.from);
  const callee = arranged.spots.get(edge.to);
  if (!caller || !callee) return undefined;
  const half = boxWidth / 2;
  const placed = ({ x, y }: Spot): Spot => ({ x: x + left, y: y + top });
  const y = rowY(page, edge);
  if (caller === callee) {
    const x = caller.x + half;
    return loop(placed({ x, y: caller.y - heightOf(page, edge) / 2 + 9 }), placed({ x: x + ARROW, y }), LOOP_REACH);
  }
  const ahead = caller.x < callee.x ? 1 : -1;
  return route({
    from: placed({ x: caller.x + ahead * half, y: caller.y }),
    lanes: (arranged.lanes.get(edge) ?? []).map(placed),
    to: placed({ x: callee.x - ahead * (half + ARROW), y }),
    half,
  });
}

/** Each caller's arrow points at its own line. */
function rowY({ boxes, arranged }: MapPage, edge: Edge): number {
  const box = boxes.get(edge.to);
  const spot = arranged.spots.get(edge.to);
  if (!box || !spot) return 0;
  return spot.y - box.height / 2 + arrivalAt(box, edge);
}

const heightOf = ({ boxes }: MapPage, { to }: Edge): number => boxes.get(to)?.height ?? 0;

function middleOf(line: readonly Spot[]): Spot {
  const before = line[Math.floor((line.length - 1) / 2)] ?? { x: 0, y: 0 };
  const after = line[Math.ceil((line.length - 1) / 2)] ?? before;
  return { x: (before.x + after.x) / 2, y: (before.y + after.y) / 2 };
}
