import type { Canary } from './canaries.ts';

/** What of a secret would be recognised, in one line and without the backslashes that JSON adds. */
export type Needle = { readonly name: string; readonly text: string };

/** Enough letters that nothing has them by chance. */
const FINGERPRINT = 12;
/** Writings of nothing but the secret: any part of them is a part of it. */
const OPAQUE = /, (?:percent-encoded whole|percent-encoded twice|base64|base64 twice|hex|unicode escapes|HTML entities)$/;

export function needlesOf(
  canaries: readonly (Canary & { readonly name: string; readonly written: string })[],
): readonly Needle[] {
  return canaries.flatMap(({ name, secret, written }) => {
    const lines = secret.split('\n').filter((line) => line.length >= FINGERPRINT && !line.startsWith('-----'));
    const middle = written.slice(Math.floor(written.length / 2), Math.floor((written.length * 7) / 8));
    return [...lines, ...(OPAQUE.test(name) && middle.length >= FINGERPRINT ? [middle] : [])].map((text) => ({
      name,
      text: text.replaceAll('\\', ''),
    }));
  });
}

/** Names of the needles in the text. One pass, whatever their number. */
export function foundIn(text: string, needles: readonly Needle[]): readonly string[] {
  const plain = text.replaceAll('\\', '');
  const byBeginning = new Map<string, Needle[]>();
  for (const needle of needles) {
    const beginning = needle.text.slice(0, FINGERPRINT);
    byBeginning.set(beginning, [...(byBeginning.get(beginning) ?? []), needle]);
  }
  const found = new Set<string>();
  for (let at = 0; at + FINGERPRINT <= plain.length; at += 1) {
    for (const needle of byBeginning.get(plain.slice(at, at + FINGERPRINT)) ?? []) {
      if (plain.startsWith(needle.text, at))
        found.add(`${needle.name}: …${plain.slice(Math.max(0, at - 40), at + needle.text.length)}`);
    }
  }
  return [...found];
}
