/** A text as somebody else would read it, and where in the original a place in it is. */
export type View = { readonly text: string; readonly at: (index: number) => number };

/** A view is pieces of the original, one after the other, `said` in its own words where it is an escape. */
type Piece = { readonly start: number; readonly said: string };

function viewOf(pieces: readonly Piece[]): View {
  const begins: number[] = [];
  let length = 0;
  for (const { said } of pieces) {
    begins.push(length);
    length += said.length;
  }
  return {
    text: pieces.map(({ said }) => said).join(''),
    at: (index) => {
      const n = Math.max(
        0,
        begins.findLastIndex((begin) => begin <= index),
      );
      return (pieces[n]?.start ?? 0) + index - (begins[n] ?? 0);
    },
  };
}

/** What an escape may stand for is one character of the view; everything else stands for itself. */
function unescaped(text: string, shape: RegExp, meaning: (match: RegExpExecArray) => string): View | undefined {
  const pieces: Piece[] = [];
  let at = 0;
  shape.lastIndex = 0;
  for (let match = shape.exec(text); match; match = shape.exec(text)) {
    if (match.index > at) pieces.push({ start: at, said: text.slice(at, match.index) });
    pieces.push({ start: match.index, said: meaning(match) });
    at = shape.lastIndex;
  }
  return at === 0 ? undefined : viewOf([...pieces, { start: at, said: text.slice(at) }]);
}

const fromHex = (match: RegExpExecArray): string => String.fromCharCode(Number.parseInt(match[1] ?? match[2] ?? '20', 16));
const PERCENT = /%([0-9a-f]{2})/gi;
/** With more backslashes for each JSON text that it was put into. */
const UNICODE = /\\{1,8}u([0-9a-f]{4})|\\{1,8}x([0-9a-f]{2})/gi;
const ENTITY = /&#(?:x([0-9a-f]{2,4})|(\d{2,5}));/gi;
/** A line break and the indent after it, real or written as in JSON. */
const BREAK = /(?:\r?\n|\\{1,4}r\\{1,4}n|\\{1,4}n)[ \t]*/g;

const fromEntity = (match: RegExpExecArray): string =>
  match[1] === undefined ? String.fromCharCode(Number(match[2])) : fromHex(match);

/** URL-encoded (RFC 3986), in JSON's and JavaScript's escapes, in HTML's. Only those in which the text differs. */
export function decodedViews(text: string): readonly View[] {
  return [
    text.includes('%') ? unescaped(text, PERCENT, fromHex) : undefined,
    text.includes('\\') ? unescaped(text, UNICODE, fromHex) : undefined,
    text.includes('&#') ? unescaped(text, ENTITY, fromEntity) : undefined,
  ].filter((view) => view !== undefined);
}

/** How far a word is followed from a line break, and how far a number whose groups have blanks between them. */
const WORD_CHARACTERS = 512;
const GROUPS_CHARACTERS = 24;
const WORD_END = /[\w+/=%.-]$/;
const WORD_BEGIN = /^[\w+/=%-]/;

/**
 * The words on both sides of each line break as if they were one, and lines of one word each all together, as base64 is broken.
 * Each stands in a line of its own, so that nothing else joins it.
 */
export function joinedView(text: string): View | undefined {
  if (!text.includes('\n') && !text.includes('\\n')) return undefined;
  const lines = linesOf(text);
  const pieces = [...pairsOf(lines), ...columnsOf(lines)];
  return pieces.length === 0 ? undefined : viewOf(pieces);
}

function pairsOf(lines: readonly Piece[]): readonly Piece[] {
  return lines.flatMap((line, n) => {
    const next = lines[n + 1];
    if (!goesOn(line, next)) return [];
    const word = firstWord(next);
    return [lastWord(line), word, newLine(word)];
  });
}

function columnsOf(lines: readonly Piece[]): readonly Piece[] {
  const pieces: Piece[] = [];
  let column: Piece[] = [];
  for (const [n, line] of lines.entries()) {
    column = /\s/.test(line.said) ? [] : [...column, line];
    if (goesOn(line, lines[n + 1])) continue;
    if (column.length > 2) pieces.push(...column, newLine(line));
    column = [];
  }
  return pieces;
}

const newLine = (after: Piece): Piece => ({ start: after.start + after.said.length, said: '\n' });

/** A word may be broken between the two. */
const goesOn = (line: Piece, next: Piece | undefined): next is Piece =>
  next !== undefined && WORD_END.test(line.said) && WORD_BEGIN.test(next.said);

function linesOf(text: string): readonly Piece[] {
  const lines: Piece[] = [];
  let start = 0;
  for (const { 0: gap, index } of text.matchAll(BREAK)) {
    lines.push({ start, said: text.slice(start, index) });
    start = index + gap.length;
  }
  return [...lines, { start, said: text.slice(start) }];
}

function lastWord({ start, said }: Piece): Piece {
  const near = Math.max(0, said.length - GROUPS_CHARACTERS);
  const from = Math.max(said.lastIndexOf(' ', near) + 1, said.length - WORD_CHARACTERS);
  return { start: start + from, said: said.slice(from) };
}

function firstWord({ start, said }: Piece): Piece {
  const blank = said.indexOf(' ', GROUPS_CHARACTERS);
  return { start, said: said.slice(0, Math.min(blank < 0 ? said.length : blank, WORD_CHARACTERS)) };
}

/** A word that may be the encoding of a text, and that text. */
export type Packed = { readonly start: number; readonly end: number; readonly text: string };

/** `AKIA` and its sixteen letters are 27 in base64; a short password with its name is not much less. */
const WORD = /[A-Za-z0-9+/_-]{20,}={0,2}/g;
const HEX = /^(?:[0-9a-f]{2}){12,}$|^(?:[0-9A-F]{2}){12,}$/;
const PRINTABLE = /^[\t\n\r -~]+$/;
/** Letters beyond ASCII as bytes of UTF-8. */
const MOSTLY_PRINTABLE = /^[\t\n\r -~\u0080-\u00ff]+$/;
const TRIED_CHARACTERS = 8;

/** Words that are base64 (either alphabet) or hex of printable text. */
export function packed(text: string): readonly Packed[] {
  const found: Packed[] = [];
  for (const { 0: word, index } of text.matchAll(WORD)) {
    // Text in base64 has capitals; long names seldom do.
    if (!/[A-Z]/.test(word) && !HEX.test(word)) continue;
    const inside = HEX.test(word) ? decoded(word, 'hex') : decoded(word, 'base64');
    if (inside !== undefined) found.push({ start: index, end: index + word.length, text: inside });
  }
  return found;
}

/** Node reads both alphabets as base64. A few characters tell most words apart from encodings. */
function decoded(word: string, encoding: 'hex' | 'base64'): string | undefined {
  const read = (part: string): string => Buffer.from(part, encoding).toString('latin1');
  if (!PRINTABLE.test(read(word.slice(0, TRIED_CHARACTERS)))) return undefined;
  // A byte or two at the end may be half of what was cut off.
  const whole = read(word).replace(/[^\t\n\r -~]{1,2}$/, '');
  return MOSTLY_PRINTABLE.test(whole) ? whole : undefined;
}
