import type { Redis } from 'ioredis';

/** What was read is believed for this long. */
const BELIEVED_FOR_MS = 1_000;
/** Somebody should give it more memory: from here on it is said. */
const TIGHT = 0.7;
/** What is left is for what fails: from here on healthy traces are not kept. */
export const SHED_PERCENT = 85;
const SAID_EVERY_MS = 10 * 60_000;

/** The share of its memory that Redis has used, from what `INFO memory` says; undefined: it has no limit. */
export function usedShare(info: string): number | undefined {
  const said = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  const most = said('maxmemory');
  return most > 0 ? said('used_memory') / most : undefined;
}

export const isTight = (share: number | undefined): boolean => (share ?? 0) >= TIGHT;

/** Whether healthy traces are to be shed now. Asked for every batch, and Redis once a second; `onTight` is told every ten minutes. */
export function sheds(redis: Redis, onTight: (share: number) => void): () => Promise<boolean> {
  let share = 0;
  let askedAt = -Infinity;
  let saidAt = -Infinity;
  return async () => {
    const now = performance.now();
    if (now - askedAt > BELIEVED_FOR_MS) {
      askedAt = now;
      share = usedShare(await redis.info('memory')) ?? 0;
    }
    if (isTight(share) && now - saidAt > SAID_EVERY_MS) {
      saidAt = now;
      onTight(share);
    }
    return share * 100 >= SHED_PERCENT;
  };
}
