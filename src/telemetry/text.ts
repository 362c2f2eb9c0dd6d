import { isFields } from './shape.ts';

/** Deeper nesting is cut before anything recurses into it; senders nest three or four levels. */
const DEPTH = 32;
const CUT = '…';

/**
 * At most `characters` long, with `…` as the last one where something was cut.
 * Lone surrogates become U+FFFD: JSON carries them, UTF-8 does not, so a record would change on its way through Redis.
 */
export function cut(text: string, characters: number): string {
  const kept = text.length > characters ? `${text.slice(0, characters - CUT.length)}${CUT}` : text;
  return kept.toWellFormed();
}

/** Ours: the name of a span, a service or a function is shown in one line. */
const NAME_CHARACTERS = 256;

export const nameText = (name: string): string => cut(name, NAME_CHARACTERS);

/** Any JSON value as JSON text of at most so many characters; what is nested deeper than 32 levels is shown as `…`. */
export const jsonText = (value: unknown, characters: number): string =>
  cut(JSON.stringify(pruned(value, DEPTH)) ?? '', characters);

/** What was found, for the reason of a reject: short, quoted, and told by its type where it is no text. */
export function found(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string') return JSON.stringify(cut(value, 40));
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : cut(String(value), 40);
}

function pruned(value: unknown, depth: number): unknown {
  if (ArrayBuffer.isView(value)) return base64(value);
  if (Array.isArray(value)) return depth === 0 ? CUT : value.map((item) => pruned(item, depth - 1));
  if (!isFields(value)) return value;
  return depth === 0 ? CUT : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, pruned(item, depth - 1)]));
}

export const base64 = (bytes: ArrayBufferView): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
