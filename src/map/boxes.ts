import { fitInto, legible, width } from '../waterfall/font-metrics.ts';
import { graphemes } from '../waterfall/text.ts';
import type { Size } from './arrange.ts';
import type { Folded, ShownPlace } from './fold.ts';
import { type Edge, type MapScene, share } from './service-map.ts';
import { edgeLabel, shortLabel } from './words.ts';

export const NAME_SIZE = 12;
export const LABEL_SIZE = 10.5;
export const CHIP_SIZE = 8.5;
export const INSET = 6.5;
const LINE = 14.5;
/** Of one caller's line, and so between two arrow heads. */
const PITCH = 14;
const HEAD = 6;
/** More callers than these share the last line. */
const MOST_ROWS = 4;

/** What a box says: its name, and a line for each place that calls it. */
export type BoxText = Size & {
  readonly place: ShownPlace;
  readonly chipWidth: number;
  readonly name: readonly string[];
  readonly rows: readonly BoxRow[];
  /** How many places around it are not drawn. */
  readonly more: string;
};

type BoxRow = {
  /** That end here; empty where callers are not drawn. */
  readonly edges: readonly Edge[];
  readonly text: string;
  readonly failing: boolean;
};

export type BoxRoom = { readonly boxWidth: number; readonly window: MapScene['window'] };

export function boxText(place: ShownPlace, { edges }: Folded, { boxWidth, window }: BoxRoom): BoxText {
  const chipWidth = Math.max(15, width(place.chip, CHIP_SIZE, 700) + 7);
  const room = boxWidth - 2 * INSET;
  const name = wrapped(legible(place.name), room - chipWidth - 5, room);
  const rows = rowsOf(
    edges.filter(({ to }) => to === place.id),
    { boxWidth, window },
  );
  const more =
    place.hidden === 0 ? '' : fitInto(`+${place.hidden.toLocaleString('en-US')} not drawn`, { room, size: LABEL_SIZE });
  const lines = rows.length + (more === '' ? 0 : 1);
  return { place, chipWidth, name, rows, more, width: boxWidth, height: HEAD + name.length * LINE + lines * PITCH + 5 };
}

/** Baseline of the name's n-th line, from the top of the box. */
export const nameBase = (line: number): number => HEAD + line * LINE + 10.5;
/** Middle of a caller's line. */
export const rowMiddle = ({ name }: BoxText, row: number): number => HEAD + name.length * LINE + (row + 0.5) * PITCH + 0.5;

/** Where a caller's arrow points: at its own line, or at the middle of a box that has but one. */
export const arrivalAt = (box: BoxText, edge: Edge): number => {
  const row = box.rows.findIndex(({ edges }) => edges.includes(edge));
  return box.rows.length > 1 ? rowMiddle(box, Math.max(0, row)) : box.height / 2;
};

/** The same from above: how far from the middle, in the order of the lines. */
export function portAt({ rows, width: wide }: BoxText, edge: Edge): number {
  const row = rows.findIndex(({ edges }) => edges.includes(edge));
  return wide * ((Math.max(0, row) + 1) / (rows.length + 1) - 0.5);
}

/** The callers' lines in the order in which their edges arrive, so that these do not cross; what enters from outside comes first. */
export function ordered(box: BoxText, heightOf: (edge: Edge) => number): BoxText {
  const height = ({ edges }: BoxRow): number => Math.min(...edges.map(heightOf));
  return { ...box, rows: box.rows.toSorted((a, b) => compared(height(a), height(b))) };
}

/** Both may be infinite. */
const compared = (a: number, b: number): number => (a === b ? 0 : a - b);

/** Failing first, then busiest: those keep a line of their own. */
function rowsOf(incoming: readonly Edge[], { boxWidth, window }: BoxRoom): readonly BoxRow[] {
  const byWeight = incoming.toSorted((a, b) => b.origins - a.origins || b.errors - a.errors || b.calls - a.calls);
  const own = byWeight.length <= MOST_ROWS ? byWeight : byWeight.slice(0, MOST_ROWS - 1);
  const rest = byWeight.slice(own.length);
  const fitting = (...texts: readonly string[]): string => {
    const room = boxWidth - 2 * INSET;
    return texts.find((text) => width(text, LABEL_SIZE) <= room) ?? fitInto(texts.at(-1) ?? '', { room, size: LABEL_SIZE });
  };
  const rows = own.map((edge) => {
    const by = edge.from === undefined ? 'entry ' : edge.from === edge.to ? 'itself ' : '';
    return {
      edges: [edge],
      text: fitting(`${by}${edgeLabel(edge, window)}`, `${by}${shortLabel(edge, window)}`),
      failing: isRed(edge),
    };
  });
  const [first] = rest;
  if (!first) return rows;
  const sum = (field: 'calls' | 'errors'): number => rest.reduce((total, edge) => total + edge[field], 0);
  const all = { ...first, calls: sum('calls'), errors: sum('errors') };
  return [...rows, { edges: rest, text: fitting(`${rest.length} more: ${shortLabel(all, window)}`), failing: isRed(all) }];
}

/** An edge that fails this often is drawn in red; less is noise to the eye and still a number in the box. */
const RED_SHARE = 0.05;

export const isRed = (edge: Edge): boolean => share(edge) >= RED_SHARE;

/** On one line, or on two, broken where the name has a joint; no name is longer in the picture. */
function wrapped(name: string, first: number, second: number): readonly string[] {
  const measured = (text: string): number => width(text, NAME_SIZE, 600);
  if (measured(name) <= first) return [name];
  const letters = graphemes(name);
  const fits = lettersIn(letters, first, measured);
  const cut = jointBefore(letters, fits) ?? fits;
  const rest = letters.slice(cut).join('').trimStart();
  const head = letters.slice(0, cut).join('').trimEnd();
  return [head, fitInto(rest, { room: second, size: NAME_SIZE, weight: 600, ellipsis: 'middle' })];
}

function lettersIn(letters: readonly string[], room: number, measured: (text: string) => number): number {
  let left = room;
  let count = 0;
  for (const letter of letters) {
    left -= measured(letter);
    if (left < 0) break;
    count += 1;
  }
  return Math.max(1, count);
}

/** Behind the last `-` or such that is not too far back, or before the `M` of `sendMessage`. */
function jointBefore(letters: readonly string[], end: number): number | undefined {
  for (let at = end; at > end * 0.4; at--) {
    const [before = '', after = ''] = [letters[at - 1], letters[at]];
    if (/[-_./: ]/.test(before) || /\p{Ll}\p{Lu}/u.test(before + after)) return at;
  }
  return undefined;
}
