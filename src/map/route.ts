import type { Lane, Spot } from './arrange.ts';

/** An edge's way: out of the caller's side, along its lanes through the columns between, and to the callee's line. */
export type Way = {
  readonly from: Spot;
  /** Middles of its lanes, in the order in which it passes them. */
  readonly lanes: readonly Lane[];
  readonly to: Spot;
};

/** Of one bend; at twice the pixels the joints cannot be seen. */
const STEPS = 14;

/**
 * Points of the line that is drawn, for a map from left to right. It bends in the gaps between columns only, so that it crosses no box.
 *
 *  ┌────┐         ┌────┐
 *  │    ├──╮      │    │  gap
 *  └────┘  ╰──────────────────╮   lane     ┌────┐
 *                                ╰─────────▶    │
 */
export function route({ from, lanes, to }: Way): readonly Spot[] {
  const ahead = from.x <= to.x ? 1 : -1;
  const corners = lanes.flatMap(({ x, y, half }) => [
    { x: x - ahead * half, y },
    { x: x + ahead * half, y },
  ]);
  const stops = [from, ...corners, to];
  return [from, ...stops.slice(1).flatMap((stop, index) => bend(stops[index] ?? stop, stop))];
}

/** Level at both ends: x goes evenly, y along a cubic with both handles half-way. */
function bend(a: Spot, b: Spot): readonly Spot[] {
  if (a.y === b.y) return [b];
  return Array.from({ length: STEPS }, (_, step) => {
    const t = (step + 1) / STEPS;
    const s = 1 - t;
    const middle = (a.x + b.x) / 2;
    const x = s ** 3 * a.x + 3 * s * t * middle + t ** 3 * b.x;
    return { x, y: a.y + (3 * s * t ** 2 + t ** 3) * (b.y - a.y) };
  });
}

/** A call of itself: out of the right side and back into it, `reach` px wide. */
export const loop = (from: Spot, to: Spot, reach: number): readonly Spot[] =>
  Array.from({ length: 2 * STEPS + 1 }, (_, step) => {
    const turn = (step / (2 * STEPS)) * Math.PI;
    return { x: from.x + Math.sin(turn) * reach, y: from.y + ((1 - Math.cos(turn)) / 2) * (to.y - from.y) };
  });
