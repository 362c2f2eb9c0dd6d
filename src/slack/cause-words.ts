import type { Cause } from '../diagnosis/cause.ts';
import { prose } from './mrkdwn.ts';

/** Below this a cause is not named: an admitted gap misleads nobody. */
const POSSIBLE = 0.35;
const LIKELY = 0.55;
const VERY_LIKELY = 0.8;

export const NOT_ENOUGH_EVIDENCE = 'Not enough evidence to name a cause.';

/** How sure we are, in words; undefined where we are not. */
export function confidenceWords(cause: Cause): string | undefined {
  if (cause.kind === 'unknown' || !(cause.confidence >= POSSIBLE)) return undefined;
  if (cause.confidence >= VERY_LIKELY) return 'Very likely';
  return cause.confidence >= LIKELY ? 'Likely' : 'Possible';
}

/** The causes that may be said aloud, best first. */
export const sayable = (causes: readonly Cause[]): readonly Cause[] =>
  causes.filter((cause) => confidenceWords(cause) !== undefined);

/** Facts are written to stand in a list; alone they begin as a sentence does, but for a name like `payment-fn`. */
export const capital = (fact: string): string => fact.replace(/^\p{Ll}(?=\p{Ll}* )/u, (letter) => letter.toUpperCase());

/** `*Very likely:* the payment provider takes 3 s …` */
export const causeLine = (cause: Cause, max: number): string => `*${confidenceWords(cause)}:* ${prose(cause.summary, max)}`;
