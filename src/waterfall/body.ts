import { micros, spelled } from '../units.ts';
import { drawBars } from './bars.ts';
import { fitInto, legible, type Weight, width } from './font-metrics.ts';
import { type Lane, laneMiddle } from './lane.ts';
import { MARGIN, type Page, words } from './page.ts';
import { type Row, sendersSaid } from './rows.ts';
import { inkOn } from './theme.ts';
import { ticks } from './ticks.ts';

/** px to the right for every step down the tree. */
const STEP = 11;
/** The deepest row may begin so far to the right, or names would have no room: in a deep tree every step is shorter. */
const DEEPEST = 0.35;
/** From the left of a chip to where the branch to its children leaves it. */
const STEM = 6;
/** Labels beside the 0; more would touch. */
const MOST_TICKS = 5;
/** A row with less of the critical path than this is not worth bold type. */
const WORTH_BOLD = 0.01;

export function drawAxis({ sheet, theme, waterfall, xOf, width: right }: Page, y: number, bottom: number): void {
  for (const { at, label } of ticks(waterfall.length, MOST_TICKS)) {
    const x = xOf(at);
    const half = width(label, 10.5) / 2;
    const align = x + half > right - 6 ? 'right' : at === 0 ? 'left' : 'center';
    sheet.grid.push({ x, x2: x, y: y + 5, y2: bottom, color: theme.grid });
    sheet.axis.push(words(label, align === 'right' ? Math.min(x, right - 6) : x, y, { size: 10.5, color: theme.quiet, align }));
  }
}

/** Every row below `top`. Returns the y below the last. */
export function drawRows(page: Page, top: number): number {
  const { waterfall, rowHeight, sheet, theme, width: right } = page;
  for (const [index, row] of waterfall.rows.entries()) {
    const y = top + index * rowHeight;
    const lane = { index, row, middle: laneMiddle(page, top, index) };
    if (row.failed) {
      const band = { x: MARGIN - 6, x2: right - MARGIN + 6, y: y + 0.5, y2: y + rowHeight - 0.5 };
      sheet.band.push({ ...band, fill: theme.errorPaper, radius: 2 });
    }
    drawBranch(page, lane, top);
    drawName(page, lane);
    drawDuration(page, lane);
    drawBars(page, lane);
  }
  return top + waterfall.rows.length * rowHeight;
}

/** No two depths share a place. */
function stepOf({ waterfall, durationsEnd }: Pick<Page, 'waterfall' | 'durationsEnd'>): number {
  const deepest = waterfall.rows.reduce((most, { depth }) => Math.max(most, depth), 1);
  return Math.min(STEP, ((durationsEnd - MARGIN) * DEEPEST) / deepest);
}

const indent = (page: Pick<Page, 'waterfall' | 'durationsEnd'>, depth: number): number => MARGIN + depth * stepOf(page);

/** An elbow from the parent's chip to this one's. */
function drawBranch(page: Page, { row, middle }: Lane, top: number): void {
  const { sheet, theme, waterfall } = page;
  const parent = row.parent === undefined ? undefined : waterfall.rows[row.parent];
  if (row.parent === undefined || parent === undefined) return;
  const x = indent(page, parent.depth) + Math.min(STEM, stepOf(page) / 2);
  const from = top + (row.parent + 0.5) * page.rowHeight + 7;
  const layer = row.doubt === 'missing-parent' || row.doubt === 'inferred' ? sheet.doubt : sheet.guide;
  layer.push({ x, x2: x, y: from, y2: middle, color: theme.guide });
  layer.push({ x, x2: indent(page, row.depth), y: middle, y2: middle, color: theme.guide });
  if (row.doubt === 'missing-parent') drawMissing(page, x, middle);
}

/** What stands for a parent that never came. */
export function drawMissing({ sheet, theme }: Page, x: number, middle: number): void {
  sheet.chip.push({ x: x - 4, x2: x + 4, y: middle - 6, y2: middle + 6, fill: theme.paper, radius: 4 });
  sheet.chipText.push(words('?', x, middle + 3.5, { size: 10, weight: 700, color: theme.quiet, align: 'center' }));
}

const isBold = ({ failed, share, depth }: Row): boolean => failed || share >= WORTH_BOLD || depth === 0;
const inkOf = ({ theme }: Page, row: Row): string => (row.failed ? theme.errorInk : isBold(row) ? theme.ink : theme.quiet);

