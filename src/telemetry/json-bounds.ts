/** Ours. OTLP nests an attribute's value 30 levels deep at most, what AWS announces some ten. */
const DEPTH = 128;
/** Ours, of one object: those of telemetry have some hundred. */
const KEYS_EACH = 10_000;
/** Ours, of one text: a full body of 20 MiB of real spans has about so many. Each costs some 50 bytes when it is read. */
const VALUES = 1_500_000;

export type JsonFault = 'too-deep' | 'too-many-keys' | 'too-many-values';

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT, COLON, COMMA] = [
  ...[0x22, 0x5c, 0x5b, 0x5d],
  ...[0x7b, 0x7d, 0x3a, 0x2c],
];

/**
 * Why the text must not be read as JSON, whether it is JSON or not. One pass over its characters, before anything is made of them:
 * what `JSON.parse` makes of 20 MB of brackets takes gigabytes, and of a million keys seconds.
 */
export function jsonFault(text: string): JsonFault | undefined {
  const seen: Seen = { depth: 0, values: 0, keys: new Uint32Array(DEPTH + 1) };
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = closingQuote(text, at);
    else see(seen, code);
    const fault = faultIn(seen);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** `keys` of each value that is open, by how deep it is. */
type Seen = { depth: number; values: number; readonly keys: Uint32Array };

function see(seen: Seen, code: number): void {
  switch (code) {
    case COMMA:
      seen.values += 1;
      break;
    case COLON:
      seen.keys[seen.depth] = (seen.keys[seen.depth] ?? 0) + 1;
      break;
    case OPEN_LIST:
    case OPEN_OBJECT:
      seen.depth += 1;
      seen.values += 1;
      seen.keys[seen.depth] = 0;
      break;
    case CLOSE_LIST:
    case CLOSE_OBJECT:
      seen.depth = Math.max(0, seen.depth - 1);
      break;
  }
}

function faultIn({ depth, values, keys }: Seen): JsonFault | undefined {
  if (depth > DEPTH) return 'too-deep';
  if (values > VALUES) return 'too-many-values';
  return (keys[depth] ?? 0) > KEYS_EACH ? 'too-many-keys' : undefined;
}

/** Where the string that opens at `from` closes; the end of the text where it does not. */
function closingQuote(text: string, from: number): number {
  for (let end = text.indexOf('"', from + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = end;
    while (text.charCodeAt(escapes - 1) === BACKSLASH) escapes -= 1;
    if ((end - escapes) % 2 === 0) return end;
  }
  return text.length;
}
