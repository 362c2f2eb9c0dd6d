import { readFileSync } from 'node:fs';
import { type Face, type Ink, parseFace } from './font-sfnt.ts';
import { clean, type Ellipsis, shortened } from './text.ts';

/** The weights that the subsets hold. */
export type Weight = 400 | 600 | 700;

/** Beside this file in the sources and in the build alike. */
const file = (name: string): URL => new URL(`./fonts/${name}`, import.meta.url);

const LATIN_FILES: Readonly<Record<Weight, URL>> = {
  400: file('NotoSans-Regular.ttf'),
  600: file('NotoSans-SemiBold.ttf'),
  700: file('NotoSans-Bold.ttf'),
};
const JAPANESE_FILE = file('NotoSansJP-Medium.ttf');

/** By names that no machine has: a Noto Sans that is installed somewhere is not the same to the pixel. */
export const FONTS: readonly { readonly family: string; readonly files: readonly URL[] }[] = [
  { family: 'Tracefall Sans', files: Object.values(LATIN_FILES) },
  { family: 'Tracefall Sans JP', files: [JAPANESE_FILE] },
];

/** The second steps in where the first has no glyph. */
export const FONT_FAMILIES = FONTS.map(({ family }) => family).join(', ');

const once = (url: URL): (() => Face) => {
  let face: Face | undefined;
  return () => {
    face ??= parseFace(readFileSync(url));
    return face;
  };
};

const FACES: Readonly<Record<Weight, () => Face>> = {
  400: once(LATIN_FILES[400]),
  600: once(LATIN_FILES[600]),
  700: once(LATIN_FILES[700]),
};
const JAPANESE = once(JAPANESE_FILE);

/** Below it Noto Sans has every letter that Noto Sans JP has. */
const FIRST_BEYOND_LATIN = 0x300;

/** The face that draws the code point; undefined where none of ours can. */
function faceOf(codePoint: number, weight: Weight): Face | undefined {
  const latin = FACES[weight]();
  if (latin.glyph(codePoint) !== 0) return latin;
  if (codePoint < FIRST_BEYOND_LATIN) return undefined;
  return JAPANESE().glyph(codePoint) === 0 ? undefined : JAPANESE();
}

/** In ems, by weight and code point; as many entries as our fonts have glyphs. */
const advances: Readonly<Record<Weight, Map<number, number>>> = { 400: new Map(), 600: new Map(), 700: new Map() };

function advance(codePoint: number, weight: Weight): number {
  const known = advances[weight].get(codePoint);
  if (known !== undefined) return known;
  const face = faceOf(codePoint, weight);
  if (face === undefined) return advance(MISSING_CODE_POINT, weight);
  const ems = face.advance(face.glyph(codePoint)) / face.unitsPerEm;
  advances[weight].set(codePoint, ems);
  return ems;
}

/**
 * In the unit of `size`, from the fonts' own advances. Kerning draws some pairs a little closer. Vega's guess without a canvas,
 * 0.8 em a letter, is 50 % too wide.
 */
export function width(text: string, size: number, weight: Weight = 400): number {
  let ems = 0;
  for (const letter of text) ems += advance(letter.codePointAt(0) ?? 0, weight);
  return ems * size;
}

/** The ink of one letter, in the unit of `size`, the y axis upward from the base line. */
export function inkOf(letter: string, size: number, weight: Weight): Ink | undefined {
  const codePoint = letter.codePointAt(0) ?? 0;
  const face = faceOf(codePoint, weight);
  const ink = face?.ink(face.glyph(codePoint));
  if (face === undefined || ink === undefined) return undefined;
  const scale = size / face.unitsPerEm;
  return { xMin: ink.xMin * scale, yMin: ink.yMin * scale, xMax: ink.xMax * scale, yMax: ink.yMax * scale };
}

const MISSING = '□';
const MISSING_CODE_POINT = 0x25a1;

const MISSING_WORDS = /□(?: □)+/g;

/**
 * Cleaned, and all words in a row that our fonts lack are one □: tofu of unknown width would spoil the layout, and how many letters or
 * words there were helps nobody who cannot read them.
 */
export function legible(text: string): string {
  let result = '';
  let missing = false;
  for (const letter of clean(text)) {
    const known = faceOf(letter.codePointAt(0) ?? 0, 400) !== undefined;
    if (known) result += letter;
    else if (!missing) result += MISSING;
    missing = !known;
  }
  return result.replace(MISSING_WORDS, MISSING);
}

/** What is drawn of a text in a room so wide. */
export type Fit = { readonly room: number; readonly size: number; readonly weight?: Weight; readonly ellipsis?: Ellipsis };

export function fitInto(text: string, { room, size, weight = 400, ellipsis = 'end' }: Fit): string {
  return shortened(text, room, (part) => width(part, size, weight), ellipsis);
}
