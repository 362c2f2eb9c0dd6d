import { drawMissing } from './body.ts';
import { fitInto, legible, width } from './font-metrics.ts';
import { MARGIN, type Page, words } from './page.ts';
import type { Waterfall } from './rows.ts';
import { counted, warningsOf } from './scene.ts';
import { hatched } from './sheet.ts';
import { mixed } from './theme.ts';

const SIZE = 10.5;
const GREY = '#7A8699';

/** What the marks mean, only those in this picture; how much was folded; what not to trust. Returns the y below. */
export function drawFooter(page: Page, y: number): number {
  const { sheet, theme, width: right } = page;
  const x = drawLegend(page, y);
  const folded = foldNote(page);
  const inLine = width(folded, SIZE) <= right - MARGIN - x;
  const noteY = inLine ? y : y + 15;
  if (folded !== '') sheet.foot.push(words(folded, inLine ? x : MARGIN, noteY, { size: SIZE, color: theme.quiet }));
  const warnings = warningsOf(page.scene.transaction);
  if (warnings.length === 0) return noteY;
  const text = fitInto(legible(`! ${warnings.join(' · ')}`), { room: right - 2 * MARGIN, size: SIZE, weight: 600 });
  sheet.foot.push(words(text, MARGIN, noteY + 15, { size: SIZE, weight: 600, color: theme.slow }));
  return noteY + 15;
}

function foldNote({ waterfall }: Page): string {
  if (waterfall.folded === 0) return '';
  const isFolded = waterfall.rows.some(({ count, hidden }) => count > 1 || hidden > 0);
  // A call and the picture of who answered it: nothing is lost to the eye.
  if (!isFolded) return `${waterfall.folded.toLocaleString('en-US')} of ${counted(waterfall.spans, 'span')} share a row`;
  const grouped = waterfall.rows.some(({ count }) => count > 1) ? '×n merged · ' : '';
  return `${grouped}${waterfall.folded.toLocaleString('en-US')} of ${counted(waterfall.spans, 'span')} folded`;
}

/** What the dashed boxes are: time in a queue, time that no span explains, or both. */
function emptyTime({ path, rows }: Waterfall): string {
  const hasGap = path.some(({ what }) => what === 'gap');
  const hasWait = path.some(({ what }) => what === 'wait') || rows.some(({ waits }) => waits.some(({ name }) => name !== 'gap'));
  return hasGap && hasWait ? 'waiting or gap' : hasGap ? 'gap' : 'waiting';
}

type Sample = { readonly shown: boolean; readonly wide: number; readonly text: string; readonly draw: (x: number) => void };

/** Returns the x behind the last entry. */
function drawLegend(page: Page, y: number): number {
  let x = MARGIN;
  for (const { shown, wide, text, draw } of samples(page, y)) {
    if (!shown) continue;
    draw(x);
    page.sheet.foot.push(words(text, x + wide + 5, y, { size: SIZE, color: page.theme.quiet }));
    x += wide + 5 + width(text, SIZE) + 14;
  }
  return x;
}

function samples(page: Page, y: number): readonly Sample[] {
  const { sheet, theme, waterfall } = page;
  const rows = waterfall.rows;
  const box = (
    x: number,
    wide: number,
  ): { readonly x: number; readonly x2: number; readonly y: number; readonly y2: number } => ({
    x,
    x2: x + wide,
    y: y - 8.5,
    y2: y + 0.5,
  });
  return [
    {
      shown: sheet.path.length > 0,
      wide: 18,
      text: 'critical path',
      draw: (x) => sheet.path.push({ x, x2: x + 18, y: y - 5, y2: y - 2.2, fill: theme.ink, radius: 0 }),
    },
    {
      shown: sheet.wait.length > 0,
      wide: 22,
      text: emptyTime(waterfall),
      draw: (x) => sheet.wait.push({ ...box(x, 22), fill: theme.waitPaper, radius: 1.5 }),
    },
    {
      shown: sheet.folded.length > 0,
      wide: 18,
      text: 'folded spans',
      draw: (x) => sheet.folded.push({ ...box(x, 18), fill: mixed(GREY, theme.paper, 0.7), radius: 1.5 }),
    },
    {
      shown: sheet.hatch.length > 0,
      wide: 18,
      text: 'cold start',
      draw: (x) => {
        sheet.bar.push({ ...box(x, 18), fill: mixed(GREY, theme.paper, 0.5), radius: 1.5 });
        sheet.hatch.push(...hatched(box(x, 18), GREY));
      },
    },
    {
      shown: rows.some(({ failed }) => failed),
      wide: 11,
      text: 'error',
      draw: (x) => sheet.badge.push({ x: x + 5.5, y: y - 4, radius: 5.5 }),
    },
    {
      shown: sheet.event.length > 0,
      wide: 7,
      text: 'warning logged',
      draw: (x) => sheet.event.push({ x: x + 3.5, y: y - 3.5, color: theme.ink }),
    },
    {
      shown: rows.some(({ doubt }) => doubt === 'inferred'),
      wide: 16,
      text: 'parent guessed',
      draw: (x) => sheet.doubt.push({ x, x2: x + 16, y: y - 3.5, y2: y - 3.5, color: theme.faint }),
    },
    {
      shown: rows.some(({ doubt }) => doubt === 'missing-parent'),
      wide: 8,
      text: 'parent missing',
      draw: (x) => drawMissing(page, x + 4, y - 3.5),
    },
  ];
}
