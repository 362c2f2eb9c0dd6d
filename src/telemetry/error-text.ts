import type { SpanError } from './record.ts';

/** For an error whose kind nobody names: no name to show. https://opentelemetry.io/docs/specs/semconv/registry/attributes/error/ */
export const NAMELESS = '_OTHER';

/** A class without its package, as people say it: `software.amazon.awssdk.services.s3.model.NoSuchKeyException` is `NoSuchKeyException`. */
export function errorName(type: string): string {
  if (type === NAMELESS) return '';
  const packages = type.split('.');
  const name = packages.pop() ?? '';
  return isUpper(name) && packages.every((each) => each !== '' && !isUpper(each)) ? name : type;
}

const isUpper = (word: string): boolean => word.charAt(0) !== word.charAt(0).toLowerCase();

/** Type and message as people say them, neither twice: `CardDeclined: no funds`, `402 card_declined`, `Sandbox.Timedout`. */
export function errorText({ type, message }: SpanError): string {
  const name = errorName(type);
  if (message === '') return name;
  if (name !== '' && startsWithWord(message, type)) return `${name}${message.slice(type.length)}`;
  return name === '' || startsWithWord(message, name) ? message : `${name}: ${message}`;
}

const startsWithWord = (text: string, word: string): boolean => text.startsWith(word) && !/^[\w.]/.test(text.slice(word.length));
