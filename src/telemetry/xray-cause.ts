import { type Fields, fields, isFields, list, text } from './shape.ts';
import type { Thrown } from './span-outcome.ts';

/** By X-Ray's id of the exception, over one whole document. */
export type Exceptions = ReadonlyMap<string, Fields>;

/** Exceptions that were recorded where they were thrown; what they passed through names them by id. */
export function exceptionsOf(parts: readonly Fields[]): Exceptions {
  const known = new Map<string, Fields>();
  for (const part of parts) {
    for (const exception of list(fields(part['cause'])['exceptions']).filter(isFields)) {
      const id = text(exception['id']);
      if (id !== undefined && !known.has(id)) known.set(id, exception);
    }
  }
  return known;
}

/**
 * `cause` is an object with `exceptions`, the outermost first, or the id of an exception of a subsegment. Told here as OpenTelemetry
 * does: the outermost last.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html#api-segmentdocuments-errors
 */
export function thrownBy(cause: unknown, known: Exceptions): readonly Thrown[] {
  const referred = typeof cause === 'string' ? known.get(cause) : undefined;
  const exceptions = referred ? [referred] : list(fields(cause)['exceptions']);
  return [...exceptions].reverse().flatMap((exception): Thrown[] => {
    const { type, message } = fields(exception);
    if (text(type) === undefined && text(message) === undefined) return [];
    return [{ type: text(type) ?? '', message: text(message) ?? '', escaped: false }];
  });
}
