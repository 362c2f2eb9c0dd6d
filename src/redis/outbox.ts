import type { Redis } from 'ioredis';
import type { Intent, Outbox } from '../ports.ts';
import { INCIDENTS_TTL_MS, keys } from './keys.ts';
import { replicated } from './replicated.ts';
import { pipelined, script } from './scripts.ts';

/** Answers { 1 when ours was written, the intent that is there now }. */
const INTEND = `
local there = redis.call('GET', KEYS[1])
if there then return { 0, there } end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return { 1, ARGV[1] }`;

/** Two workers may run one job when one of them was taken for dead: the first to move wins. */
const REVISE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`;

/** What is intended here is seen by everybody next: a successor must find the intent, also behind a failover. */
export function redisOutbox(redis: Redis): Outbox {
  const safe = replicated(redis);
  const run = async (lua: string, key: string, intents: readonly Intent[]): Promise<unknown> => {
    const [reply] = await pipelined(redis, [script(lua, keys.outbox(key), [...intents.map(written), INCIDENTS_TTL_MS])]);
    await safe();
    return reply;
  };
  return {
    intend: async (key, intent) => {
      const [ours, there] = Array.from(Object(await run(INTEND, key, [intent])));
      // Written by these two scripts only.
      return { intent: JSON.parse(String(there)) as Intent, ours: ours === 1 };
    },
    revise: async (key, from, to) => (await run(REVISE, key, [from, to])) === 1,
    clear: async (key) => {
      await redis.del(keys.outbox(key));
    },
    isIntended: async (key) => (await redis.exists(keys.outbox(key))) === 1,
  };
}

/** Fields in one order, so that equal intents are equal texts. */
function written({ at, trying, shown }: Intent): string {
  const ordered = (one: Intent['shown']) => one && { file: one.file, drawing: one.drawing };
  return JSON.stringify({ at, trying: ordered(trying), shown: ordered(shown) });
}
