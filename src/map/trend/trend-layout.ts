import { micros, spelled } from '../../units.ts';
import type { Drawing } from '../../waterfall/drawing.ts';
import { width } from '../../waterfall/font-metrics.ts';
import { fitted, words } from '../../waterfall/page.ts';
import { mixed, THEMES, type Theme, type ThemeName } from '../../waterfall/theme.ts';
import { type Scale, scaleOf } from './scale.ts';
import { marksIn, shownBuckets, spanOf, type TrendScene } from './trend.ts';
import { blankTrend, type TrendSheet } from './trend-sheet.ts';
import { trendSpec } from './trend-spec.ts';

/** As wide as the waterfall above it in the thread, and flat: it answers one question. */
const WIDTH = 600;
const HEIGHT = 196;
const MARGIN = 14;
const PLOT = { x: 66, x2: 454, y: 50, y2: 164 };
const TITLE = 16;
const TEXT = 11.5;
/** Of two names at the right edge. */
const LABEL_PITCH = 15;
const BLUE = '#2458E8';

export type TrendLayout = Omit<Drawing, 'sheet'> & { readonly sheet: TrendSheet };

type Page = {
  readonly sheet: TrendSheet;
  readonly scene: TrendScene;
  readonly theme: Theme;
  readonly blue: string;
  readonly scale: Scale;
  readonly xOf: (at: number) => number;
  readonly yOf: (duration: number) => number;
};

export function trendLayout(scene: TrendScene, name: ThemeName = 'light'): TrendLayout {
  const page = pageOf(scene, THEMES[name]);
  drawTitle(page);
  drawAxes(page);
  drawBand(page);
  drawOne(page);
  drawLabels(page);
  return { spec: trendSpec(name), sheet: page.sheet, width: WIDTH, height: HEIGHT };
}

function pageOf(scene: TrendScene, theme: Theme): Page {
  const { from, to } = spanOf(scene);
  const scale = scaleOf([scene.one.took, ...shownBuckets(scene).flatMap(({ p50, p95 }) => [p50, p95])]);
  const share = (at: number): number => Math.max(0, Math.min(1, (at - from) / (to - from)));
  return {
    ...{ sheet: blankTrend(), scene, theme, scale, blue: theme.name === 'dark' ? mixed(BLUE, '#FFFFFF', 0.35) : BLUE },
    xOf: (at) => PLOT.x + share(at) * (PLOT.x2 - PLOT.x),
    yOf: (duration) => PLOT.y2 - scale.place(duration) * (PLOT.y2 - PLOT.y),
  };
}

function drawTitle({ sheet, scene, theme }: Page): void {
  const what = 'p50 to p95, the 24 hours before (UTC)';
  const right = { size: TEXT, color: theme.quiet, align: 'right' } as const;
  sheet.head.push(words(what, WIDTH - MARGIN, 29, right));
  const room = WIDTH - 2 * MARGIN - width(what, TEXT) - 16;
  sheet.head.push(fitted(scene.operation, { x: MARGIN, y: 30, room }, { size: TITLE, weight: 700, color: theme.ink }).words);
}

function drawAxes({ sheet, scene, theme, scale, xOf, yOf }: Page): void {
  for (const { at, label } of scale.ticks) {
    const y = yOf(at);
    sheet.grid.push({ x: PLOT.x, x2: PLOT.x2, y, y2: y, color: theme.grid });
    sheet.axis.push(words(label, PLOT.x - 7, y + 4, { size: TEXT, color: theme.quiet, align: 'right' }));
  }
  const { from, to } = spanOf(scene);
  for (const { at, label } of marksIn(from, to)) {
    const x = xOf(at);
    sheet.grid.push({ x, x2: x, y: PLOT.y2, y2: PLOT.y2 + 4, color: theme.guide });
    sheet.axis.push(words(label, x, PLOT.y2 + 18, { size: TEXT, color: theme.quiet, align: 'center' }));
  }
  sheet.grid.push({ x: PLOT.x, x2: PLOT.x2, y: PLOT.y2, y2: PLOT.y2, color: theme.guide });
}

/** In steps: between two buckets nothing was measured that a slope could show, and hours without traffic stay empty. */
function drawBand({ sheet, scene, theme, blue, xOf, yOf }: Page): void {
  for (const { start, p50, p95 } of shownBuckets(scene)) {
    const [x, x2] = [xOf(start), xOf(start + scene.step)];
    const [low, high] = [yOf(p50), yOf(p95)];
    sheet.band.push({ x, x2, y: high, y2: low, fill: mixed(blue, theme.paper, 0.82), radius: 0 });
    sheet.high.push({ x, x2, y: high, y2: high, color: blue });
    sheet.median.push({ x, x2, y: low, y2: low, color: blue });
  }
}

function drawOne({ sheet, scene, theme, xOf, yOf }: Page): void {
  const x = xOf(scene.one.at);
  const y = yOf(scene.one.took);
  sheet.one.push({ x: PLOT.x, x2: x, y, y2: y, color: mixed(theme.error, theme.paper, 0.3) });
  sheet.mark.push({ x, y, color: theme.error });
}

/** Names at the right edge, where the last bucket ends, moved apart where they would lie on each other. */
function drawLabels({ sheet, scene, theme, blue, yOf }: Page): void {
  const last = shownBuckets(scene).at(-1);
  const labels = [
    { text: `this one ${spelled(scene.one.took)}`, y: yOf(scene.one.took), color: theme.errorInk },
    ...(last
      ? [
          { text: `p95 ${spelled(last.p95)}`, y: yOf(last.p95), color: blue },
          { text: `p50 ${spelled(micros(last.p50))}`, y: yOf(last.p50), color: blue },
        ]
      : []),
  ].sort((a, b) => a.y - b.y);
  const heights = apart(labels.map(({ y }) => y));
  for (const [n, { text, color }] of labels.entries())
    sheet.label.push(words(text, PLOT.x2 + 14, (heights[n] ?? 0) + 4, { size: 12, weight: 600, color }));
}

/** Downward as far as needed, and then up again where that leaves the plot. */
function apart(heights: readonly number[]): readonly number[] {
  const down: number[] = [];
  for (const y of heights) down.push(Math.max(y, (down.at(-1) ?? Number.NEGATIVE_INFINITY) + LABEL_PITCH));
  const up: number[] = [];
  for (const y of down.toReversed()) up.push(Math.min(y, (up.at(-1) ?? PLOT.y2 + LABEL_PITCH) - LABEL_PITCH));
  return up.toReversed();
}
