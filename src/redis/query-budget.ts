import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { QueryBudget } from '../aws-ports.ts';
import { keys } from './keys.ts';
import { pipelined, script } from './scripts.ts';

export type QueryLimits = {
  readonly concurrent: number;
  readonly perSecond: number;
  readonly perHour: number;
  readonly bytesPerDay: number;
};

/**
 * Ours, far below what AWS allows (100 queries at once, shared with everybody in the account), so that others still get theirs; 100 GB scanned
 * cost about half a dollar. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
 */
const LIMITS: QueryLimits = { concurrent: 4, perSecond: 1, perHour: 100, bytesPerDay: 100_000_000_000 };

/** A worker that died gives its place back after this; no answer takes as long. */
const PLACE_MS = 120_000;
/** Who asks again sooner gets what was found then. */
const ASKED_MS = 10 * 60_000;

/** What stands in the way, and how soon it may be out of it; by the number that the script answers. */
const REFUSALS: readonly { readonly why: string; readonly againInMs: number | undefined }[] = [
  { why: 'as many queries as may are running', againInMs: 5_000 },
  { why: 'another query was just begun', againInMs: 1_000 },
  { why: 'the queries of this hour are used up', againInMs: undefined },
  { why: 'the bytes of this day are used up', againInMs: undefined },
];

/**
 * KEYS[1] the places taken, by when they fall back. By Redis's own clock, so that workers whose clocks differ share one budget.
 * ARGV: 1 this place, 2 how long it holds (ms), 3 places, 4 starts a second, 5 starts an hour, 6 bytes a day.
 * Answers -1 when entered, otherwise which limit (0 to 3) stood in the way.
 */
const ENTER = `
local now = redis.call('TIME')
local second, ms = tonumber(now[1]), tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ms)
local inSecond = KEYS[1] .. ':s:' .. second
local inHour = KEYS[1] .. ':h:' .. math.floor(second / 3600)
local inDay = KEYS[1] .. ':bytes:' .. math.floor(second / 86400)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
if tonumber(redis.call('GET', inSecond) or 0) >= tonumber(ARGV[4]) then return 1 end
if tonumber(redis.call('GET', inHour) or 0) >= tonumber(ARGV[5]) then return 2 end
if tonumber(redis.call('GET', inDay) or 0) >= tonumber(ARGV[6]) then return 3 end
redis.call('ZADD', KEYS[1], ms + tonumber(ARGV[2]), ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('INCR', inSecond) redis.call('EXPIRE', inSecond, 2)
redis.call('INCR', inHour) redis.call('EXPIRE', inHour, 3600)
return -1`;

/** KEYS[1] as above. ARGV: 1 this place, 2 bytes scanned. */
const LEAVE = `
local day = KEYS[1] .. ':bytes:' .. math.floor(tonumber(redis.call('TIME')[1]) / 86400)
redis.call('ZREM', KEYS[1], ARGV[1])
if tonumber(ARGV[2]) > 0 then redis.call('INCRBY', day, ARGV[2]) redis.call('EXPIRE', day, 86400) end
return 1`;

export function redisQueryBudget(redis: Redis, limits: QueryLimits = LIMITS): QueryBudget {
  const places = keys.budget('queries');
  return {
    enter: async () => {
      const place = randomUUID();
      const { concurrent, perSecond, perHour, bytesPerDay } = limits;
      const [reply] = await pipelined(redis, [
        script(ENTER, places, [place, PLACE_MS, concurrent, perSecond, perHour, bytesPerDay]),
      ]);
      const refusal = REFUSALS[Number(reply)];
      if (refusal) return { kind: 'refused', ...refusal };
      const leave = async (bytes: number): Promise<void> => {
        await pipelined(redis, [script(LEAVE, places, [place, Math.round(bytes)])]);
      };
      return { kind: 'entered', leave };
    },
    asked: async (traceId) => {
      const calls = await redis.get(keys.asked(traceId));
      return calls === null ? undefined : Number(calls);
    },
    remember: async (traceId, calls) => {
      await redis.set(keys.asked(traceId), calls, 'PX', ASKED_MS);
    },
  };
}
