import { micros, spelled } from '../units.ts';
import { fitInto, legible, width } from './font-metrics.ts';
import type { Lane } from './lane.ts';
import { barHeight, type Page, words } from './page.ts';
import type { Wait } from './pieces.ts';
import { type Box, hatched } from './sheet.ts';
import { inkOn, mixed } from './theme.ts';
import type { Stretch } from './timeline.ts';

/** Less cannot be seen. */
const LEAST_BAR = 2;
/** A log line more in one row would be a smear. */
const MOST_EVENTS = 12;
/** A type of error that is longer is somebody's message. */
const LONGEST_ERROR = 170;
/** Fewer letters of it say nothing. */
const LEAST_ERROR = 6;
/** How far a bar off the critical path is faded into the paper. */
const FADED = 0.45;
/** How far what a folded row spent outside this row's bar is faded. */
const FOLDED = 0.82;
/** How far the bar of an error that came from below is faded. */
const PASSED_ON = 0.55;

/** Waits, bars, the cold start, logged warnings, and what went wrong, on the time axis. */
export function drawBars(page: Page, lane: Lane): void {
  drawBeyond(page, lane);
  drawWaits(page, lane);
  const drawn = lane.row.count > 1 ? drawGroup(page, lane) : drawBar(page, lane);
  drawEvents(page, lane);
  if (lane.row.failed) drawError(page, lane, drawn);
}

const edges = (page: Page, { middle }: Lane): { readonly y: number; readonly y2: number } => ({
  y: middle - barHeight(page) / 2,
  y2: middle + barHeight(page) / 2,
});

/** The pixels of a stretch, never fewer than can be seen. */
function extent({ xOf, plot }: Page, { start, end }: Stretch): { readonly x: number; readonly x2: number } {
  const x = xOf(start);
  const x2 = Math.max(xOf(end), Math.min(x + LEAST_BAR, plot.x2 + LEAST_BAR));
  return { x, x2 };
}

/** Folded spans that ran outside the bar of the row that stands for them: what the critical path underlines there. */
function drawBeyond(page: Page, lane: Lane): void {
  const { sheet, theme, colours } = page;
  const fill = mixed(colours.of(lane.row.span.service), theme.paper, FOLDED);
  const { y, y2 } = edges(page, lane);
  for (const { x, x2 } of touching(lane.row.beyond.map((at) => ({ at, ...extent(page, at) }))))
    sheet.folded.push({ x, x2, y: y + 1.5, y2: y2 - 0.5, fill, radius: 1.5 });
}

/** Red is for errors, full where they began and pale where they were passed on; what the path does not touch is faded. */
function barColour({ theme, colours }: Page, { row }: Lane): string {
  if (row.failed) return row.origin ? theme.error : mixed(theme.error, theme.paper, PASSED_ON);
  const colour = colours.of(row.span.service);
  return row.onPath ? colour : mixed(colour, theme.paper, FADED);
}

const stamped = (box: Box, { index }: Lane, { start, end }: Stretch): Box => ({
  ...box,
  row: index,
  startMs: start / 1_000,
  durationMs: (end - start) / 1_000,
});

function drawBar(page: Page, lane: Lane): Box {
  const at = lane.row.bars[0] ?? { start: 0, end: 0 };
  const open = lane.row.duration === undefined;
  const colour = barColour(page, lane);
  const fill = open && !lane.row.failed ? mixed(colour, page.theme.paper, FADED) : colour;
  const box = stamped({ ...extent(page, at), ...edges(page, lane), fill, radius: 1.5 }, lane, at);
  page.sheet.bar.push(box);
  if (lane.row.cold) drawColdStart(page, lane, lane.row.cold);
  return box;
}

/** Diagonals over a pale ground, so that it reads without colour. */
function drawColdStart(page: Page, lane: Lane, at: Stretch): void {
  const { sheet, theme } = page;
  const place = { ...extent(page, at), ...edges(page, lane) };
  if (place.x2 - place.x < 3) return;
  const colour = barColour(page, lane);
  sheet.bar.push({ ...place, fill: mixed(colour, theme.paper, 0.5), radius: 1.5 });
  sheet.hatch.push(...hatched(place, colour));
  const text = `cold ${spelled(micros(at.end - at.start))}`;
  const wide = width(text, 9.5, 600);
  if (place.x2 - place.x < wide + 12) return;
  const middle = (place.x + place.x2) / 2;
  sheet.tag.push({
    x: middle - wide / 2 - 3,
    x2: middle + wide / 2 + 3,
    y: place.y + 1,
    y2: place.y2 - 1,
    fill: theme.paper,
    radius: 2,
  });
  sheet.note.push(words(text, middle, lane.middle + 3.5, { size: 9.5, weight: 600, color: theme.ink, align: 'center' }));
}

