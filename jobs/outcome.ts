/** What a job says to its queue when it did not fail: it is done, or it must be run again after a while. */
export type JobOutcome = 'done' | { readonly againInMs: number };

/** Of two parts of one job, each of which goes on by itself: run again when the first of them can. */
export function soonest(a: JobOutcome, b: JobOutcome): JobOutcome {
  if (a === 'done') return b;
  return b === 'done' ? a : { againInMs: Math.min(a.againInMs, b.againInMs) };
}
