import type { Redis } from 'ioredis';
import type { Examinations } from '../ports.ts';
import type { TraceId } from '../telemetry/ids.ts';
import { INCIDENTS_TTL_MS, keys } from './keys.ts';
import { type Command, pipelined, script } from './scripts.ts';

/** KEYS[1] the open ones, by trace. ARGV: 1 trace, 2 the sums (key), 3 TTL. Who is open already is asked for once. */
const OPEN = `
if redis.call('SADD', KEYS[1], ARGV[1]) == 1 then redis.call('HINCRBY', ARGV[2], 'asked', 1) end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PEXPIRE', ARGV[2], ARGV[3])`;

/** The same, and 4 what came of it. Who is not open was closed by a predecessor that died before the job was done. */
const CLOSE = `
if redis.call('SREM', KEYS[1], ARGV[1]) == 1 then redis.call('HINCRBY', ARGV[2], ARGV[4], 1) end`;

const about = (traceId: TraceId): Command => [traceId, keys.examinations, INCIDENTS_TTL_MS];

/** To be written before the job is asked for: from then on something must come of it. */
export async function openExamination(redis: Redis, traceId: TraceId): Promise<void> {
  await pipelined(redis, [script(OPEN, keys.openExaminations, about(traceId))]);
}

export const redisExaminations = (redis: Redis): Examinations => ({
  close: async (traceId, as) => {
    await pipelined(redis, [script(CLOSE, keys.openExaminations, [...about(traceId), as])]);
  },
});
