import type { Redis } from 'ioredis';
import { believed } from '../believed.ts';
import { SHED_PERCENT } from '../incident/trouble.ts';

/** What was read is believed for this long. */
const BELIEVED_FOR_MS = 1_000;
/** Somebody should give it more memory: from here on it is said. */
const TIGHT = 0.7;
/** Once said it holds until here: what lies on the edge is not said again and again. */
const EASED = 0.65;
const SAID_EVERY_MS = 10 * 60_000;

/** What Redis says of itself, by name. https://redis.io/docs/latest/commands/info/ */
export type Info = ReadonlyMap<string, string>;

export const infoIn = (text: string): Info =>
  new Map(text.split('\r\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));

/** The share of its memory that Redis has used; undefined: it has no limit. */
export function usedShare(info: Info): number | undefined {
  const most = Number(info.get('maxmemory'));
  return most > 0 ? Number(info.get('used_memory')) / most : undefined;
}

export const isTight = (share: number | undefined, isSaid = false): boolean => (share ?? 0) >= (isSaid ? EASED : TIGHT);
export const isShort = (share: number | undefined): boolean => (share ?? 0) * 100 >= SHED_PERCENT;

/** Whether healthy traces are to be shed now. Asked for every batch, and Redis once a second; `onTight` is told every ten minutes. */
export function sheds(redis: Redis, onTight: (share: number) => void): () => Promise<boolean> {
  let saidAt = -Infinity;
  const used = believed(BELIEVED_FOR_MS, async () => usedShare(infoIn(await redis.info('memory'))) ?? 0);
  return async () => {
    const share = await used();
    if (isTight(share) && performance.now() - saidAt > SAID_EVERY_MS) {
      saidAt = performance.now();
      onTight(share);
    }
    return isShort(share);
  };
}
