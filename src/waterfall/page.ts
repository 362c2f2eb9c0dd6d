import { fitInto, legible, type Weight, width } from './font-metrics.ts';
import type { Waterfall } from './rows.ts';
import type { Scene } from './scene.ts';
import { blankSheet, type Sheet, type Words } from './sheet.ts';
import { type ServiceColours, serviceColours, THEMES, type Theme, type ThemeName } from './theme.ts';
import type { Timeline } from './timeline.ts';

/** `thread`: read in Slack's preview, 360 px wide. `full`: opened. */
export type PresetName = 'thread' | 'full';

/** Logical pixels; the PNG has twice as many. */
type Preset = { readonly width: number; readonly labels: number; readonly rows: number };

/**
 * At 360 px the thread preset's text is 7.5 px high and can be read; at a width of 720 it would be 6 px and could not. More rows
 * than 18 make the picture higher than wide, and Slack's height cap then shrinks it.
 */
export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  thread: { width: 600, labels: 250, rows: 18 },
  full: { width: 760, labels: 310, rows: 44 },
};

export const MARGIN = 14;

/** Everything a part of the picture needs to draw itself. */
export type Page = {
  readonly sheet: Sheet;
  readonly scene: Scene;
  readonly timeline: Timeline;
  readonly waterfall: Waterfall;
  readonly theme: Theme;
  readonly colours: ServiceColours;
  readonly width: number;
  /** Right edge of names and durations. */
  readonly durationsEnd: number;
  /** Edges of the time axis. */
  readonly plot: { readonly x: number; readonly x2: number };
  readonly rowHeight: number;
  readonly textSize: number;
  /** Where an offset on the time axis (µs) lies. */
  readonly xOf: (at: number) => number;
};

type Sketch = Pick<Page, 'scene' | 'timeline' | 'waterfall'> & { readonly preset: PresetName; readonly theme: ThemeName };

export function pageOf({ scene, timeline, waterfall, preset, theme }: Sketch): Page {
  const size = PRESETS[preset];
  const rows = waterfall.rows.length;
  const rowHeight = rows <= 12 ? 24 : rows <= 26 ? 21 : 18.5;
  // A group's `×n` and `max` need room of their own.
  const durationsEnd = MARGIN + size.labels + (waterfall.rows.some(({ count }) => count > 1) ? 14 : 0);
  const plot = { x: durationsEnd + 12, x2: size.width - MARGIN - 6 };
  return {
    sheet: blankSheet(),
    scene,
    timeline,
    waterfall,
    theme: THEMES[theme],
    colours: serviceColours(scene.transaction, THEMES[theme]),
    width: size.width,
    durationsEnd,
    plot,
    rowHeight,
    textSize: rowHeight >= 21 ? 12.5 : 11.5,
    xOf: (at) => plot.x + Math.max(0, Math.min(1, at / waterfall.length)) * (plot.x2 - plot.x),
  };
}

/** The bars are a little over half as high as their rows. */
export const barHeight = ({ rowHeight }: Page): number => Math.round(rowHeight * 0.56);

type Style = { readonly size: number; readonly weight?: Weight; readonly color: string; readonly align?: Words['align'] };

/** Words as they are: ours. */
export function words(text: string, x: number, y: number, { size, weight = 400, color, align = 'left' }: Style): Words {
  return { x, y, text, size, weight, color, align };
}

export type Placed = { readonly words: Words; readonly width: number };

/** Words of others: made legible and cut to the room. */
export function fitted(
  text: string,
  at: { readonly x: number; readonly y: number; readonly room: number },
  style: Style,
): Placed {
  const { size, weight = 400 } = style;
  const shown = fitInto(legible(text), { room: at.room, size, weight });
  return { words: words(shown, at.x, at.y, style), width: width(shown, size, weight) };
}
