import type { Redis } from 'ioredis';
import type { Incidents } from '../ports.ts';
import { traceId } from '../telemetry/ids.ts';
import { keys } from './keys.ts';
import { pipelined, script } from './scripts.ts';

/** What sets the transactions of an incident apart, and which of them were looked at for it. */
export const contrasts = (redis: Redis): Pick<Incidents, 'witnesses' | 'claimContrast' | 'setContrast'> => ({
  witnesses: async (id) => {
    const [traces, compared] = await pipelined(redis, [
      ['lrange', keys.incidentTraces(id), 0, -1],
      ['hget', keys.incident(id), 'compared'],
    ]);
    const known = Array.isArray(traces) ? traces.flatMap((each) => traceId(String(each)) ?? []) : [];
    return { traces: known, compared: Number(compared ?? 0) };
  },
  claimContrast: async (id, compared) => {
    const [claimed] = await pipelined(redis, [script(CLAIM_CONTRAST, keys.incident(id), [compared])]);
    return claimed === 1;
  },
  setContrast: async (id, contrast, compared) => {
    const [what] = await pipelined(redis, [script(SET_CONTRAST, keys.incident(id), [JSON.stringify(contrast), compared])]);
    return what === 'changed' || what === 'same' ? what : 'outdated';
  },
});

/** ARGV: 1 how many are compared. */
const CLAIM_CONTRAST = `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if tonumber(redis.call('HGET', KEYS[1], 'compared') or '0') >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'compared', ARGV[1])
return 1`;

/** ARGV: 1 what was found, 2 among how many. Only another finding is news. */
const SET_CONTRAST = `
if redis.call('HGET', KEYS[1], 'compared') ~= ARGV[2] then return 'outdated' end
if (redis.call('HGET', KEYS[1], 'contrast') or '[]') == ARGV[1] then return 'same' end
redis.call('HSET', KEYS[1], 'contrast', ARGV[1])
redis.call('HINCRBY', KEYS[1], 'version', 1)
return 'changed'`;
