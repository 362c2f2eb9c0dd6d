import type { Box, Line, Words } from '../../waterfall/sheet.ts';

/** What a trend is made of, in logical pixels from its top left corner; each layer is one data set of the specification. */
export type TrendSheet = {
  readonly grid: Line[];
  readonly axis: Words[];
  readonly band: Box[];
  readonly high: Line[];
  readonly median: Line[];
  readonly one: Line[];
  readonly mark: { readonly x: number; readonly y: number; readonly color: string }[];
  readonly label: Words[];
  readonly head: Words[];
};

export const blankTrend = (): TrendSheet => ({
  grid: [],
  axis: [],
  band: [],
  high: [],
  median: [],
  one: [],
  mark: [],
  label: [],
  head: [],
});