function drawName(page: Page, { row, middle }: Lane): void {
  const { sheet, theme, colours, textSize } = page;
  const x = indent(page, row.depth);
  const chip = Math.max(13, width(row.chip, 8.5, 700) + 7);
  const fill = colours.of(row.span.service);
  sheet.chip.push({ x, x2: x + chip, y: middle - 6.5, y2: middle + 6.5, fill, radius: 3 });
  sheet.chipText.push(
    words(row.chip, x + chip / 2, middle + 3.1, { size: 8.5, weight: 700, color: inkOn(fill), align: 'center' }),
  );
  const count = row.count > 1 ? `×${row.count.toLocaleString('en-US')}` : '';
  const weight = isBold(row) ? 600 : 400;
  const countWidth = count === '' ? 0 : width(count, textSize - 1, 600) + 4;
  const left = x + chip + 5;
  const room = durationsStart(page, row) - 8 - left - countWidth;
  const { name, hidden } = nameAndRemarks(page, row, { room, weight });
  const end = left + width(name, textSize, weight);
  const y = middle + textSize * 0.36;
  sheet.label.push(words(name, left, y, { size: textSize, weight, color: inkOf(page, row) }));
  if (count !== '') {
    sheet.label.push(
      words(count, end + 4, y, { size: textSize - 1, weight: 600, color: row.failed ? theme.errorInk : theme.quiet }),
    );
  }
  if (hidden !== '') sheet.label.push(words(hidden, end + countWidth + 5, y, { size: 10, color: theme.faint }));
}

type Room = { readonly room: number; readonly weight: Weight };

/** Folded spans, and the rest of a batch, whose tree shows one sender only; in fewer words where the name would be cut. */
function nameAndRemarks(page: Page, row: Row, { room, weight }: Room): { readonly name: string; readonly hidden: string } {
  const folded = row.hidden > 0 ? [`+${row.hidden.toLocaleString('en-US')}`] : [];
  const senders = sendersSaid(row.moreSenders);
  const forms = [senders, senders.map((said) => said.replace(' more', ''))].map((said) => [...folded, ...said].join(' · '));
  const tried = forms.map((hidden) => {
    const left = room - (hidden === '' ? 0 : width(hidden, 10) + 5);
    return { name: nameFor(page, row, { room: left, weight }), hidden };
  });
  return tried.find(({ name }) => name !== '' && !name.includes('…')) ?? tried.at(-1) ?? { name: '', hidden: '' };
}

/** The service is named where it changes, if there is room for both: the chip's colour tells it anyway. */
function nameFor({ waterfall, textSize }: Page, row: Row, { room, weight }: Room): string {
  const parent = row.parent === undefined ? undefined : waterfall.rows[row.parent];
  const changes = row.parent === undefined || parent?.span.service !== row.span.service;
  const operation = legible(row.operation === '' ? row.service : row.operation);
  const both = legible(`${row.service} ${row.operation}`);
  if (row.operation !== '' && changes && width(both, textSize, weight) <= room) return both;
  return fitInto(operation, { room, size: textSize, weight, ellipsis: 'middle' });
}

const durationOf = ({ duration }: Row): string => (duration === undefined ? 'open' : spelled(micros(duration)));

/** Left edge of what the duration column holds in this row: names may use the rest. */
function durationsStart({ durationsEnd, textSize }: Page, row: Row): number {
  const max = row.count > 1 ? width('max', MAX_SIZE) + 4 : 0;
  return durationsEnd - width(durationOf(row), textSize - 0.5, isBold(row) ? 600 : 400) - max;
}

const MAX_SIZE = 9.5;

function drawDuration(page: Page, { row, middle }: Lane): void {
  const { sheet, theme, textSize, durationsEnd } = page;
  const y = middle + textSize * 0.36;
  const style = { size: textSize - 0.5, weight: isBold(row) ? 600 : 400, color: inkOf(page, row), align: 'right' } as const;
  sheet.duration.push(words(durationOf(row), durationsEnd, y, style));
  if (row.count > 1) sheet.duration.push(words('max', durationsStart(page, row), y, { size: MAX_SIZE, color: theme.faint }));
}
