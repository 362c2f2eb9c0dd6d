import type { Redis } from 'ioredis';
import type { Examinations } from '../ports.ts';
import type { TraceId } from '../telemetry/ids.ts';
import { GIVEN_UP_TTL_MS, INCIDENTS_TTL_MS, keys } from './keys.ts';
import { type Command, pipelined, script } from './scripts.ts';

/**
 * KEYS[1] the open ones: traces by when they were last asked for. ARGV: 1 the sums (key), 2 TTL, 3 how long an open one is kept: no
 * longer than the job that was given up, or nobody could tell it from one that was lost.
 */
const FORGET = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local forgotten = redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3])
if forgotten > 0 then redis.call('HINCRBY', ARGV[1], 'forgotten', forgotten) end`;

/** The same, and 4 trace. Who is open already is asked for once. */
const OPEN = `${FORGET}
if redis.call('ZADD', KEYS[1], now, ARGV[4]) == 1 then redis.call('HINCRBY', ARGV[1], 'asked', 1) end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('PEXPIRE', ARGV[1], ARGV[2])`;

/** The same, and 5 what came of it. Who is not open was closed by a predecessor that died before the job was done. */
const CLOSE = `
if redis.call('ZREM', KEYS[1], ARGV[4]) == 1 then redis.call('HINCRBY', ARGV[1], ARGV[5], 1) end`;

const onOpen = (lua: string, ...more: Command): Command =>
  script(lua, keys.openExaminations, [keys.examinations, INCIDENTS_TTL_MS, GIVEN_UP_TTL_MS, ...more]);

/** What is told of open ones afterwards holds for those that are not too old. */
export const forgetOldExaminations: Command = onOpen(FORGET);

/** To be written before the job is asked for: from then on something must come of it. */
export async function openExamination(redis: Redis, traceId: TraceId): Promise<void> {
  await pipelined(redis, [onOpen(OPEN, traceId)]);
}

export const redisExaminations = (redis: Redis): Examinations => ({
  close: async (traceId, as) => {
    await pipelined(redis, [onOpen(CLOSE, traceId, as)]);
  },
});
