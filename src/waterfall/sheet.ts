import type { Weight } from './font-metrics.ts';

/** What the picture is made of, in logical pixels from its top left corner. Each layer is one data set of the Vega-Lite spec. */
export type Sheet = { readonly [Name in BoxLayer]: Box[] } & { readonly [Name in LineLayer]: Line[] } & {
  readonly [Name in WordsLayer]: Words[];
} & { readonly badge: Badge[]; readonly event: Mark[] };

/** `bar`: spans. `folded`: spans without a row, where they lie outside the bar of their caller. `wait`: dashed boxes. `path`: what the critical path underlines. `plate`: pill, banner, swatches of the legend. */
type BoxLayer = 'band' | 'plate' | 'chip' | 'folded' | 'wait' | 'bar' | 'tag' | 'path' | 'ribbon';
/** `doubt`: a branch to a parent that never came or is a guess. `hatch`: diagonals over a cold start. `handOver`: where the critical path goes from row to row. */
type LineLayer = 'grid' | 'guide' | 'doubt' | 'hatch' | 'handOver';
type WordsLayer = 'axis' | 'chipText' | 'label' | 'duration' | 'note' | 'ribbonText' | 'errorText' | 'head' | 'legend' | 'foot';

export type Box = {
  readonly x: number;
  readonly x2: number;
  readonly y: number;
  readonly y2: number;
  readonly fill: string;
  readonly radius: number;
  /** Of a bar: what it stands for, ms from the left edge; a test can read the picture without looking at it. */
  readonly row?: number;
  readonly startMs?: number;
  readonly durationMs?: number;
};

export type Line = { readonly x: number; readonly x2: number; readonly y: number; readonly y2: number; readonly color: string };

/** `y` is the base line. */
export type Words = {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly size: number;
  readonly weight: Weight;
  readonly color: string;
  readonly align: 'left' | 'center' | 'right';
};

/** The white cross on a red disc. */
type Badge = { readonly x: number; readonly y: number; readonly radius: number };

/** A small triangle above a bar. */
type Mark = { readonly x: number; readonly y: number; readonly color: string };

export const blankSheet = (): Sheet => ({
  band: [],
  plate: [],
  chip: [],
  folded: [],
  wait: [],
  bar: [],
  tag: [],
  path: [],
  ribbon: [],
  grid: [],
  guide: [],
  doubt: [],
  hatch: [],
  handOver: [],
  axis: [],
  chipText: [],
  label: [],
  duration: [],
  note: [],
  ribbonText: [],
  errorText: [],
  head: [],
  legend: [],
  foot: [],
  badge: [],
  event: [],
});

/** A pattern of diagonals over a box, `step` px apart: Vega has no pattern fill. */
export function hatched({ x, x2, y, y2 }: Pick<Box, 'x' | 'x2' | 'y' | 'y2'>, color: string, step = 5): readonly Line[] {
  const height = y2 - y;
  const lines: Line[] = [];
  for (let foot = x - height; foot < x2; foot += step) {
    const left = Math.max(foot, x);
    const right = Math.min(foot + height, x2);
    if (right - left > 0.3) lines.push({ x: left, y: y2 - (left - foot), x2: right, y2: y2 - (right - foot), color });
  }
  return lines;
}
