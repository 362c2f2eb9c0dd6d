import type { Span } from '../trace/transaction.ts';
import { micros, spelled } from '../units.ts';
import { operationOf } from './naming.ts';
import { type PathPiece, piecesOf } from './pieces.ts';
import { pieceName, totalsOf } from './ribbon.ts';
import { type Row, sendersSaid, type Waterfall, waterfallOf } from './rows.ts';
import { counted, failureOf, type Scene, serviceCount, timesUsual, warningsOf } from './scene.ts';
import { clean, graphemes, shortened } from './text.ts';
import { type Timeline, timelineOf } from './timeline.ts';

/** As many rows as a code block shows without scrolling. */
const ROWS = 40;
/** Fits a code block in a Slack thread opened wide, and most terminals. */
const COLUMNS = 100;
const LEAST_NAME = 16;
/** What the indentation of a deep row leaves to its name. */
const LEAST_WORDS = 12;
const LEAST_BARS = 10;

/**
 * The waterfall in characters, at most `columns` wide: what the picture shows, for terminals, tests and code blocks.
 *
 * ```
 * checkout POST /pay           ├────────────────────┤   1.24 s  failed CardDeclined
 *   ledger write               ┄┄┄┄┄┄├──────┤           610 ms
 * ```
 */
export function drawn(scene: Scene, columns: number = COLUMNS): string {
  const waterfall = waterfallOf(timelineOf(scene.transaction), ROWS);
  const lines = linesOf(waterfall);
  const durations = lines.map(({ row }) => durationOf(row));
  const ends = lines.map(({ row }) => endOf(row));
  const durationCells = widest(durations);
  const endCells = Math.min(widest(ends.map((parts) => parts.join(', '))), Math.floor(columns * 0.3));
  const rest = columns - durationCells - endCells - 4;
  const names = indented(lines, Math.max(LEAST_NAME, Math.floor(rest * 0.5)) - LEAST_WORDS);
  const nameCells = Math.max(LEAST_NAME, Math.min(widest(names), Math.floor(rest * 0.5)));
  const barCells = Math.max(LEAST_BARS, rest - nameCells);
  const drawing = lines.map(({ row, lost }, i) => {
    const bar = lost ? ghost(row, waterfall.length, barCells) : barOf(row, waterfall.length, barCells);
    const parts = [padded(names[i] ?? '', nameCells), bar, lost ? '' : (durations[i] ?? '').padStart(durationCells)];
    return [parts.join(' '), lost ? '' : wholeParts(ends[i] ?? [], endCells)].join('  ').trimEnd();
  });
  return [...drawing, ...notesOf(scene, waterfall)].join('\n');
}

type Line = { readonly row: Row; readonly steps: number; readonly name: string; readonly lost: boolean };

/** Two cells a step, one in a deep tree; what is deeper than there is room for says how deep it is, or it would look like a sibling. */
function indented(lines: readonly Line[], room: number): readonly string[] {
  const deepest = lines.reduce((most, { steps }) => Math.max(most, steps), 0);
  const unit = deepest * 2 <= room ? 2 : 1;
  return lines.map(({ steps, name }) => {
    const shown = steps * unit <= room ? name : `${steps}› ${name}`;
    return ' '.repeat(Math.min(steps * unit, room)) + shown;
  });
}

/** A parent that never came is a line of its own, and what it began is one step further in. */
function linesOf({ rows }: Waterfall): readonly Line[] {
  const steps: number[] = [];
  return rows.flatMap((row, i) => {
    const outer = row.parent === undefined ? 0 : (steps[row.parent] ?? 0) + 1;
    const lost = row.doubt === 'missing-parent';
    steps[i] = lost ? outer + 1 : outer;
    const parent = row.parent === undefined ? undefined : rows[row.parent];
    const line = { row, steps: lost ? outer + 1 : outer, name: nameOfRow(row, parent), lost: false };
    return lost ? [{ row, steps: outer, name: '(missing parent)', lost }, line] : [line];
  });
}

function nameOfRow(row: Row, parent: Row | undefined): string {
  const service = parent?.span.service === row.span.service && row.operation !== '' ? '' : row.service;
  const name = clean([service, row.operation].filter((part) => part !== '').join(' '));
  const count = row.count > 1 ? ` ×${row.count}` : '';
  return `${name}${count}${row.hidden > 0 ? ` +${row.hidden}` : ''}`;
}

const durationOf = ({ duration }: Row): string => (duration === undefined ? 'open' : spelled(micros(duration)));

/** What else there is to say, most important first. */
function endOf(row: Row): readonly string[] {
  const failed = row.failed ? `failed ${row.errorType === 'error' ? '' : clean(row.errorType)}` : '';
  const waits = row.waits.map(({ name, start, end }) => `${name} ${spelled(micros(end - start))}`);
  const cold = row.cold ? `cold ${spelled(micros(row.cold.end - row.cold.start))}` : '';
  const guess = row.doubt === 'inferred' ? 'parent guessed' : '';
  return [failed.trim(), ...waits, cold, guess, ...sendersSaid(row.moreSenders)].filter((part) => part !== '');
}

/** Half-open cells of a stretch; at least one. */
function cellsOf(start: number, end: number, length: number, cells: number): readonly [number, number] {
  const first = Math.max(0, Math.min(cells - 1, Math.round((start / length) * cells)));
  return [first, Math.max(first + 1, Math.min(cells, Math.round((end / length) * cells)))];
}

