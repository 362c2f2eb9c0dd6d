/** Longer names are cut before anything else looks at them; nothing drawn has room for more. */
const NAME_CODE_UNITS = 400;

/** Combining marks on one letter; more is a name made to spill over its neighbours. */
const MARKS = /(\p{M}{2})\p{M}+/gu;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const ANSI = /\u001b\[[0-9;?]*[A-Za-z]/g;

/** Cc controls, line and paragraph separators: white space at best. */
const SPACE = /[\p{Cc}\p{Z}]+/gu;

/**
 * Cf: bidi overrides, zero-width characters, soft hyphens, tags: they change how a name reads without being seen
 * (`exe.png` for `gnp.exe`). With them the variation selectors, which no subset of ours honours.
 */
const INVISIBLE = /\p{Cf}|\p{Variation_Selector}/gu;

/** Not allowed in XML, or in any well-formed text: `\p{Cs}` under the `u` flag matches lone surrogates only. */
const BROKEN = /\p{Cs}|\p{Noncharacter_Code_Point}/gu;

/** What stands for a name that is empty, or has nothing visible in it. */
export const UNNAMED = '(unnamed)';

/** One line of visible, well-formed text in NFC, whatever came in. */
export function clean(text: string): string {
  const line = text
    .slice(0, NAME_CODE_UNITS)
    .replace(ANSI, '')
    .replace(BROKEN, '\ufffd')
    .replace(INVISIBLE, '')
    .replace(SPACE, ' ')
    .normalize('NFC')
    .replace(MARKS, '$1')
    .trim();
  return line === '' ? UNNAMED : line;
}

// The locale changes nothing in grapheme segmentation; it is fixed so that no machine can disagree.
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** What a reader takes for one character: never half of a surrogate pair, never a letter without its accent. */
export const graphemes = (text: string): readonly string[] => Array.from(segmenter.segment(text), ({ segment }) => segment);

export type Ellipsis = 'end' | 'middle';

/** The text, or as much of it as `room` holds with an ellipsis; '' when not even that fits. `measure` must be additive. */
export function shortened(text: string, room: number, measure: (text: string) => number, ellipsis: Ellipsis = 'end'): string {
  if (measure(text) <= room) return text;
  const left = room - measure('…');
  if (left < 0) return '';
  const letters = graphemes(text);
  const [head, tail] = ellipsis === 'end' ? [endCut(letters, left, measure), 0] : middleCut(letters, left, measure);
  const before = letters.slice(0, head).join('').trimEnd();
  const after = letters
    .slice(letters.length - tail)
    .join('')
    .trimStart();
  return `${before}…${after}`;
}

/** How many letters from the front fit. */
function endCut(letters: readonly string[], room: number, measure: (text: string) => number): number {
  let left = room;
  let count = 0;
  for (const letter of letters) {
    left -= measure(letter);
    if (left < 0) break;
    count += 1;
  }
  return count;
}

/** How many letters from the front and from the back fit; the front gets the first two, then they take turns. */
function middleCut(letters: readonly string[], room: number, measure: (text: string) => number): readonly [number, number] {
  let left = room;
  let head = 0;
  let tail = 0;
  while (head + tail < letters.length) {
    const front = head <= tail + 1;
    const letter = (front ? letters[head] : letters[letters.length - 1 - tail]) ?? '';
    left -= measure(letter);
    if (left < 0) break;
    if (front) head += 1;
    else tail += 1;
  }
  return [head, tail];
}
