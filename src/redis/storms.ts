import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { isOver, mostFrequent, type Storm } from '../incident/storm.ts';
import type { Clock, Storms } from '../ports.ts';
import { fromMillis, type Micros, toMillis } from '../units.ts';
import { commit, DELETE_IF } from './commit.ts';
import { readIncidents } from './incident-fields.ts';
import { INCIDENTS_TTL_MS, keys } from './keys.ts';
import { noted, pipelined, script } from './scripts.ts';

/**
 * KEYS[1] incidents of the channel by when they were first to be told. ARGV: 1 incident, 2 now, 3 window, 4 how many, 5 the channel's
 * storm (key), 6 id for a new storm, 7 prefix of storm keys, 8 TTL, 9 incident (key). Answers the storm's id, empty: none. What was
 * decided once stays so.
 */
const JOIN = `
local line, id, now = KEYS[1], ARGV[1], tonumber(ARGV[2])
local decided = redis.call('HGET', ARGV[9], 'storm')
if decided then return decided end
local before = redis.call('ZCOUNT', line, '(' .. now - tonumber(ARGV[3]), '+inf')
redis.call('ZREMRANGEBYSCORE', line, '-inf', now - tonumber(ARGV[3]))
redis.call('ZADD', line, now, id)
redis.call('PEXPIRE', line, ARGV[8])
local storm = ''
if before >= tonumber(ARGV[4]) then storm = redis.call('GET', ARGV[5]) or ARGV[6] end
redis.call('HSET', ARGV[9], 'storm', storm)
if storm == '' then return storm end
redis.call('SET', ARGV[5], storm, 'PX', ARGV[8])
redis.call('HSETNX', ARGV[7] .. storm, 'began', now)
redis.call('HSET', ARGV[7] .. storm, 'last', now)
redis.call('SADD', ARGV[7] .. storm .. ':incidents', id)
redis.call('PEXPIRE', ARGV[7] .. storm, ARGV[8])
redis.call('PEXPIRE', ARGV[7] .. storm .. ':incidents', ARGV[8])
return storm`;

export function redisStorms(redis: Redis, clock: Clock): Storms {
  return {
    join: async (incidentId, channel, { incidents, within }) => {
      const now = Math.floor(toMillis(clock()));
      const args = [incidentId, now, toMillis(within), incidents, keys.stormOf(channel), randomBytes(6).toString('hex')];
      const more = [keys.stormPrefix, INCIDENTS_TTL_MS, keys.incident(incidentId)];
      const [storm] = await pipelined(redis, [script(JOIN, keys.openedIn(channel), [...args, ...more])]);
      return storm === '' ? undefined : String(storm);
    },
    read: (id, limit) => read(redis, id, (last) => isOver(last, clock(), limit)),
    setThread: async (id, { channel, ts }) => {
      await pipelined(redis, [noted(keys.storm(id), 'channel', channel, 'ts', ts)]);
    },
    setShown: async (id, face) => {
      await pipelined(redis, [noted(keys.storm(id), 'shown', face)]);
    },
    end: async (id, channel) => {
      await commit(redis, [], [[DELETE_IF, keys.stormOf(channel), id]]);
    },
  };
}

/** Of thousands of incidents only the count, of the few that are told everything. */
async function read(redis: Redis, id: string, over: (last: Micros) => boolean): Promise<Storm | undefined> {
  const fields = await redis.hgetall(keys.storm(id));
  if (fields['began'] === undefined) return undefined;
  const ids = await redis.smembers(`${keys.storm(id)}:incidents`);
  const counts = await pipelined(
    redis,
    ids.map((each) => ['hget', keys.incident(each), 'count']),
  );
  const incidents = ids.map((each, index) => ({ id: each, count: Number(counts[index]) }));
  const last = fromMillis(Number(fields['last']));
  const told = mostFrequent(incidents);
  const alerts = await readIncidents(
    redis,
    told.map((each) => each.id),
  );
  return {
    ...{ id, kinds: incidents.length, transactions: incidents.reduce((sum, { count }) => sum + count, 0) },
    top: alerts.map(({ id: each, alert, count }) => ({ id: each, alert, count })),
    ...{ began: fromMillis(Number(fields['began'])), last, over: over(last), shown: fields['shown'] },
    thread: fields['channel'] && fields['ts'] ? { channel: fields['channel'], ts: fields['ts'] } : undefined,
  };
}
