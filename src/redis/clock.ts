import type { Redis } from 'ioredis';
import type { Clock } from '../ports.ts';
import { fromMillis } from '../units.ts';

/** Between two askings the monotonic clock goes on: it drifts by microseconds in that time. */
const ASKED_EVERY_MS = 10_000;
/** An answer that took longer tells the time too inexactly. */
const PROMPT_MS = 500;
/** More is worth telling: NTP keeps machines within some milliseconds. */
export const CLOCKS_DIFFER_MS = 5_000;

/**
 * The time of Redis, so that all processes decide by one clock, and none by a wall clock that somebody set or a machine's sleep left
 * behind. Until Redis has answered it is this machine's. `onOff`: by how much this machine's is ahead, each time that it is seen to differ.
 */
export function redisClock(redis: Redis, onOff: (aheadMs: number) => void = () => undefined): Clock {
  /** When the monotonic clock was at 0, in ms. */
  let origin = Date.now() - performance.now();
  let askedAt = -Infinity;
  const ask = async (): Promise<void> => {
    askedAt = performance.now();
    const told = await timeIn(redis);
    const now = performance.now();
    if (now - askedAt > PROMPT_MS) return;
    origin = told - (askedAt + now) / 2;
    const ahead = Math.round(Date.now() - origin - now);
    if (Math.abs(ahead) > CLOCKS_DIFFER_MS) onOff(ahead);
  };
  return () => {
    if (performance.now() - askedAt > ASKED_EVERY_MS) ask().catch(() => undefined);
    return fromMillis(Math.round(origin + performance.now()));
  };
}

/** In ms since the epoch. */
export async function timeIn(redis: Redis): Promise<number> {
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1_000 + Number(micros) / 1_000;
}
