import { MESSAGE_FIELDS } from './otlp-descriptor.ts';

/** protobufjs's own: it recurses into each. A value in a list in a list … is two messages a level. */
const DEPTH = 100;
/** Ours, of one body: 20 MiB of real spans are some 600,000. An empty message is two bytes on the way, and a hundred when it is read. */
const MESSAGES = 750_000;

/** A field's tag and its length, each a varint. */
const HEAD_BYTES = 20;

type Open = { readonly fields: ReadonlyMap<number, string>; readonly end: number };

const NO_FIELDS: ReadonlyMap<number, string> = new Map();
const fieldsOf = (message: string): ReadonlyMap<number, string> => MESSAGE_FIELDS.get(message) ?? NO_FIELDS;

export type ProtobufFault = 'too-deep' | 'too-many-values';

/**
 * Why the bytes, of which it is given one piece after the other, must not be decoded, whether they are what they seem or not: one pass over
 * the fields, into every message that is read, before anything is made of them. What breaks off or has an unknown wire type is left for the
 * decoder to refuse. https://protobuf.dev/programming-guides/encoding/
 */
export function protobufWatch(message: string): (piece: Uint8Array) => ProtobufFault | undefined {
  const seen: Seen = { open: [{ fields: fieldsOf(message), end: Number.POSITIVE_INFINITY }], messages: 0, at: 0, base: 0 };
  let left: Uint8Array = NO_BYTES;
  return (piece) => {
    const bytes = left.length === 0 ? piece : Buffer.concat([left, piece]);
    while (see(seen, bytes)) {
      if (seen.messages > MESSAGES) return 'too-many-values';
      if (seen.open.length > DEPTH) return 'too-deep';
    }
    left = seen.open.length === 0 ? NO_BYTES : bytes.subarray(Math.min(seen.at - seen.base, bytes.length));
    seen.base += bytes.length - left.length;
    return undefined;
  };
}

const NO_BYTES = new Uint8Array();

/** `at`: where the next field begins; `base`: where the present piece does. Both count from the first byte of all. */
type Seen = { readonly open: Open[]; messages: number; at: number; base: number };

/** One field, or the end of a message; false: what comes next is not in this piece. */
function see(seen: Seen, bytes: Uint8Array): boolean {
  const { open, at, base } = seen;
  const inside = open.at(-1);
  if (inside === undefined || (at < inside.end && at - base + HEAD_BYTES > bytes.length)) return false;
  const field = at < inside.end ? fieldAt(bytes, at - base) : ENDED;
  const inner = inside.fields.get(field.number);
  if (field === ENDED) open.pop();
  else if (inner === undefined) seen.at = base + field.content + field.length;
  else {
    seen.at = base + field.content;
    seen.messages += 1;
    open.push({ fields: fieldsOf(inner), end: Math.min(inside.end, seen.at + field.length) });
  }
  return true;
}

/** Field 0 does not exist: the end of a message, and what is no field. */
const ENDED: Field = { number: 0, content: 0, length: 0 };

/** 0 is the length of what is not length-delimited: `content` is where the next field begins. */
type Field = { readonly number: number; readonly content: number; readonly length: number };

const [VARINT, FIXED_64, DELIMITED, FIXED_32] = [0, 1, 2, 5];

function fieldAt(bytes: Uint8Array, start: number): Field {
  const tag = varint(bytes, start);
  const number = Math.floor(tag.value / 8);
  switch (tag.value % 8) {
    case VARINT:
      return { number, content: varint(bytes, tag.end).end, length: 0 };
    case FIXED_64:
      return { number, content: tag.end + 8, length: 0 };
    case FIXED_32:
      return { number, content: tag.end + 4, length: 0 };
    case DELIMITED: {
      const length = varint(bytes, tag.end);
      return { number, content: length.end, length: length.value };
    }
    default:
      return ENDED;
  }
}

/** Ten bytes at most; where the bytes end, it does too. */
function varint(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let index = 0; index < 10; index += 1) {
    const byte = bytes[start + index] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, end: start + index + 1 };
  }
  return { value, end: start + 10 };
}
