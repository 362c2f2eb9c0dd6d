import type { SpanError } from './record.ts';

/** Type and message as people say them, neither twice: `CardDeclined: no funds`, `402 card_declined`, `Sandbox.Timedout`. */
export function errorText({ type, message }: SpanError): string {
  if (message === '') return type;
  return type === '' || startsWithWord(message, type) ? message : `${type}: ${message}`;
}

const startsWithWord = (text: string, word: string): boolean => text.startsWith(word) && !/^[\w.]/.test(text.slice(word.length));
