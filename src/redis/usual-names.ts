import type { Redis } from 'ioredis';
import { blockOf } from '../diagnosis/tally.ts';
import type { Micros } from '../units.ts';
import { keys, USUAL_TTL_MS } from './keys.ts';

/**
 * Ours, in a block of time (three hours): operations that nobody knew before, and all that are counted. A large system has some thousands,
 * alone and within the transactions they are part of; whoever writes an id into the name of a span makes one of every span.
 */
const FRESH = 10_000;
const ALL = 30_000;

/**
 * Part of the scripts that count what is usual: `usual(key, field, names)` adds one. Of a key that is not there yet it is asked whether there
 * is room for it; one that was there in the block before needs none among the new. What was not counted for want of room is counted as that.
 */
export const COUNT_USUAL = `
local function usual(key, field, names)
  if redis.call('HINCRBY', key, field, 1) > 1 or redis.call('HLEN', key) > 1 then return end
  local block, name = string.match(key, '^${keys.usualPrefix}(%-?%d+):(.*)$')
  local known = redis.call('EXISTS', '${keys.usualPrefix}' .. string.format('%d', block - 1) .. ':' .. name) == 1
  local room = tonumber(redis.call('HGET', names, 'all') or 0) < ${ALL}
    and (known or tonumber(redis.call('HGET', names, 'fresh') or 0) < ${FRESH})
  if room then
    redis.call('PEXPIRE', key, ${USUAL_TTL_MS})
    redis.call('HINCRBY', names, 'all', 1)
    if not known then redis.call('HINCRBY', names, 'fresh', 1) end
  else
    redis.call('DEL', key)
    redis.call('HINCRBY', names, 'refused', 1)
  end
  redis.call('PEXPIRE', names, ${USUAL_TTL_MS})
end`;

export const usualNames = (now: Micros): string => keys.usualNames(blockOf(now));

/** How many counts found no room in the present block of time. */
export const refusedNames = async (redis: Redis, now: Micros): Promise<number> =>
  Number((await redis.hget(usualNames(now), 'refused')) ?? 0);
