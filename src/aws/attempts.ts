import { setTimeout as delay } from 'node:timers/promises';

/** The first wait after a throttled call is at most this, each further one at most twice the one before … */
const FIRST_WAIT_MS = 500;
/** … and no wait is longer. */
const LONGEST_WAIT_MS = 60_000;
const ATTEMPTS = 5;

export type Attempts = {
  /** Tries again, later and later, while AWS says that it is too much; throws what it said last, or when the time is over. */
  readonly call: <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>;
  /** Calls made so far, repeated ones too. */
  readonly made: () => number;
  readonly signal: AbortSignal;
};

/** All calls for one answer, within one time. The SDK's own retries are switched off, so that each of ours is counted. */
export function attempts(withinMs: number, firstWaitMs = FIRST_WAIT_MS): Attempts {
  const signal = AbortSignal.timeout(withinMs);
  let calls = 0;
  return {
    call: async (work) => {
      for (let attempt = 1; ; attempt++) {
        calls += 1;
        try {
          return await work(signal);
        } catch (error) {
          if (!isBusy(error) || attempt === ATTEMPTS) throw error;
          // Full jitter: workers that were throttled together do not come back together. https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
          await delay(Math.random() * Math.min(LONGEST_WAIT_MS, firstWaitMs * 2 ** (attempt - 1)), undefined, { signal });
        }
      }
    },
    made: () => calls,
    signal,
  };
}

/** `LimitExceededException` of StartQuery: as many queries as the account may have are running. */
const BUSY = new Set([
  ...['ThrottlingException', 'ThrottledException', 'TooManyRequestsException', 'RequestLimitExceeded'],
  ...['LimitExceededException', 'ServiceUnavailableException', 'ServiceUnavailable', 'InternalException', 'InternalFailure'],
]);

const isBusy = (error: unknown): boolean => error instanceof Error && BUSY.has(error.name);
