import { mixed } from '../waterfall/theme.ts';
import { type Spot, turned } from './arrange.ts';
import { arrivalAt, type BoxText, isRed, portAt } from './boxes.ts';
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
  page.sheet.arrow.push({ edge: index, ...arrowAt(tip, line.at(-2) ?? tip, page.down && edge.from !== edge.to), color });
  if (edge === page.failing) page.sheet.badge.push({ ...middleOf(line), radius: BADGE });
}

function arrowAt(tip: Spot, before: Spot, down: boolean): Pick<MapSheet['arrow'][number], 'x' | 'y' | 'angle'> {
  const back = down ? before.y > tip.y : before.x > tip.x;
  const reach = back ? -ARROW / 2 : ARROW / 2;
  if (down) return { x: tip.x, y: tip.y + reach, angle: back ? 270 : 90 };
  return { x: tip.x + reach, y: tip.y, angle: back ? 180 : 0 };
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
  const caller = edge.from === undefined ? undefined : page.arranged.spots.get(edge.from);
  const callee = page.arranged.spots.get(edge.to);
  const box = page.boxes.get(edge.to);
  if (!caller || !callee || !box) return undefined;
  const line = caller === callee ? selfLine(callee, box, edge) : lineBetween(page, edge, { caller, callee, box });
  return line.map(({ x, y }) => ({ x: x + page.left, y: y + top }));
}

function selfLine({ x, y }: Spot, box: BoxText, edge: Edge): readonly Spot[] {
  const [side, head] = [x + box.width / 2, y - box.height / 2];
  return loop({ x: side, y: head + 9 }, { x: side + ARROW, y: head + arrivalAt(box, edge) }, LOOP_REACH);
}

type Ends = { readonly caller: Spot; readonly callee: Spot; readonly box: BoxText };

/** As if from left to right, and turned afterwards where the map goes down. */
function lineBetween({ arranged, boxes, down }: MapPage, edge: Edge, { caller, callee, box }: Ends): readonly Spot[] {
  const turn = (spot: Spot): Spot => (down ? turned(spot) : spot);
  const [from, to] = [turn(caller), turn(callee)];
  const half = (one: BoxText | undefined): number => (down ? (one?.height ?? 0) : (one?.width ?? 0)) / 2;
  const ahead = from.x < to.x ? 1 : -1;
  const lanes = (arranged.lanes.get(edge) ?? []).map((lane) => ({ ...turn(lane), half: lane.half }));
  const line = route({
    from: { x: from.x + ahead * half(boxes.get(edge.from ?? '')), y: from.y },
    lanes,
    to: { x: to.x - ahead * (half(box) + ARROW), y: to.y + (down ? portAt(box, edge) : arrivalAt(box, edge) - box.height / 2) },
  });
  return line.map(turn);
}

/** The line of the box in which a failure at the entry is told. */
function rowY({ boxes, arranged }: MapPage, edge: Edge): number {
  const box = boxes.get(edge.to);
  const spot = arranged.spots.get(edge.to);
  if (!box || !spot) return 0;
  return spot.y - box.height / 2 + arrivalAt(box, edge);
}

function middleOf(line: readonly Spot[]): Spot {
  const before = line[Math.floor((line.length - 1) / 2)] ?? { x: 0, y: 0 };
  const after = line[Math.ceil((line.length - 1) / 2)] ?? before;
  return { x: (before.x + after.x) / 2, y: (before.y + after.y) / 2 };
}
