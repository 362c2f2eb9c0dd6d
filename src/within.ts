/** People look at their screen for about this long; what is not known by then is said to be not known. */
const PATIENCE_MS = 5_000;

/** Rejects where the promise has not settled in time. The work itself goes on. */
export async function within<T>(work: Promise<T>, ms = PATIENCE_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
