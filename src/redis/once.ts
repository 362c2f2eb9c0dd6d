import type { Redis } from 'ioredis';
import type { Once } from '../ports.ts';
import { keys } from './keys.ts';

/** Slack waits three seconds for an answer, and there is more to do than this. */
const ANSWER_WITHIN_MS = 1_000;

/** Remembers for a while what it has been asked; the first to ask is told so, everybody after it not. */
export function redisOnce(redis: Redis, rememberSeconds: number): Once {
  return async (name) => {
    const asked = redis.set(keys.once(name), '1', 'EX', rememberSeconds, 'NX').then(
      (answer) => (answer === 'OK' ? 'first' : 'again'),
      () => 'unknown' as const,
    );
    return await Promise.race([asked, unknownAfter(ANSWER_WITHIN_MS)]);
  };
}

const unknownAfter = (ms: number): Promise<'unknown'> =>
  new Promise((resolve) => void setTimeout(() => resolve('unknown'), ms).unref());
