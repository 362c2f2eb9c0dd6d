import type { Unread } from './gunzip.ts';
import { type JsonFault, jsonWatch } from './json-bounds.ts';
import { type Fields, isFields } from './shape.ts';

/** `text` is JSON, or it is not. V8 parses any depth without recursion; what recurses into the value must limit itself. */
export function readJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** What a stranger's text is the JSON of, or why it was not read. */
export function readStrangersJson(bytes: Uint8Array): { readonly value: unknown } | Unread {
  return watchedJson()(bytes) ?? readWatchedJson(bytes);
}

/** Of a text that was watched when it came in. */
export const readWatchedJson = (bytes: Uint8Array): { readonly value: unknown } | Unread =>
  readJson(new TextDecoder().decode(bytes)) ?? unreadJson('bad-json');

/** Given one piece of a stranger's text after the other, tells when no more of it should be read. */
export function watchedJson(): (piece: Uint8Array) => Unread | undefined {
  const watch = jsonWatch();
  return (piece) => {
    const fault = watch(piece);
    return fault && unreadJson(fault);
  };
}

const unreadJson = (kind: JsonFault): Unread => ({ kind, why: JSON_FAULTS[kind] });

/** For people. */
const JSON_FAULTS: Readonly<Record<JsonFault, string>> = {
  'bad-json': 'not JSON',
  'too-deep': 'JSON nested too deep',
  'too-many-keys': 'JSON with too many keys in one object',
  'too-many-values': 'JSON of too many values',
};

/** The object that `text` is the JSON of; undefined where it is not JSON, or no object. */
export function jsonFields(text: string): Fields | undefined {
  const value = readJson(text)?.value;
  return isFields(value) ? value : undefined;
}