function barOf(row: Row, length: number, cells: number): string {
  const line: string[] = Array.from({ length: cells }, () => ' ');
  for (const { start, end } of row.beyond) {
    const [first, last] = cellsOf(start, end, length, cells);
    line.fill('╌', first, last);
  }
  for (const { start, end } of row.waits) {
    const [first, last] = cellsOf(start, end, length, cells);
    line.fill('┄', first, last);
  }
  for (const { start, end } of row.bars) {
    const [first, last] = cellsOf(start, end, length, cells);
    line.fill('─', first, last);
    line[first] = last - first === 1 ? '│' : '├';
    if (last - first > 1) line[last - 1] = '┤';
  }
  if (row.cold) {
    const [first, last] = cellsOf(row.cold.start, row.cold.end, length, cells);
    return [...line.slice(0, first), ...line.slice(first, last).map(chilled), ...line.slice(last)].join('');
  }
  return line.join('');
}

/** A cold start is drawn over the bar, or where there is none; ends stay ends. */
const chilled = (cell: string): string => (cell === '─' || cell === ' ' ? '░' : cell);

function ghost(row: Row, length: number, cells: number): string {
  const line: string[] = Array.from({ length: cells }, () => ' ');
  const [first, last] = cellsOf(row.bars[0]?.start ?? 0, row.bars.at(-1)?.end ?? 0, length, cells);
  line[first] = '┊';
  line[last - 1] = '┊';
  return line.join('');
}

function notesOf(scene: Scene, { rows, folded, spans }: Waterfall): readonly string[] {
  const said = rows.some(({ count, hidden }) => count > 1 || hidden > 0) ? 'folded' : 'share a row';
  const fold = folded > 0 ? [`(${folded.toLocaleString('en-US')} of ${counted(spans, 'span')} ${said})`] : [];
  return [...fold, ...warningsOf(scene.transaction).map((warning) => `! ${warning}`)];
}

/** Full-width letters take two cells of a terminal. https://www.unicode.org/reports/tr11/ */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

const cells = (text: string): number => graphemes(text).reduce((sum, letter) => sum + (WIDE.test(letter) ? 2 : 1), 0);
const widest = (texts: readonly string[]): number => texts.reduce((most, text) => Math.max(most, cells(text)), 0);

/** As many as fit; only the first is ever cut. */
function wholeParts([first = '', ...others]: readonly string[], room: number): string {
  let line = shortened(first, room, cells);
  for (const part of others) {
    const longer = `${line}, ${part}`;
    if (cells(longer) > room) break;
    line = longer;
  }
  return line;
}

/** Cut or filled to exactly so many cells; the indentation stays. */
function padded(name: string, room: number): string {
  const bare = name.trimStart();
  const indent = Math.min(name.length - bare.length, Math.max(0, room - 8));
  const shown = `${' '.repeat(indent)}${shortened(bare, room - indent, cells, 'middle')}`;
  return shown + ' '.repeat(Math.max(0, room - cells(shown)));
}

/** files.getUploadURLExternal refuses a longer one (`alt_txt_too_large`). https://docs.slack.dev/reference/methods/files.getUploadURLExternal */
const ALT_CHARACTERS = 1_000;
/** One hostile name or message must not push out what follows it. */
const PART_CHARACTERS = 160;
const PATH_NAMES = 4;

/** The picture in words for those who cannot see it: at most 1,000 characters, what matters first. */
export function altText(scene: Scene): string {
  const { transaction } = scene;
  const timeline = timelineOf(transaction);
  const times = timesUsual(scene);
  const failure = failureOf(scene, timeline);
  const verb = { failed: 'failed after', slow: 'was slow:', ok: 'took' }[scene.outcome];
  const cause = scene.causes[0];
  const sentences = [
    `${part(transaction.name)} ${verb} ${spelled(transaction.duration)}${times ? ` (${times})` : ''}.`,
    failure && `${part(failure.error.type || failure.error.message)} in ${hopSaid(failure.span)}.`,
    cause && cause.kind !== 'unknown' && `Likely cause: ${part(cause.summary).replace(/\.$/, '')}.`,
    pathSaid(timeline),
    `${counted(transaction.spans.length, 'span')}, ${counted(serviceCount(transaction), 'service')}.`,
    ...warningsOf(transaction).map((warning) => `Beware: ${warning}.`),
  ];
  const text = sentences.filter((sentence) => sentence !== undefined && sentence !== '').join(' ');
  return shortened(text, ALT_CHARACTERS, (some) => some.length);
}

const hopSaid = (span: Span): string => {
  const operation = operationOf(span);
  return operation === span.service ? part(operation) : `${part(operation)} of ${part(span.service)}`;
};

const part = (text: string): string => shortened(clean(text), PART_CHARACTERS, (some) => some.length);

/** `Critical path: POST wms.internal/reserve 43 %, queue wait 30 %.` */
function pathSaid(timeline: Timeline): string {
  // Whatever row they are drawn in.
  const pieces = piecesOf(timeline, new Map());
  const shares = [...totalsOf(pieces, said)].sort(([, a], [, b]) => b - a).slice(0, PATH_NAMES);
  const told = shares
    .filter(([, time]) => time / timeline.length >= 0.01)
    .map(([name, time]) => `${name} ${Math.round((time / timeline.length) * 100)} %`);
  return told.length === 0 ? '' : `Critical path: ${told.join(', ')}.`;
}

const said = (piece: PathPiece): string => {
  const name = part(pieceName(piece));
  return piece.what === 'cold' ? `${name} of ${part(piece.knot.span.service)}` : name;
};
