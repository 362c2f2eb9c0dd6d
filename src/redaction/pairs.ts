import { type Finding, isMark } from './finding.ts';
import { isReference, mayBeSecret, type SecretName } from './secret-names.ts';

export type NameReader = (name: string) => SecretName | undefined;

/** No name that matters is longer; what stands further back is not looked at. */
const NAME_CHARACTERS = 64;
const NAME = /[\w.-]/;
/** Longer ones are cut off by the limits of what is kept anyway. */
const VALUE_CHARACTERS = 4_096;
const SEPARATOR = /[=:]/g;
/** JSON within JSON within JSON within JSON within JSON has 31 backslashes before a quote. */
const ESCAPES = 40;

type Span = { readonly start: number; readonly end: number };

/** `password=…`, `"apiKey": "…"`, `\"token\":\"…\"` in JSON within JSON, `Authorization: Bearer …`, `--password …`. */
export function pairs(text: string, nameReader: NameReader): readonly Finding[] {
  const found: Finding[] = [];
  SEPARATOR.lastIndex = 0;
  for (let hit = SEPARATOR.exec(text); hit; hit = SEPARATOR.exec(text)) {
    const name = nameBefore(text, hit.index);
    const known = name === '' || isPath(text, hit.index, name) ? undefined : nameReader(name);
    const value = known && valueAfter(text, hit.index, known);
    if (!known || !value || isHarmless(text.slice(value.start, value.end), known)) continue;
    found.push({ ...value, kind: known.kind });
    SEPARATOR.lastIndex = value.end;
  }
  return [...found, ...schemes(text), ...flags(text, nameReader)];
}

/** Of a header the first word decides: `Authorization: missing (401)`. */
const isHarmless = (value: string, known: SecretName): boolean =>
  isMark(value) || !mayBeSecret(value, known) || !mayBeSecret(value.slice(0, VALUE_CHARACTERS).split(' ', 1)[0] ?? '', known);

/** `arn:aws:secretsmanager:…:secret:name` names parts of a path, not values. */
const isPath = (text: string, separator: number, name: string): boolean =>
  text[separator] === ':' && text[separator - name.length - 1] === ':' && /\S/.test(text.charAt(separator + 1));

/** The word that ends at the separator, quotes and blanks between them left out. */
function nameBefore(text: string, separator: number): string {
  let end = separator;
  while (end > 0 && separator - end < ESCAPES && /["'\\ \]]/.test(text.charAt(end - 1))) end -= 1;
  let start = end;
  while (start > 0 && end - start < NAME_CHARACTERS && NAME.test(text.charAt(start - 1))) start -= 1;
  return text.slice(start, end);
}

/** Blanks and line breaks, real or written as in JSON. */
const AFTER_SEPARATOR = /[=:]>?(?:\s|\\{1,8}[rnt]){0,12}(\\{0,31}["'])?/y;
const BARE = /[^\s"'`,;&<>(){}|\\]{1,4096}/y;
const SCHEME = /(?:basic|bearer|digest|token|apikey|negotiate|aws4-hmac-sha256)\s{1,4}/iy;
const REST_OF_LINE = /[^\r\n"']{1,4096}/y;

function valueAfter(text: string, separator: number, { kind, certain }: SecretName): Span | undefined {
  AFTER_SEPARATOR.lastIndex = separator;
  const [, quote] = AFTER_SEPARATOR.exec(text) ?? [];
  const start = AFTER_SEPARATOR.lastIndex;
  if (isReference(text.slice(start, start + NAME_CHARACTERS))) return undefined;
  if (quote !== undefined) return { start, end: closing(text, start, quote) };
  const isHeader = kind === 'authorization' || /cookie/i.test(nameBefore(text, separator));
  if (isHeader && text[separator] === ':') return matched(REST_OF_LINE, text, start);
  const bare = matched(BARE, text, matched(SCHEME, text, start)?.end ?? start);
  if (!bare || text[separator] === '=') return bare;
  return isSaid(text, bare, certain) ? bare : undefined;
}

/** `password: hunter2` says one, `password: must not be empty` tells of one. */
function isSaid(text: string, { start, end }: Span, certain: boolean): boolean {
  if (/[\d!@#$%^*+/~]/.test(text.slice(start, end).replace(/[.!?]$/, ''))) return true;
  return certain && /^\s*(?:$|[\r\n,;}\])&])/.test(text.slice(end, end + 4));
}

function matched(pattern: RegExp, text: string, from: number): Span | undefined {
  pattern.lastIndex = from;
  return pattern.test(text) ? { start: from, end: pattern.lastIndex } : undefined;
}

/** Where the value ends that this quote opened: at the next like it that is not escaped more than it was itself. */
function closing(text: string, start: number, opened: string): number {
  const quote = opened.at(-1) ?? '"';
  const most = Math.min(text.length, start + VALUE_CHARACTERS);
  let escapes = 0;
  for (let at = start; at < most; at += 1) {
    const letter = text[at];
    if (letter === quote && (escapes === opened.length - 1 || (opened.length === 1 && escapes % 2 === 0))) return at - escapes;
    escapes = letter === '\\' ? escapes + 1 : 0;
  }
  return most;
}

const CREDENTIALS = /\b(?:bearer|basic)\s{1,4}(?=[\w.~+/-]{16})/gi;
const CREDENTIAL = /[\w.~+/=-]{16,}/y;

/** `Bearer …` and `Basic …` wherever they stand. */
function schemes(text: string): readonly Finding[] {
  const found: Finding[] = [];
  for (const { 0: scheme, index } of text.matchAll(CREDENTIALS)) {
    const value = matched(CREDENTIAL, text, index + scheme.length);
    if (value && /\d/.test(text.slice(value.start, value.end))) found.push({ ...value, kind: 'authorization' });
  }
  return found;
}

const FLAG = /(?<![\w-])--?([a-z][a-z-]{2,40})[ \t]{1,4}(?=[^\s-])/gi;

/** As on a command line: `--password hunter2`. */
function flags(text: string, nameReader: NameReader): readonly Finding[] {
  if (!text.includes('-')) return [];
  const found: Finding[] = [];
  for (const { 0: flag, 1: name = '', index } of text.matchAll(FLAG)) {
    const known = nameReader(name);
    const value = known?.certain ? matched(BARE, text, index + flag.length) : undefined;
    if (known && value && !isHarmless(text.slice(value.start, value.end), known)) found.push({ ...value, kind: known.kind });
  }
  return found;
}
