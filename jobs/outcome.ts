/** What a job says to its queue when it did not fail: it is done, or it must be run again after a while. */
export type JobOutcome = 'done' | { readonly againInMs: number };
