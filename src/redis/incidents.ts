import type { Redis } from 'ioredis';
import type { Alert } from '../incident/incident.ts';
import type { LifeEvent } from '../incident/life.ts';
import { step } from '../incident/life.ts';
import { NEW_AN_HOUR, OVERFLOW, overflowing } from '../incident/overflow.ts';
import type { Changed, Clock, Incidents } from '../ports.ts';
import { fromSeconds, type Micros } from '../units.ts';
import { commit, untilCommitted } from './commit.ts';
import { contrasts } from './contrasts.ts';
import { lifeOf, readFields, readIncidents } from './incident-fields.ts';
import { INCIDENTS_TTL_MS, keys } from './keys.ts';
import { replicated } from './replicated.ts';
import { report } from './reports.ts';
import { type Command, noted, pipelined } from './scripts.ts';

const HOUR = fromSeconds(3_600);

/** `most`: new kinds of failure in an hour that become incidents of their own. */
export function redisIncidents(redis: Redis, clock: Clock, most = NEW_AN_HOUR): Incidents {
  const safe = replicated(redis);
  const read = async (id: string) => (await readIncidents(redis, [id]))[0];
  return {
    read,
    report: async (alert) => {
      const told = (await isOneTooMany(redis, alert, { most, since: clock() - HOUR })) ? overflowing(alert, most) : alert;
      return await untilCommitted(`the report of ${alert.traceId}`, () => report(redis, told, clock()));
    },
    ofTrace: async (traceId) => {
      const [id] = (await redis.get(keys.incidentOfTrace(traceId)))?.split('|') ?? [];
      return id === undefined ? undefined : await read(id);
    },
    ofThread: async ({ channel, ts }) => {
      const id = await redis.get(keys.incidentOfThread(channel, ts));
      return id === null ? undefined : await read(id);
    },
    newest: async (most) => await readIncidents(redis, await redis.zrevrange(keys.incidents, 0, most - 1)),
    change: async (id, event) => {
      const what = await untilCommitted(`a change of ${id}`, () => change(redis, id, event, clock()));
      await safe();
      const incident = what === 'unknown' ? undefined : await read(id);
      return what === 'unknown' || !incident ? { kind: 'unknown' } : { kind: what, incident };
    },
    ...contrasts(redis),
    mute: async (id, by) => {
      const incident = await read(id);
      if (!incident) return 'unknown';
      await redis.hset(keys.muted, incident.alert.signature, JSON.stringify({ by, at: clock() }));
      return 'done';
    },
    unmute: async (id) => {
      const incident = await read(id);
      if (!incident) return 'unknown';
      await redis.hdel(keys.muted, incident.alert.signature);
      return 'done';
    },
    isMuted: async ({ alert }) => (await redis.hexists(keys.muted, alert.signature)) === 1,
    setThread: async (id, thread) => {
      if (!thread) return void (await redis.hdel(keys.incident(id), 'channel', 'ts', 'told', 'shown'));
      const { channel, ts } = thread;
      await pipelined(redis, [
        noted(keys.incident(id), 'channel', channel, 'ts', ts),
        ['set', keys.incidentOfThread(channel, ts), id, 'px', INCIDENTS_TTL_MS],
      ]);
    },
    setShown: async (id, version, editedAt) => {
      await pipelined(redis, [
        noted(keys.incident(id), 'shown', version, ...(editedAt === undefined ? [] : ['editedAt', editedAt])),
      ]);
    },
    setTold: async (id, entries) => {
      await pipelined(redis, [noted(keys.incident(id), 'told', entries)]);
    },
  };
}

/** Where one of its traces is counted already it stays; else a kind that nobody knows, where too much is new already. Workers at once may let a few more pass. */
async function isOneTooMany(
  redis: Redis,
  { signature, traceIds }: Alert,
  { most, since }: { readonly most: number; readonly since: number },
): Promise<boolean> {
  const claims = await redis.mget(traceIds.map((id) => keys.incidentOfTrace(id)));
  const home = claims.find((claim) => claim !== null)?.split('|')[0];
  if (home !== undefined) return (await redis.hget(keys.incident(home), 'signature')) === OVERFLOW;
  return (await redis.exists(keys.signature(signature))) === 0 && (await redis.zcount(keys.incidents, since, '+inf')) >= most;
}

/** One attempt; undefined: somebody was faster. */
async function change(redis: Redis, id: string, event: LifeEvent, now: Micros): Promise<Changed['kind'] | undefined> {
  const [fields] = await readFields(redis, [id]);
  if (!fields) return 'unknown';
  const { version } = fields;
  const next = step(lifeOf(fields), event, now);
  if (next.kind !== 'changed') return next.kind;
  const key = keys.incident(id);
  const commands: readonly Command[] = [
    ['hset', key, 'life', JSON.stringify(next.life), 'version', Number(version) + 1],
    ...(next.entry ? [['rpush', keys.incidentLog(id), JSON.stringify(next.entry)]] : []),
    ...(next.entry?.what === 'reopened' ? [['set', keys.signature(fields['signature'] ?? ''), id, 'px', INCIDENTS_TTL_MS]] : []),
    ...[key, keys.incidentLog(id)].map((each) => ['pexpire', each, INCIDENTS_TTL_MS]),
  ];
  return (await commit(redis, [{ key, field: 'version', value: version }], commands)) ? 'changed' : undefined;
}
