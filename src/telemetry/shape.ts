/** A JSON object of which nothing is known yet but its keys. */
export type Fields = Readonly<Record<string, unknown>>;

/** What stands in for an object that is missing or is something else, so that reading goes on and finds nothing. */
const NO_FIELDS: Fields = Object.freeze({});

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

export const fields = (value: unknown): Fields => (isFields(value) ? value : NO_FIELDS);

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** undefined for the empty string too: senders write one where they have nothing to say. */
export const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** A finite number, or the text of one. */
export function finite(value: unknown): number | undefined {
  if (typeof value === 'string' && value.trim() === '') return undefined;
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
