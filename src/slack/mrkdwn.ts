/**
 * Text that Slack will read as mrkdwn. Whatever comes from telemetry or from a person goes through `prose` or `code` first:
 * it can then neither mention, broadcast, link, nor break out of a code span.
 * https://docs.slack.dev/messaging/formatting-message-text
 */

/** C0, DEL, C1 and the Unicode line separators: white space to us. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: removing control characters is the purpose.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\s]+/gu;
/** Bidi marks, embeddings and isolates (Trojan Source), zero-width characters, soft hyphen, byte order mark, lone surrogates. */
const INVISIBLE = /[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|\p{Cs}/gu;

/** Characters that, at the edge of a word, belong to the sentence and not to the word. */
const WORD = /^(["'([{]*)(.*?)(["')\]},.;:!?…]*)$/u;
/** What Slack would format, mention, auto-link or turn into an emoji if the word stood bare: `*b*`, `@here`, `#ops`, `:fire:`, `a.io`, `x@y`. */
const SPECIAL = /[<>`*_~@#|\\]|:\/\/|:[\w+-]*[a-z][\w+-]*:|[\p{L}\p{N}-]\.[\p{L}\p{N}]*\p{L}|(?:mailto|tel):/iu;

/** One line, nothing invisible, nothing that turns the reading direction. */
export function oneLine(text: string): string {
  return text.replace(INVISIBLE, '').replace(CONTROL, ' ').trim();
}

/** The three characters that Slack's parser gives a meaning. https://docs.slack.dev/messaging/formatting-message-text#escaping */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A code span of at most `max` characters, escapes and quotes counted. A backtick would end it: it becomes an apostrophe. Empty: `–`. */
export function code(text: string, max = 200): string {
  const inside = capped(oneLine(text).replaceAll('`', "'"), max - 2, escaped);
  return inside === '' ? '–' : `\`${inside}\``;
}

/**
 * A sentence of at most `max` characters as sent. Words that Slack would read as anything but letters become code spans, which is also
 * how identifiers look best: `orders_table`, `ledger.internal`, `<!channel>`.
 */
export function prose(text: string, max = 1_000): string {
  return capped(oneLine(text), max, (kept) => kept.split(' ').map(word).join(' '));
}

function word(text: string): string {
  if (!SPECIAL.test(text)) return escaped(text);
  const [, before = '', middle = text, after = ''] = WORD.exec(text) ?? [];
  if (middle === '' || SPECIAL.test(before + after)) return code(text, Number.POSITIVE_INFINITY);
  return `${escaped(before)}${code(middle, Number.POSITIVE_INFINITY)}${escaped(after)}`;
}

/** A code block of at most `max` characters, whole lines; `…` in the last one says that some fell off. */
export function codeBlock(text: string, max: number): string {
  const lines = text
    .replaceAll('`', "'")
    .split('\n')
    .map((line) =>
      escaped(
        line
          .replace(INVISIBLE, '')
          .replace(CONTROL, (space) => (/^ +$/.test(space) ? space : ' '))
          .trimEnd(),
      ),
    );
  const kept: string[] = [];
  let room = max - '```\n\n```'.length - '\n…'.length;
  for (const line of lines) {
    room -= line.length + 1;
    if (room < 0) break;
    kept.push(line);
  }
  return `\`\`\`\n${[...kept, ...(kept.length < lines.length ? ['…'] : [])].join('\n')}\n\`\`\``;
}

/** For top-level `text` and plain_text: no markup at all, `&`, `<` and `>` escaped where mrkdwn is read. */
export const plain = (text: string, max: number): string => capped(oneLine(text), max, (kept) => kept);
export const plainEscaped = (text: string, max: number): string => capped(oneLine(text), max, escaped);

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * The longest beginning of `text`, whole graphemes only, whose written form fits; `…` says that something fell off.
 * Limits are counted in UTF-16 units of the written form: Slack does not say what it counts, and no count is larger.
 */
export function capped(text: string, max: number, written: (kept: string) => string): string {
  // No written form is shorter than its text: what lies beyond `max` can never fit, and segmenting a megabyte is not free.
  const head = text.slice(0, Math.min(text.length, max));
  const whole = written(head);
  if (head.length === text.length && whole.length <= max) return whole;
  const ends = [0, ...[...graphemes.segment(head)].map((part) => part.index + part.segment.length)];
  return longest(ends, (end) => `${written(head.slice(0, end).trimEnd())}…`, max);
}

/** Written length grows with what is kept, so the longest that fits is found by halving. */
function longest(ends: readonly number[], shortened: (end: number) => string, max: number): string {
  let low = 0;
  let high = ends.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (shortened(ends[middle] ?? 0).length <= max) low = middle;
    else high = middle - 1;
  }
  return shortened(ends[low] ?? 0);
}

/** https://docs.slack.dev/reference/objects/user-object: `U…`, `W…` in an enterprise grid. */
const USER = /^[UW][A-Z0-9]{2,30}$/;

/** A person, named without being looked up. What is no user id is text. */
export const mention = (user: string): string => (USER.test(user) ? `<@${user}>` : prose(user, 80));
