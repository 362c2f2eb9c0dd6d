/** Ours. OTLP nests an attribute's value 30 levels deep at most, what AWS announces some ten. */
const DEPTH = 128;
/** Ours, of one object: those of telemetry have some hundred. */
const KEYS_EACH = 10_000;
/** Ours, of one text: a full body of 20 MiB of real spans has about so many. Each costs some 50 bytes when it is read. */
const VALUES = 1_500_000;
/** What stands outside of strings is a number, `true`, `false` or `null`: longer than this it is none. */
const WORD = 1_000;

export type JsonFault = 'bad-json' | 'too-deep' | 'too-many-keys' | 'too-many-values';

const QUOTE = 0x22;
const [BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT, COLON, COMMA] = [0x5c, 0x5b, 0x5d, 0x7b, 0x7d, 0x3a, 0x2c];
const [TAB, LINE_FEED, RETURN, SPACE] = [0x09, 0x0a, 0x0d, 0x20];

/**
 * Why the text, of which it is given one piece after the other, must not be read as JSON, whether it is JSON or not. One pass over its bytes,
 * before anything is made of them: what `JSON.parse` makes of 20 MB of brackets takes gigabytes, and of a million keys seconds. In UTF-8
 * none of the bytes that matter is part of another character.
 */
export function jsonWatch(): (piece: Uint8Array) => JsonFault | undefined {
  const seen: Seen = { depth: 0, values: 0, keys: new Uint32Array(DEPTH + 1), word: 0, isInString: false, escapes: 0 };
  return (piece) => {
    let at = seen.isInString ? afterString(piece, 0, seen) : 0;
    for (let fault = faultIn(seen); at < piece.length; fault = faultIn(seen)) {
      if (fault !== undefined) return fault;
      const code = piece[at] ?? 0;
      if (code === QUOTE) at = afterString(piece, at + 1, opened(seen));
      else {
        see(seen, code);
        at += 1;
      }
    }
    return faultIn(seen);
  };
}

/** `keys` of each value that is open, by how deep it is. `escapes`: how many backslashes stood last in a string that goes on in the next piece. */
type Seen = {
  depth: number;
  values: number;
  readonly keys: Uint32Array;
  word: number;
  isInString: boolean;
  escapes: number;
};

function see(seen: Seen, code: number): void {
  seen.word += 1;
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
    case SPACE:
    case LINE_FEED:
    case RETURN:
    case TAB:
      break;
    default:
      return;
  }
  seen.word = 0;
}

function faultIn({ depth, values, keys, word }: Seen): JsonFault | undefined {
  if (depth > DEPTH) return 'too-deep';
  if (values > VALUES) return 'too-many-values';
  if (word > WORD) return 'bad-json';
  return (keys[depth] ?? 0) > KEYS_EACH ? 'too-many-keys' : undefined;
}

function opened(seen: Seen): Seen {
  seen.word = 0;
  seen.isInString = true;
  seen.escapes = 0;
  return seen;
}

/** Behind the quote that closes the string which goes on at `from`; the end of the piece where none does. */
function afterString(piece: Uint8Array, from: number, seen: Seen): number {
  for (let end = piece.indexOf(QUOTE, from); end >= 0; end = piece.indexOf(QUOTE, end + 1)) {
    if (escapesBefore(end, piece, from, seen.escapes) % 2 === 0) {
      seen.isInString = false;
      return end + 1;
    }
  }
  seen.escapes = escapesBefore(piece.length, piece, from, seen.escapes);
  return piece.length;
}

/** Backslashes in a row before `end`, those at the end of the piece before among them. */
function escapesBefore(end: number, piece: Uint8Array, from: number, before: number): number {
  let at = end;
  while (at > from && piece[at - 1] === BACKSLASH) at -= 1;
  return end - at + (at === from ? before : 0);
}
