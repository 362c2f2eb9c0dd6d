import type { Attributes, AttributeValue } from './record.ts';
import { finite, isFields, list, text } from './shape.ts';
import { base64, cut, jsonText } from './text.ts';

/** An attribute as its sender gave it: a plain value, or a list or object of them. */
export type Entry = readonly [key: string, value: unknown];

/** Twice the SDKs' default for a span (128), so that those of its resource fit too. https://opentelemetry.io/docs/specs/otel/common/#attribute-limits */
export const ATTRIBUTE_KEYS = 256;
/** Ours: a key is a name, not a document. */
export const KEY_CHARACTERS = 256;
/** Ours: enough for an exception message or a SQL statement; the SDKs' default is no limit. */
export const ATTRIBUTE_CHARACTERS = 2_048;
/** Where the count of dropped attributes goes. https://opentelemetry.io/docs/specs/otel/common/mapping-to-non-otlp/#dropped-attributes-count */
const DROPPED = 'otel.dropped_attributes_count';

/**
 * One set from several; of two equal keys the one in the earlier source wins. Made without a prototype, and without the key
 * `__proto__`: whoever copies it with `Object.assign` would swap a prototype.
 */
export function attributes(sources: readonly (readonly Entry[])[]): Attributes {
  const kept: Record<string, AttributeValue> = Object.create(null);
  let keys = 0;
  let dropped = 0;
  for (const [key, value] of sources.flat()) {
    if (key in kept || value === null || value === undefined) continue;
    if (keys === ATTRIBUTE_KEYS || !isName(key)) {
      dropped += 1;
      continue;
    }
    kept[cut(key, KEY_CHARACTERS)] = attributeValue(value);
    keys += 1;
  }
  if (dropped > 0) kept[DROPPED] = dropped;
  return kept;
}

const isName = (key: string): boolean => key !== '' && key !== '__proto__' && key.length <= KEY_CHARACTERS;

function attributeValue(value: unknown): AttributeValue {
  if (typeof value === 'string') return cut(value, ATTRIBUTE_CHARACTERS);
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  return Array.isArray(value) ? texts(value) : jsonText(value, ATTRIBUTE_CHARACTERS);
}

/** The list's items as text, as many as the limit of one value allows. */
function texts(items: readonly unknown[]): readonly string[] {
  const kept: string[] = [];
  let room = ATTRIBUTE_CHARACTERS;
  for (const item of items) {
    const next = typeof item === 'string' ? item : jsonText(item, ATTRIBUTE_CHARACTERS);
    if (next.length > room) return [...kept, `… and ${items.length - kept.length} more`];
    kept.push(cut(next, ATTRIBUTE_CHARACTERS));
    room -= next.length + 1;
  }
  return kept;
}

/** OTLP's list of `{ key, value: AnyValue }`. */
export function keyValues(pairs: unknown): readonly Entry[] {
  return list(pairs).flatMap((pair): Entry[] => {
    const key = isFields(pair) ? text(pair['key']) : undefined;
    return isFields(pair) && key !== undefined ? [[key, anyValue(pair['value'], ANY_VALUE_DEPTH)]] : [];
  });
}

/** Deeper nesting is shown as `…`. Each level of the value is three of JSON. */
const ANY_VALUE_DEPTH = 10;

/**
 * What an OTLP AnyValue holds; undefined where it holds nothing. 64-bit integers come as text, and stay text where a double cannot
 * hold them. https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function anyValue(value: unknown, depth: number = ANY_VALUE_DEPTH): unknown {
  if (!isFields(value)) return undefined;
  if (value['arrayValue'] !== undefined || value['kvlistValue'] !== undefined)
    return depth === 0 ? '…' : nested(value, depth - 1);
  if (value['intValue'] !== undefined) return integer(value['intValue']);
  if (value['doubleValue'] !== undefined) return finite(value['doubleValue']) ?? text(value['doubleValue']);
  if (ArrayBuffer.isView(value['bytesValue'])) return base64(value['bytesValue']);
  return value['stringValue'] ?? value['boolValue'] ?? value['bytesValue'];
}

function nested(value: Readonly<Record<string, unknown>>, depth: number): unknown {
  if (isFields(value['arrayValue'])) return list(value['arrayValue']['values']).map((item) => anyValue(item, depth));
  const pairs = isFields(value['kvlistValue']) ? list(value['kvlistValue']['values']) : [];
  return Object.fromEntries(
    pairs.flatMap((pair): Entry[] => (isFields(pair) ? [[text(pair['key']) ?? '', anyValue(pair['value'], depth)]] : [])),
  );
}

function integer(value: unknown): unknown {
  const number = finite(value);
  return Number.isSafeInteger(number) ? number : (text(value) ?? number);
}