/** A group is the times when any of its spans ran, on a hairline from the first to the last. Returns the whole. */
function drawGroup(page: Page, lane: Lane): Box {
  const { sheet, theme } = page;
  const colour = barColour(page, lane);
  const { y, y2 } = edges(page, lane);
  const boxes = touching(lane.row.bars.map((at) => ({ at, ...extent(page, at) }))).map(({ at, x, x2 }) =>
    stamped({ x, x2, y: y + 1.5, y2: y2 - 1.5, fill: colour, radius: 1.5 }, lane, at),
  );
  const first = boxes[0];
  const last = boxes.at(-1);
  const line = { x: first?.x ?? page.plot.x, x2: last?.x2 ?? page.plot.x, y: lane.middle - 0.6, y2: lane.middle + 0.6 };
  const hairline = { ...line, fill: mixed(colour, theme.paper, 0.5), radius: 0 };
  sheet.bar.push(hairline, ...boxes);
  return hairline;
}

type Seen = { readonly at: Stretch; readonly x: number; readonly x2: number };

/** Bars less than a pixel apart are one to the eye, and thousands of them would be slow to draw. */
function touching(bars: readonly Seen[]): readonly Seen[] {
  const result: Seen[] = [];
  for (const next of bars) {
    const last = result.at(-1);
    if (last === undefined || next.x > last.x2 + 1) result.push(next);
    else
      result[result.length - 1] = { at: { start: last.at.start, end: next.at.end }, x: last.x, x2: Math.max(last.x2, next.x2) };
  }
  return result;
}

function drawWaits(page: Page, lane: Lane): void {
  const { sheet, theme, xOf } = page;
  for (const wait of lane.row.waits) {
    const x = xOf(wait.start);
    const x2 = xOf(wait.end);
    if (!isDrawn(x, x2)) continue;
    const { y, y2 } = edges(page, lane);
    sheet.wait.push({ x, x2, y: y + 0.5, y2: y2 - 0.5, fill: theme.waitPaper, radius: 1.5 });
    const text = waitText(wait, x2 - x);
    if (text === undefined) continue;
    sheet.note.push(words(text, (x + x2) / 2, lane.middle + 3.4, { size: 9.5, color: theme.quiet, align: 'center' }));
  }
}

/** Narrower dashes are no box. */
const isDrawn = (x: number, x2: number): boolean => x2 - x >= 5;

/** Its name and length, or what of it there is room for. */
function waitText({ name, start, end }: Wait, room: number): string | undefined {
  const length = spelled(micros(end - start));
  return [`${name} ${length}`, length].find((one) => width(one, 9.5) + 8 <= room);
}

/** What the span logged as a warning or an error. */
function drawEvents(page: Page, lane: Lane): void {
  const { sheet, scene, theme, waterfall, xOf } = page;
  const ids = new Set([lane.row.span, ...lane.row.twins].map(({ spanId }) => spanId));
  const logged = scene.transaction.logs.filter(
    ({ spanId, severity }) => spanId !== undefined && ids.has(spanId) && (severity === 'warn' || severity === 'error'),
  );
  const color = lane.row.failed ? theme.errorInk : theme.ink;
  const { y } = edges(page, lane);
  for (const { at } of logged.slice(0, MOST_EVENTS)) sheet.event.push({ x: xOf(at - waterfall.from), y: y - 1.5, color });
}

/** A cross at the end, and the type of the error on whichever side has room. */
function drawError(page: Page, lane: Lane, bar: Box): void {
  const { sheet, theme, plot } = page;
  const radius = barHeight(page) / 2 + 1.5;
  const x = Math.min(bar.x2, plot.x2 - 2);
  sheet.badge.push({ x, y: lane.middle, radius });
  const text = fitInto(legible(lane.row.errorType), { room: LONGEST_ERROR, size: 11, weight: 600 });
  const wide = width(text, 11, 600);
  const style = { size: 11, weight: 600 } as const;
  const y = lane.middle + 3.8;
  if (bar.x2 - bar.x > wide + 26 && lane.row.count === 1) {
    sheet.errorText.push(
      words(text, x - radius - 5, y, { ...style, color: lane.row.origin ? inkOn(theme.error) : theme.errorInk, align: 'right' }),
    );
  } else if (plot.x2 - bar.x2 <= wide + 18 && roomBefore(page, lane, bar) > wide + 16) {
    const right = Math.min(bar.x - 6, x - radius - 4);
    sheet.errorText.push(words(text, right, y, { ...style, color: theme.errorInk, align: 'right' }));
  } else {
    const behind = fitInto(text, { room: plot.x2 - bar.x2 - 18, ...style });
    if (behind === text || behind.length >= LEAST_ERROR)
      sheet.errorText.push(words(behind, x + radius + 5, y, { ...style, color: theme.errorInk }));
  }
}

/** px to the left of a bar in which nothing is written; a wait there has its name in its middle. */
function roomBefore({ xOf, plot }: Page, { row }: Lane, bar: Box): number {
  const wait = row.waits.findLast(({ start, end }) => isDrawn(xOf(start), xOf(end)));
  if (wait === undefined) return bar.x - plot.x;
  const [x, x2] = [xOf(wait.start), xOf(wait.end)];
  return (x2 - x - width(waitText(wait, x2 - x) ?? '', 9.5)) / 2;
}
