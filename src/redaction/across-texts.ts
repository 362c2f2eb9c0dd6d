import { apart, type Finder, type Finding, marked } from './finding.ts';

/** How much of two neighbours is looked at together: longer than any token but a private key, which has a rule of its own. */
const REACH_CHARACTERS = 512;

/**
 * Of texts that were written one after the other those from which something must be taken that only shows in several of them together:
 * a token broken in two, or a private key printed line by line. By index; what shows in one text alone is left for later.
 */
export function acrossTexts(texts: readonly string[], find: Finder): ReadonlyMap<number, string> {
  const findings = texts.map((): Finding[] => []);
  for (const { n, ...finding } of [...brokenTokens(texts, find), ...privateKeyLines(texts)]) findings[n]?.push(finding);
  const changed = findings.flatMap((found, n): [number, string][] =>
    found.length === 0 ? [] : [[n, marked(texts[n] ?? '', apart(found))]],
  );
  return new Map(changed);
}

type Placed = Finding & { readonly n: number };

function brokenTokens(texts: readonly string[], find: Finder): readonly Placed[] {
  const found: Placed[] = [];
  for (let n = 1; n < texts.length; n += 1) {
    const [before = '', after = ''] = [texts[n - 1], texts[n]];
    // A token goes on only where one line ends in a letter of it and the next begins with one.
    if (!/[\w+/=-]$/.test(before) || !/^[\w+/=.-]{4}/.test(after)) continue;
    const tail = before.slice(-REACH_CHARACTERS);
    const head = after.slice(0, REACH_CHARACTERS);
    if (isWhole(tail, head, find)) continue;
    const offset = before.length - tail.length;
    for (const { start, end, kind } of find(tail + head)) {
      if (start >= tail.length || end <= tail.length) continue;
      found.push({ n: n - 1, start: offset + start, end: before.length, kind }, { n, start: 0, end: end - tail.length, kind });
    }
  }
  return found;
}

/** One of the two is something of its own at the break: together they would only seem to be one thing. */
const isWhole = (tail: string, head: string, find: Finder): boolean =>
  find(tail).some(({ end }) => end === tail.length) || find(head).some(({ start }) => start === 0);

const BEGINS = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY/;
const ENDS = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z -]{0,20}/;
/** A line of base64, or of the headers that some keys have (RFC 1421). */
const KEY_LINE = /^(?:[A-Za-z0-9+/=]{1,80}|[A-Za-z-]{2,20}: .{0,80})?$/;

function privateKeyLines(texts: readonly string[]): readonly Placed[] {
  const found: Placed[] = [];
  let inside: boolean = false;
  for (const [n, text] of texts.entries()) {
    const last: RegExpExecArray | null = ENDS.exec(text);
    const belongs: boolean = inside && (last !== null || KEY_LINE.test(text.trim()));
    if (belongs) found.push({ n, start: 0, end: last ? last.index + last[0].length : text.length, kind: 'private-key' });
    inside = last === null && (belongs || BEGINS.test(text));
  }
  return found;
}
