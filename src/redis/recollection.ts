import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Incident } from '../incident/incident.ts';
import type { Restored } from '../incident/recalled.ts';
import type { Recollection } from '../ports.ts';
import { commit, DELETE_IF, untilCommitted } from './commit.ts';
import { type Fields, readFields } from './incident-fields.ts';
import { INCIDENTS_TTL_MS, keys } from './keys.ts';
import { type Command, pipelined, script } from './scripts.ts';

/** Workers say so every few seconds: a Redis that is set back further than this is known by it, and so is one that was emptied or replaced. */
const WHOLE_FOR_MS = 5 * 60_000;
/** Of a process that died at it. */
const LEASE_MS = 10_000;

const RENEW = `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end`;

export function redisRecollection(redis: Redis): Recollection {
  return {
    keep: async () => (await redis.pexpire(keys.whole, WHOLE_FOR_MS)) === 1,
    restore: async (work) => {
      const lease = randomBytes(8).toString('hex');
      if ((await redis.set(keys.restoring, lease, 'PX', LEASE_MS, 'NX')) === null) return undefined;
      const renewing = setInterval(() => {
        pipelined(redis, [script(RENEW, keys.restoring, [lease, LEASE_MS])]).catch(() => undefined);
      }, LEASE_MS / 4).unref();
      try {
        const restored = await work((incident) =>
          untilCommitted(`what its root says of ${incident.id}`, () => adopt(redis, lease, incident)),
        );
        const written: Command = ['set', keys.whole, JSON.stringify(restored), 'px', WHOLE_FOR_MS];
        if (!(await commit(redis, [ours(lease)], [written]))) throw new Error(LOST);
        return restored;
      } finally {
        clearInterval(renewing);
        await commit(redis, [], [[DELETE_IF, keys.restoring, lease]]);
      }
    },
  };
}

/** What a doctor tells of the last time; undefined: Redis has lost what it held, and nobody has seen to it yet. */
export async function lastRestored(redis: Redis): Promise<Restored | undefined> {
  const json = await redis.get(keys.whole);
  // Written above only, hence the cast.
  return json === null ? undefined : (JSON.parse(json) as Restored);
}

const LOST = 'Redis was emptied again, or another process is at it, while incidents were read back';

/** Gone when Redis is emptied once more: what is half restored is never taken for whole. */
const ours = (lease: string) => ({ key: keys.restoring, value: lease });

/** One attempt: true where Redis did not know it, or knew less than its root tells; undefined: somebody was faster. */
async function adopt(redis: Redis, lease: string, incident: Incident): Promise<boolean | undefined> {
  const key = keys.incident(incident.id);
  const [there] = await readFields(redis, [incident.id]);
  if (there && Number(there['version']) >= incident.version) return false;
  const known = there ? await redis.llen(keys.incidentLog(incident.id)) : 0;
  const checks = [ours(lease), { key, field: 'version', value: there?.['version'] }];
  if (await commit(redis, checks, written(incident, there, known))) return true;
  if ((await redis.get(keys.restoring)) !== lease) throw new Error(LOST);
  return undefined;
}

/** `known`: entries of its log that Redis has. */
function written(incident: Incident, there: Fields | undefined, known: number): readonly Command[] {
  const { id, alert, newest, life, log, thread, version } = incident;
  const key = keys.incident(id);
  const fields = {
    ...{ alert: JSON.stringify(alert), trace: alert.traceId, signature: alert.signature, life: JSON.stringify(life) },
    ...{ count: incident.count, firstSeen: incident.firstSeen, lastSeen: incident.lastSeen, newest: JSON.stringify(newest) },
    ...{ version, shown: version, told: Math.max(log.length, known), recalled: incident.recalled ?? '', partial: 1 },
    ...{ opened: there?.['opened'] ?? incident.firstSeen, channel: thread?.channel ?? '', ts: thread?.ts ?? '' },
  };
  const own: readonly Command[] = [
    // Scripts write to it also where it is not there.
    ...(there ? [] : [['del', key, keys.incidentLog(id), keys.incidentTraces(id)]]),
    ['hset', key, ...Object.entries(fields).flat()],
    ['hdel', key, 'contrast', 'compared', 'editedAt'],
    ...log.slice(known).map((entry) => ['rpush', keys.incidentLog(id), JSON.stringify(entry)]),
    ...[key, keys.incidentLog(id)].map((each) => ['pexpire', each, INCIDENTS_TTL_MS]),
    ['zadd', keys.incidents, fields.opened, id],
    ['pexpire', keys.incidents, INCIDENTS_TTL_MS],
  ];
  const leading = [
    ...[alert.traceId, newest.traceId].map((trace) => [keys.incidentOfTrace(trace), `${id}|${trace}`]),
    ...(thread ? [[keys.incidentOfThread(thread.channel, thread.ts), id]] : []),
    ...(life.state === 'merged' ? [] : [[keys.signature(alert.signature), id]]),
  ];
  return [...own, ...leading.map((words) => ['set', ...words, 'px', INCIDENTS_TTL_MS])];
}
