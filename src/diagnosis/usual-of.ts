import type { Transaction } from '../trace/transaction.ts';
import { type Micros, NO_TIME } from '../units.ts';
import { ENOUGH_SIGHTINGS, operationKey, type UsualByOperation } from './usual.ts';

/** What is usual by these transactions alone: exact quantiles of every span that went well. */
export function usualOf(transactions: readonly Transaction[]): UsualByOperation {
  const durations = new Map<string, Micros[]>();
  for (const span of transactions.flatMap((transaction) => transaction.spans)) {
    if (span.duration === undefined || span.status === 'error') continue;
    const key = operationKey(span.service, span.operation);
    const seen = durations.get(key);
    if (seen) seen.push(span.duration);
    else durations.set(key, [span.duration]);
  }
  const enough = [...durations].filter(([, seen]) => seen.length >= ENOUGH_SIGHTINGS);
  return new Map(enough.map(([key, seen]) => [key, summary(seen.sort((a, b) => a - b))]));
}

function summary(ordered: readonly Micros[]) {
  // Nearest rank: always a duration that was seen. `ordered` is never empty here.
  const at = (q: number): Micros => ordered[Math.min(ordered.length - 1, Math.ceil(q * ordered.length) - 1)] ?? NO_TIME;
  return { count: ordered.length, p50: at(0.5), p95: at(0.95) };
}
