import { drawAxis, drawRows } from './body.ts';
import type { Drawing } from './drawing.ts';
import { drawFooter } from './footer.ts';
import { drawHeader } from './header.ts';
import { PRESETS, type PresetName, pageOf } from './page.ts';
import { drawPath, drawRibbon, RIBBON_HEIGHT } from './path.ts';
import { waterfallOf } from './rows.ts';
import type { Scene } from './scene.ts';
import type { Sheet } from './sheet.ts';
import { specOf } from './spec.ts';
import type { ThemeName } from './theme.ts';
import { timelineOf } from './timeline.ts';

export type Options = { readonly preset?: PresetName; readonly theme?: ThemeName };

export type Layout = Omit<Drawing, 'sheet'> & { readonly sheet: Sheet };

/** Vega could lay out much of it, but collisions, cuts and the least width of a bar need the text widths anyway. */
export function layoutOf(scene: Scene, { preset = 'thread', theme = 'light' }: Options = {}): Layout {
  const timeline = timelineOf(scene.transaction);
  const waterfall = waterfallOf(timeline, PRESETS[preset].rows);
  const page = pageOf({ scene, timeline, waterfall, preset, theme });
  const axis = drawHeader(page) + 24;
  const ribbon = axis + 7;
  const top = ribbon + RIBBON_HEIGHT + 6;
  drawAxis(page, axis, top + waterfall.rows.length * page.rowHeight + 2);
  drawRibbon(page, ribbon);
  const bottom = drawRows(page, top);
  drawPath(page, top);
  const end = drawFooter(page, bottom + 19);
  return { spec: specOf(theme), sheet: page.sheet, width: page.width, height: Math.ceil(end + 12) };
}
