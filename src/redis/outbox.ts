import type { Redis } from 'ioredis';
import type { Intent, Outbox } from '../ports.ts';
import { INCIDENTS_TTL_MS, keys } from './keys.ts';
import { pipelined, script } from './scripts.ts';

/** `SET … NX GET` in one step also where Redis is older than 7. */
const FIRST = `
local there = redis.call('GET', KEYS[1])
if there then return there end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return ARGV[1]`;

export function redisOutbox(redis: Redis): Outbox {
  return {
    intend: async (key, intent) => {
      const [first] = await pipelined(redis, [script(FIRST, keys.outbox(key), [JSON.stringify(intent), INCIDENTS_TTL_MS])]);
      // Written by `intend` and `revise` only.
      return JSON.parse(String(first)) as Intent;
    },
    revise: async (key, intent) => {
      await redis.set(keys.outbox(key), JSON.stringify(intent), 'PX', INCIDENTS_TTL_MS);
    },
    clear: async (key) => {
      await redis.del(keys.outbox(key));
    },
  };
}
