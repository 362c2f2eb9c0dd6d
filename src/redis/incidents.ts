import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Alert, Incident, IncidentState, LogEntry } from '../incident/incident.ts';
import { statesBefore } from '../incident/lifecycle.ts';
import type { Change, Changed, Clock, Incidents, Reported } from '../ports.ts';
import { micros } from '../units.ts';
import { CHANGE, REPORT } from './incident-scripts.ts';
import { INCIDENTS_TTL_MS, keys } from './keys.ts';
import { pipelined, script } from './scripts.ts';

export function redisIncidents(redis: Redis, clock: Clock): Incidents {
  return {
    report: (alert) => report(redis, clock, alert),
    read: (id) => read(redis, id),
    ofTrace: async (traceId) => {
      const id = await redis.get(keys.incidentOfTrace(traceId));
      return id === null ? undefined : read(redis, id);
    },
    change: (id, change) => apply(redis, clock, { id, change }),
    setThread: async (id, thread) => {
      if (thread) await redis.hset(keys.incident(id), { channel: thread.channel, ts: thread.ts });
      else await redis.hdel(keys.incident(id), 'channel', 'ts');
    },
  };
}

async function report(redis: Redis, clock: Clock, alert: Alert): Promise<Reported> {
  const opened: LogEntry = { at: clock(), by: 'tracefall', what: 'opened', text: undefined };
  const [reply] = await pipelined(redis, [
    script(REPORT, keys.signature(alert.signature), [
      ...[
        alert.traceId,
        alert.at,
        JSON.stringify(alert),
        idFor(alert),
        keys.incidentPrefix,
        INCIDENTS_TTL_MS,
        JSON.stringify(opened),
      ],
      ...alert.traceIds.flatMap((traceId) => [keys.incidentOfTrace(traceId), traceId]),
    ]),
  ]);
  const [incidentId, what] = Array.isArray(reply) ? reply.map(String) : [];
  if (incidentId === undefined || !isReported(what))
    throw new Error(`expected an incident id and what happened to it, not ${String(reply)}`);
  return { incidentId, what };
}

const isReported = (what: string | undefined): what is Reported['what'] =>
  what === 'opened' || what === 'counted' || what === 'grown' || what === 'known';

/** The transaction that opens an incident names it: the same report again gives the same id, from whichever worker. */
const idFor = (alert: Alert): string =>
  createHash('sha256').update(`${alert.signature} ${alert.traceId}`).digest('hex').slice(0, 12);

async function read(redis: Redis, id: string): Promise<Incident | undefined> {
  const [fields, entries] = await pipelined(redis, [
    ['hgetall', keys.incident(id)],
    ['lrange', keys.incidentLog(id), 0, -1],
  ]);
  const field = (name: string): string | undefined => {
    const value: unknown = Object(fields)[name];
    return typeof value === 'string' ? value : undefined;
  };
  const alert = field('alert');
  if (alert === undefined) return undefined;
  const channel = field('channel');
  const ts = field('ts');
  return {
    id,
    // Alert, state and log are written by our scripts only.
    alert: JSON.parse(alert) as Alert,
    state: field('state') as IncidentState,
    count: Number(field('count')),
    firstSeen: micros(Number(field('firstSeen'))),
    lastSeen: micros(Number(field('lastSeen'))),
    log: (Array.isArray(entries) ? entries : []).map((entry) => JSON.parse(String(entry)) as LogEntry),
    thread: channel && ts ? { channel, ts } : undefined,
    version: Number(field('version')),
  };
}

async function apply(redis: Redis, clock: Clock, { id, change }: { id: string; change: Change }): Promise<Changed> {
  const entry: LogEntry = { at: clock(), by: change.by, what: change.to, text: change.text };
  const from = statesBefore(change.to);
  const [changed] = await pipelined(redis, [script(CHANGE, keys.incident(id), [id, change.to, JSON.stringify(entry), ...from])]);
  const incident = await read(redis, id);
  if (!incident) return { kind: 'unknown' };
  return { kind: changed === 1 ? 'changed' : 'refused', incident };
}
