import type { Box, Words } from '../waterfall/sheet.ts';

/** What the map is made of, in logical pixels from its top left corner; each layer is one data set of the specification. */
export type MapSheet = {
  readonly call: Stroke[];
  readonly async: Stroke[];
  readonly guess: Stroke[];
  readonly arrow: Arrow[];
  readonly box: Frame[];
  readonly plate: Box[];
  readonly chipText: Words[];
  readonly name: Words[];
  readonly label: Words[];
  readonly badge: { readonly x: number; readonly y: number; readonly radius: number }[];
  readonly head: Words[];
  readonly foot: Words[];
};

/** One point of an edge's line. */
type Stroke = {
  readonly edge: number;
  readonly at: number;
  readonly x: number;
  readonly y: number;
  readonly color: string;
  readonly width: number;
};

/** `angle`: degrees, clockwise; 0 points to the right. */
type Arrow = {
  readonly edge: number;
  readonly x: number;
  readonly y: number;
  readonly angle: 0 | 90 | 180 | 270;
  readonly color: string;
};

/** Of a place; `index` is its number among those drawn. */
type Frame = Box & { readonly index: number; readonly stroke: string; readonly line: number };

export const blankMap = (): MapSheet => ({
  call: [],
  async: [],
  guess: [],
  arrow: [],
  box: [],
  plate: [],
  chipText: [],
  name: [],
  label: [],
  badge: [],
  head: [],
  foot: [],
});
