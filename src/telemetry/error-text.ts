import type { SpanError } from './record.ts';

/** For an error whose kind nobody names: no name to show. https://opentelemetry.io/docs/specs/semconv/registry/attributes/error/ */
export const NAMELESS = '_OTHER';

/** Type and message as people say them, neither twice: `CardDeclined: no funds`, `402 card_declined`, `Sandbox.Timedout`. */
export function errorText({ type, message }: SpanError): string {
  const name = type === NAMELESS ? '' : type;
  if (message === '') return name;
  return name === '' || startsWithWord(message, name) ? message : `${name}: ${message}`;
}

const startsWithWord = (text: string, word: string): boolean => text.startsWith(word) && !/^[\w.]/.test(text.slice(word.length));
