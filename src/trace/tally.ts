import { httpStatus, isFailing } from './failing.ts';
import type { Span, Transaction } from './transaction.ts';

/** Spans of each kind, as X-Ray counts them: one span may be several. */
export type Tally = { readonly errors: number; readonly faults: number; readonly throttles: number };

/**
 * `error`: the caller asked for something wrong, or too often (`throttle`); `fault`: the callee failed. A span of X-Ray's says so
 * itself, and leaves it unsaid of a call that was answered with 500; elsewhere the status is judged by X-Ray's rule.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-errors
 */
export function tallyOf({ spans }: Pick<Transaction, 'spans'>): Tally {
  const said = spans.map((span) => (isXray(span) ? flags(span) : judged(span)));
  const count = (kind: keyof Marks): number => said.filter((marks) => marks[kind]).length;
  return { errors: count('error'), faults: count('fault'), throttles: count('throttle') };
}

type Marks = { readonly error: boolean; readonly fault: boolean; readonly throttle: boolean };

const flags = ({ attributes }: Span): Marks => ({
  error: attributes['aws.xray.error'] === true,
  fault: attributes['aws.xray.fault'] === true,
  throttle: attributes['aws.xray.throttle'] === true,
});

const XRAY_WORDS = ['error', 'fault', 'throttle', 'inferred', 'namespace', 'origin'].map((word) => `aws.xray.${word}`);

const isXray = ({ attributes }: Span): boolean => XRAY_WORDS.some((word) => attributes[word] !== undefined);

const TOO_MANY = 429;

function judged(span: Span): Marks {
  const code = httpStatus(span.attributes) ?? 0;
  const error = code >= 400 && code < 500;
  return { error, throttle: code === TOO_MANY, fault: !error && isFailing(span) };
}
