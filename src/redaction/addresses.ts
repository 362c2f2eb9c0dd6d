import type { Finding } from './finding.ts';

/** RFC 5321: 64 characters before the @. */
const LOCAL_CHARACTERS = 64;
const LOCAL = /[A-Za-z0-9._%+'-]/;
const DOMAIN = /(?:[A-Za-z0-9-]{1,63}\.){1,8}(?:[A-Za-z]{2,24}|xn--[A-Za-z0-9-]{2,59})(?![A-Za-z0-9])/y;

/** `local@host.tld`. Walks back from every `@`, as far as a local part may reach. */
export function emails(text: string): readonly Finding[] {
  const found: Finding[] = [];
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    let start = at;
    while (start > 0 && at - start < LOCAL_CHARACTERS && LOCAL.test(text.charAt(start - 1))) start -= 1;
    DOMAIN.lastIndex = at + 1;
    if (start < at && DOMAIN.test(text)) found.push({ start, end: DOMAIN.lastIndex, kind: 'email' });
  }
  return found;
}

const NAME_AND_PASSWORD = /[^\s/?#@:"'<>\\]{0,256}:[^\s/?#@"'<>\\]{1,512}(?=@)/y;
/** A long name without a password is one itself: `https://TOKEN@github.com/…`. */
const LONG_NAME = /[^\s/?#@:"'<>\\]{20,256}(?=@)/y;

/** `scheme://name:password@host`: the name and the password. */
export function basicAuth(text: string): readonly Finding[] {
  const found: Finding[] = [];
  for (let at = text.indexOf('://'); at >= 0; at = text.indexOf('://', at + 3)) {
    const start = at + 3;
    for (const pattern of [NAME_AND_PASSWORD, LONG_NAME]) {
      pattern.lastIndex = start;
      if (!pattern.test(text)) continue;
      found.push({ start, end: pattern.lastIndex, kind: 'basic-auth' });
      break;
    }
  }
  return found;
}

const BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;

/** A private key in PEM; one whose end was cut off reaches to the end of the text. */
export function privateKeys(text: string): readonly Finding[] {
  if (!text.includes('PRIVATE KEY')) return [];
  const found: Finding[] = [];
  BEGIN.lastIndex = 0;
  for (let begin = BEGIN.exec(text); begin; begin = BEGIN.exec(text)) {
    END.lastIndex = BEGIN.lastIndex;
    const end = END.test(text) ? END.lastIndex : text.length;
    found.push({ start: begin.index, end, kind: 'private-key' });
    BEGIN.lastIndex = end;
  }
  return found;
}
