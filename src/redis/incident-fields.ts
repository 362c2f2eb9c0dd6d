import type { Redis } from 'ioredis';
import type { Alert, Incident } from '../incident/incident.ts';
import type { Life, LogEntry } from '../incident/life.ts';
import type { Candidate } from '../incident/placing.ts';
import { type TraceId, traceId } from '../telemetry/ids.ts';
import { micros } from '../units.ts';
import { keys } from './keys.ts';
import { pipelined } from './scripts.ts';

/** An incident as its hash holds it. */
export type Fields = Readonly<Record<string, string>>;

export async function readFields(redis: Redis, ids: readonly string[]): Promise<readonly (Fields | undefined)[]> {
  const replies = await pipelined(
    redis,
    ids.map((id) => ['hgetall', keys.incident(id)]),
  );
  // HGETALL gives strings only, and nothing at all for a key that is not there.
  return replies.map((reply) => ('life' in Object(reply) ? (reply as Fields) : undefined));
}

export async function readIncidents(redis: Redis, ids: readonly string[]): Promise<readonly Incident[]> {
  const [fields, logs] = await Promise.all([
    readFields(redis, ids),
    pipelined(
      redis,
      ids.map((id) => ['lrange', keys.incidentLog(id), 0, -1]),
    ),
  ]);
  return ids.flatMap((id, index) => {
    const mine = fields[index];
    return mine ? [incidentOf(id, mine, logs[index])] : [];
  });
}

// Alert, newest, life, contrast and log are written by redis/incidents.ts only, hence the casts here.
export const lifeOf = (fields: Fields): Life => JSON.parse(fields['life'] ?? '') as Life;

const incidentOf = (id: string, fields: Fields, entries: unknown): Incident => ({
  id,
  alert: JSON.parse(fields['alert'] ?? '') as Alert,
  life: lifeOf(fields),
  count: Number(fields['count']),
  firstSeen: micros(Number(fields['firstSeen'])),
  lastSeen: micros(Number(fields['lastSeen'])),
  contrast: JSON.parse(fields['contrast'] ?? '[]') as readonly string[],
  // What was kept before this was noted has an alert only.
  newest: JSON.parse(fields['newest'] ?? fields['alert'] ?? '') as Incident['newest'],
  log: (Array.isArray(entries) ? entries : []).map((entry) => JSON.parse(String(entry)) as LogEntry),
  thread: fields['channel'] && fields['ts'] ? { channel: fields['channel'], ts: fields['ts'] } : undefined,
  storm: fields['storm'] || undefined,
  recalled: fields['recalled'] === undefined ? undefined : micros(Number(fields['recalled'])),
  shown: Number(fields['shown'] ?? 0),
  told: Number(fields['told'] ?? 0),
  version: Number(fields['version']),
});

export const candidateOf = (id: string, fields: Fields): Candidate => ({
  id,
  signature: fields['signature'] ?? '',
  life: lifeOf(fields),
  count: Number(fields['count']),
  drawn: drawnIn(fields),
});

function drawnIn(fields: Fields): TraceId {
  const id = traceId(fields['trace'] ?? '');
  if (!id) throw new Error(`expected the trace that is drawn, not ${fields['trace']}`);
  return id;
}
