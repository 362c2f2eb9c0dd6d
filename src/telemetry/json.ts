import { type Fields, isFields } from './shape.ts';

/** `text` is JSON, or it is not. V8 parses any depth without recursion; what recurses into the value must limit itself. */
export function readJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** The object that `text` is the JSON of; undefined where it is not JSON, or no object. */
export function jsonFields(text: string): Fields | undefined {
  const value = readJson(text)?.value;
  return isFields(value) ? value : undefined;
}
