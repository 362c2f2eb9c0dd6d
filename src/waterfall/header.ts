import { errorText } from '../telemetry/error-text.ts';
import { spelled } from '../units.ts';
import { fitInto, legible, width } from './font-metrics.ts';
import { nameOf, operationOf } from './naming.ts';
import { fitted, MARGIN, type Page, words } from './page.ts';
import { counted, failureOf, type Scene, serviceCount, timesUsual } from './scene.ts';
import { COLOURS, inkOn, type Theme } from './theme.ts';

const STATUS: Readonly<
  Record<Scene['outcome'], { readonly text: string; readonly color: keyof Theme & ('error' | 'slow' | 'ok') }>
> = {
  failed: { text: 'ERROR', color: 'error' },
  slow: { text: 'SLOW', color: 'slow' },
  ok: { text: 'OK', color: 'ok' },
};

/** Status, title, total; when, how much, what is usual; what went wrong; who took part. Returns the y below. */
export function drawHeader(page: Page): number {
  drawTitle(page, 31);
  drawFacts(page, 51);
  const below = drawBanner(page, 62);
  return drawServices(page, below + 20);
}

function drawTitle({ sheet, scene, theme, width: right }: Page, y: number): void {
  const status = STATUS[scene.outcome];
  const fill = theme[status.color];
  const pill = width(status.text, 12, 700) + 16;
  sheet.plate.push({ x: MARGIN, x2: MARGIN + pill, y: y - 16, y2: y + 4, fill, radius: 4 });
  sheet.head.push(words(status.text, MARGIN + pill / 2, y - 1.5, { size: 12, weight: 700, color: inkOn(fill), align: 'center' }));
  const total = spelled(scene.transaction.duration);
  const totalStyle = { size: 20, weight: 700, color: theme.ink, align: 'right' } as const;
  sheet.head.push(words(total, right - MARGIN, y, totalStyle));
  const x = MARGIN + pill + 9;
  const room = right - MARGIN - width(total, 20, 700) - 16 - x;
  sheet.head.push(fitted(scene.transaction.name, { x, y, room }, { size: 18, weight: 700, color: theme.ink }).words);
}

function drawFacts({ sheet, scene, theme, timeline, width: right }: Page, y: number): void {
  const size = 11.5;
  const times = timesUsual(scene);
  const { usual } = scene;
  const against = usual ? `p50 ${spelled(usual.p50)} · p95 ${spelled(usual.p95)}${times ? ` (${times})` : ''}` : '';
  const weight = times ? 600 : 400;
  const color = times ? theme.slow : theme.quiet;
  sheet.head.push(words(against, right - MARGIN, y, { size, weight, color, align: 'right' }));
  const failures = timeline.knots.filter(({ failed }) => failed).length;
  const facts = [
    { text: instant(scene.transaction.start), keep: 2 },
    { text: counted(scene.transaction.spans.length, 'span'), keep: 4 },
    { text: counted(serviceCount(scene.transaction), 'service'), keep: 1 },
    { text: failures > 0 ? counted(failures, 'error') : '', keep: 3 },
    { text: scene.transaction.id.slice(0, 8), keep: 0 },
  ];
  const room = right - 2 * MARGIN - width(against, size, weight) - 14;
  sheet.head.push(words(asManyAs(facts, room, size), MARGIN, y, { size, color: theme.quiet }));
}

/** Joined; while there is no room the one least worth keeping goes, whole: half a date helps nobody. */
function asManyAs(facts: readonly { readonly text: string; readonly keep: number }[], room: number, size: number): string {
  let left = facts.filter(({ text }) => text !== '');
  const line = (): string => left.map(({ text }) => text).join(' · ');
  while (left.length > 1 && width(line(), size) > room) {
    const least = Math.min(...left.map(({ keep }) => keep));
    left = left.filter(({ keep }) => keep !== least);
  }
  return line();
}

/** https://tc39.es/ecma262/#sec-time-values-and-time-range */
const LAST_INSTANT_MS = 8.64e15;

