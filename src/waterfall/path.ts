import { fitInto, legible, width } from './font-metrics.ts';
import { laneMiddle } from './lane.ts';
import { barHeight, MARGIN, type Page, words } from './page.ts';
import type { PathPiece } from './pieces.ts';
import { type Stint, stints } from './ribbon.ts';
import { hatched } from './sheet.ts';
import { inkOn, mixed } from './theme.ts';
import { isDeepest, type Stretch } from './timeline.ts';

export const RIBBON_HEIGHT = 16;
/** Shorter stints are not labelled. */
const WORTH_LABEL = 0.03;

/** One bar on the time axis that says who was on the clock: what is still seen when the picture is a thumbnail. */
export function drawRibbon(page: Page, y: number): void {
  const { sheet, theme, textSize, waterfall, plot } = page;
  if (waterfall.path.length === 0) return;
  sheet.label.push(words('Critical path', MARGIN, y + RIBBON_HEIGHT / 2 + 4, { size: textSize, weight: 600, color: theme.ink }));
  for (const stint of stints(waterfall.path, waterfall.length, plot.x2 - plot.x)) drawStint(page, stint, y);
}

function drawStint(page: Page, stint: Stint, y: number): void {
  const { sheet, theme, colours, xOf } = page;
  const { knot, what } = stint.piece;
  const x = xOf(stint.start);
  const x2 = Math.max(xOf(stint.end) - 0.7, x + 0.5);
  const y2 = y + RIBBON_HEIGHT;
  const waiting = what === 'wait' || what === 'gap';
  const colour = isDeepest(knot) ? theme.error : colours.of(knot.span.service);
  const fill = waiting ? theme.waitPaper : what === 'cold' ? mixed(colour, theme.paper, 0.55) : colour;
  if (waiting) sheet.wait.push({ x: x + 0.5, x2, y: y + 1, y2: y2 - 1, fill, radius: 1.5 });
  else sheet.ribbon.push({ x, x2, y, y2, fill, radius: 1.5 });
  if (what === 'cold') sheet.hatch.push(...hatched({ x, x2, y, y2 }, mixed(colour, theme.paper, 0.25)));
  const text = stintLabel(stint, x2 - x - 8);
  const ink = waiting ? theme.quiet : inkOn(fill);
  const place = { size: 10.5, weight: 600, color: what === 'cold' ? theme.ink : ink, align: 'center' } as const;
  if (text !== '') sheet.ribbonText.push(words(text, (x + x2) / 2, y + RIBBON_HEIGHT / 2 + 3.8, place));
}

/** Name and share, the name cut or left out where there is no room. */
function stintLabel({ name, share }: Stint, room: number): string {
  if (share < WORTH_LABEL) return '';
  const percent = `${Math.round(share * 100)}%`;
  const size = { size: 10.5, weight: 600 } as const;
  const left = room - width(` ${percent}`, 10.5, 600);
  const short = fitInto(legible(name), { room: left, ...size, ellipsis: 'middle' });
  if (short.length > 5 || short === name) return `${short} ${percent}`;
  return width(percent, 10.5, 600) <= room + 4 ? percent : '';
}

type Underline = { readonly row: number; readonly x: number; readonly x2: number };

/** A dark line under what the path spent its time in, and dotted lines where it goes from row to row. */
export function drawPath(page: Page, top: number): void {
  const { sheet, theme, waterfall } = page;
  const below = (row: number): number => laneMiddle(page, top, row) + barHeight(page) / 2;
  for (const { row, x, x2 } of underlines(page)) {
    sheet.path.push({ x, x2, y: below(row) - 0.2, y2: below(row) + 2.6, fill: theme.ink, radius: 0 });
  }
  let last: number | undefined;
  for (const piece of runs(waterfall.path)) {
    const x = page.xOf(piece.start);
    const wide = page.xOf(piece.end) - x > 5;
    if (piece.row === undefined || (last !== undefined && !wide)) continue;
    if (last !== undefined && last !== piece.row) {
      const [y, y2] = [below(last), below(piece.row)].sort((a, b) => a - b);
      sheet.handOver.push({ x, x2: x, y: (y ?? 0) + 1.2, y2: (y2 ?? 0) + 1.2, color: theme.ink });
    }
    last = piece.row;
  }
}

type Run = Stretch & { readonly row: number | undefined; readonly waiting: boolean };

/** Pieces of one row that follow each other, as one; what comes from hidden rows is part of the row that stands for them. */
function runs(path: readonly PathPiece[]): readonly Run[] {
  const result: Run[] = [];
  for (const { start, end, row, what } of path) {
    const waiting = what === 'wait' || what === 'gap';
    const last = result.at(-1);
    if (last !== undefined && last.row === row && last.waiting === waiting) result[result.length - 1] = { ...last, end };
    else result.push({ row, waiting, start, end });
  }
  return result;
}

/** Waits have their dashed box and no underline. Lines of a row less than 3 px apart are one. */
function underlines({ waterfall, xOf }: Page): readonly Underline[] {
  const byRow = new Map<number, Underline[]>();
  for (const { row, waiting, start, end } of runs(waterfall.path)) {
    if (row === undefined || waiting) continue;
    const x = xOf(start);
    const x2 = xOf(end);
    const own = byRow.get(row) ?? [];
    byRow.set(row, own);
    const last = own.at(-1);
    if (last !== undefined && x - last.x2 < 3) own[own.length - 1] = { ...last, x2: Math.max(last.x2, x2) };
    else if (x2 - x >= 0.35) own.push({ row, x, x2: Math.max(x2, x + 1.5) });
  }
  return [...byRow.values()].flat();
}
