/** What may not be kept, by what it is. The mark that takes its place says it: `[email]`. */
export const KINDS = [
  'aws-key',
  'jwt',
  'slack-token',
  'github-token',
  'gitlab-token',
  'stripe-key',
  'openai-key',
  'anthropic-key',
  'google-key',
  'npm-token',
  'api-key',
  'private-key',
  'basic-auth',
  'authorization',
  'password',
  'secret',
  'email',
  'card',
  'iban',
  'denied',
  'cut',
] as const;
export type Kind = (typeof KINDS)[number];

/** `text.slice(start, end)` must go. */
export type Finding = { readonly start: number; readonly end: number; readonly kind: Kind };

export type Finder = (text: string) => readonly Finding[];

export const mark = (kind: Kind): string => `[${kind}]`;

const MARK = new RegExp(`\\[(?:${KINDS.join('|')})\\]`);
const BEGINS_WITH_A_MARK = new RegExp(`^${MARK.source}`);

/** A value of which something was taken out: two different ones may have become one. */
export const isRedacted = (text: string): boolean => text.includes('[') && MARK.test(text);

/** Already taken out. */
export const isMark = (text: string): boolean => BEGINS_WITH_A_MARK.test(text);

/** In order and apart. Of two that overlap the one that begins first stays and grows, so that nothing of either is left. */
export function apart(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length < 2) return findings;
  const kept: Finding[] = [];
  for (const next of findings.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const before = kept.at(-1);
    if (!before || next.start >= before.end) kept.push(next);
    // `bob:secret@example.com` looks like an email from its second half on: the host of an address may stay.
    else if (next.end > before.end && before.kind !== 'basic-auth') kept[kept.length - 1] = { ...before, end: next.end };
  }
  return kept;
}

/** `findings` in order and apart. */
export function marked(text: string, findings: readonly Finding[]): string {
  if (findings.length === 0) return text;
  const pieces: string[] = [];
  let at = 0;
  for (const { start, end, kind } of findings) {
    pieces.push(text.slice(at, start), mark(kind));
    at = end;
  }
  return pieces.join('') + text.slice(at);
}