/** In UTC: the picture is the same for every viewer. '' for what no calendar has. */
export function instant(at: number): string {
  const ms = at / 1_000;
  if (Math.abs(ms) > LAST_INSTANT_MS) return '';
  return `${new Date(ms).toISOString().replace('T', ' ').replace('Z', '')} UTC`;
}

/** A failed transaction names its failure, a slow one its first cause. */
function drawBanner(page: Page, y: number): number {
  const { sheet, theme, width: right } = page;
  const said = page.scene.outcome === 'slow' ? causeSaid(page) : page.scene.outcome === 'failed' ? failureSaid(page) : undefined;
  if (said === undefined) return y - 9;
  const slow = page.scene.outcome === 'slow';
  const [paper, edge, ink] = slow
    ? ([theme.slowPaper, theme.slow, theme.slow] as const)
    : ([theme.errorPaper, theme.error, theme.errorInk] as const);
  sheet.plate.push({ x: MARGIN, x2: right - MARGIN, y, y2: y + 23, fill: paper, radius: 4 });
  sheet.plate.push({ x: MARGIN, x2: MARGIN + 3.5, y, y2: y + 23, fill: edge, radius: 0 });
  const base = { y: y + 16, x: MARGIN + 13 };
  const room = right - 2 * MARGIN - 24;
  const ends = said.where === undefined ? base.x : drawWhere(page, said.where, { ...base, room: room * 0.5 }, ink) + 5;
  // A long message is cut, the number of the others is not.
  const what = { x: ends, y: base.y, room: room - (ends - base.x) - width(said.more, 12.5) };
  const shown = fitted(said.what, what, { size: 12.5, color: ink }).words;
  sheet.head.push({ ...shown, text: `${shown.text}${said.more}` });
  return y + 23;
}

/** Returns the x behind it. */
function drawWhere(
  { sheet }: Page,
  where: string,
  at: { readonly x: number; readonly y: number; readonly room: number },
  color: string,
): number {
  const placed = fitted(where, at, { size: 12.5, weight: 700, color });
  sheet.head.push(placed.words);
  return at.x + placed.width;
}

/** `where` is absent where the sentence names the place itself. */
type Said = { readonly where: string | undefined; readonly what: string; readonly more: string };

function failureSaid({ scene, timeline }: Page): Said | undefined {
  const failure = failureOf(scene, timeline);
  if (failure === undefined) return causeSaid({ scene });
  const others = timeline.knots.filter(({ failed }) => failed).length - 1;
  const what = errorText(failure.error);
  const where = operationOf(failure.span) || nameOf(failure.span).service;
  return { where: `${where}:`, what, more: others > 0 ? ` (+${others.toLocaleString('en-US')} more)` : '' };
}

function causeSaid({ scene }: Pick<Page, 'scene'>): Said | undefined {
  const cause = scene.causes[0];
  return cause && { where: undefined, what: cause.summary, more: '' };
}

/** One swatch a service, busiest first, as many as one line holds. */
function drawServices({ sheet, colours, theme, width: right, waterfall }: Page, y: number): number {
  const size = 11.5;
  const shown = new Set(waterfall.rows.map(({ span }) => span.service));
  const named = colours.services.filter((service, rank) => rank < COLOURS && shown.has(service));
  const all = colours.services.length;
  let x = MARGIN;
  let told = 0;
  for (const service of named) {
    const text = fitInto(legible(service), { room: 150, size });
    const next = x + 13 + width(text, size) + 14;
    const more = told + 1 < all ? width(`+${all - told - 1} more`, size) + 4 : 0;
    if (next - 14 > right - MARGIN - more) break;
    sheet.plate.push({ x, x2: x + 9, y: y - 9, y2: y, fill: colours.of(service), radius: 2 });
    sheet.legend.push(words(text, x + 13, y, { size, color: theme.quiet }));
    x = next;
    told += 1;
  }
  if (told < all) sheet.legend.push(words(`+${all - told} more`, x, y, { size, color: theme.faint }));
  return y;
}
