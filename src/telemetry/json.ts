import { type JsonFault, jsonFault } from './json-bounds.ts';
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
export function readStrangersJson(text: string): { readonly value: unknown } | { readonly fault: JsonFault | 'bad-json' } {
  const fault = jsonFault(text);
  return fault === undefined ? (readJson(text) ?? { fault: 'bad-json' }) : { fault };
}

/** For people. */
export const JSON_FAULTS: Readonly<Record<JsonFault | 'bad-json', string>> = {
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
