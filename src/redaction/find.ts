import { basicAuth, emails, privateKeys } from './addresses.ts';
import { apart, type Finder, type Finding } from './finding.ts';
import { cards, ibans } from './numbers.ts';
import { type NameReader, pairs } from './pairs.ts';
import type { RedactionRules } from './rules.ts';
import { secretName } from './secret-names.ts';
import { cutWords, tokens } from './tokens.ts';
import { decodedViews, joinedView, packed, type View } from './views.ts';

/** Encodings within encodings are opened this often: base64 of a URL-encoded JSON text, say. */
const LAYERS = 3;
/** `pin=1` is five; nothing shorter is taken out but what is denied, and that has four. */
const LEAST_CHARACTERS = 4;

const HAS_DIGITS = /\d[\d -]{5}/;
const NAMES_A_SECRET = /pass|pwd|secret|token|key|auth|cookie|credential|sig|otp|pin|connection|bearer|basic/i;

/** Reads names as the rules say, else as `secretName` does. */
export function nameReader({ secretNames, harmlessNames }: RedactionRules): NameReader {
  if (secretNames.length + harmlessNames.length === 0) return secretName;
  const secret = new Set(secretNames.map((name) => name.toLowerCase()));
  const harmless = new Set(harmlessNames.map((name) => name.toLowerCase()));
  return (name) => {
    const lower = name.toLowerCase();
    if (harmless.has(lower)) return undefined;
    return secret.has(lower) ? { kind: 'denied', certain: true } : secretName(name);
  };
}

/** Finds what must not be kept, by these rules: as it stands, in its encodings, and across line breaks. */
export function finder(rules: RedactionRules): Finder {
  const names = nameReader(rules);
  const denied = rules.deny.map((text) => text.toLowerCase());
  const choose = chooser(rules);
  const alone: Finder = (text) => choose(text, [...shaped(text), ...deniedIn(text, denied)]);
  const named: Finder = (text) =>
    rules.secretNames.length > 0 || NAMES_A_SECRET.test(text) ? choose(text, pairs(text, names)) : [];
  const find = (text: string, layers: number): readonly Finding[] => {
    const lines = joinedView(text);
    return [
      ...alone(text),
      ...named(text),
      ...within(text, layers),
      ...(layers > 0 ? decodedViews(text).flatMap((view) => seenThrough(view, find(view.text, layers - 1))) : []),
      ...(lines ? seenThrough(lines, acrossBreaks(text, lines, joined(lines.text, layers))) : []),
    ];
  };
  // Without pairs: the value of one would always seem to go on into the next line.
  const joined = (text: string, layers: number): readonly Finding[] => [...alone(text), ...within(text, layers)];
  const within = (text: string, layers: number): readonly Finding[] =>
    packed(text).flatMap((word) => {
      const kind = layers > 0 ? find(word.text, layers - 1)[0]?.kind : undefined;
      return kind === undefined ? [] : [{ start: word.start, end: word.end, kind }];
    });
  return (text) => (text.length < LEAST_CHARACTERS ? [] : apart(find(text, LAYERS)));
}

/** What is known by how it looks, whatever stands around it. */
function shaped(text: string): readonly Finding[] {
  return [
    ...tokens(text),
    ...cutWords(text),
    ...privateKeys(text),
    ...(text.includes('@') ? [...basicAuth(text), ...emails(text)] : []),
    ...(HAS_DIGITS.test(text) ? [...cards(text), ...ibans(text)] : []),
  ];
}

function deniedIn(text: string, denied: readonly string[]): readonly Finding[] {
  if (denied.length === 0) return [];
  const lower = text.toLowerCase();
  return denied.flatMap((word) => {
    const found: Finding[] = [];
    for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + word.length))
      found.push({ start: at, end: at + word.length, kind: 'denied' });
    return found;
  });
}

/** Leaves out what the rules let stay. */
function chooser({ off, allow }: RedactionRules): (text: string, findings: readonly Finding[]) => readonly Finding[] {
  if (off.length + allow.length === 0) return (_text, findings) => findings;
  const ends = allow.map((text) => text.toLowerCase());
  const stays = (found: string): boolean => ends.some((end) => found.endsWith(end));
  return (text, findings) =>
    findings.filter(
      ({ start, end, kind }) => !off.includes(kind) && (kind === 'denied' || !stays(text.slice(start, end).toLowerCase())),
    );
}

const seenThrough = ({ at }: View, findings: readonly Finding[]): readonly Finding[] =>
  findings.map(({ start, end, kind }) => ({ start: at(start), end: at(end), kind }));

/** What lies within one line was found there already. */
const acrossBreaks = (text: string, { at }: View, findings: readonly Finding[]): readonly Finding[] =>
  findings.filter(({ start, end }) => /\n|\\n/.test(text.slice(at(start), at(end - 1) + 1)));
