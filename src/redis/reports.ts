import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Alert, LogEntry } from '../incident/incident.ts';
import { type LifeEvent, NEW_LIFE, step, TRACEFALL } from '../incident/life.ts';
import { type Claim, type Placing, place } from '../incident/placing.ts';
import type { Reported } from '../ports.ts';
import { traceId } from '../telemetry/ids.ts';
import { earlier, later, type Micros, micros } from '../units.ts';
import { type Check, commit, DELETE_IF } from './commit.ts';
import { candidateOf, type Fields, readFields } from './incident-fields.ts';
import { INCIDENTS_TTL_MS, keys } from './keys.ts';
import { type Command, pipelined } from './scripts.ts';

/** What was read for one report, and by what it is seen that it has changed since. */
type Known = {
  readonly claims: readonly Claim[];
  readonly current: string | undefined;
  readonly incidents: ReadonlyMap<string, Fields>;
  readonly checks: readonly Check[];
};

/** One attempt to count the alert's transaction where it belongs; undefined: somebody was faster. */
export async function report(redis: Redis, alert: Alert, now: Micros): Promise<Reported | undefined> {
  const known = await read(redis, alert);
  const current = known.incidents.get(known.current ?? '');
  const placing = place(alert, known.claims, current && candidateOf(known.current ?? '', current), now);
  const id = placing.home?.id ?? idFor(alert, known.current);
  const home = known.incidents.get(id);
  const filed = home ? filedAgain(alert, placing, home, now) : opened(alert, now);
  const moves = [...leaving(placing, known.incidents), ...merging(placing, id, known.incidents, now)];
  if (filed.what === 'known' && moves.length === 0 && isClaimed(alert, known)) return { incidentId: id, what: 'known', left: [] };
  const commands = [...moves, ...written(id, filed, now), ...claiming(alert, id, home), ...lasting(id)];
  const left = [...new Set(placing.left.map((claim) => claim.incident.id))].filter((other) => other !== id);
  return (await commit(redis, known.checks, commands)) ? { incidentId: id, what: filed.what, left } : undefined;
}

async function read(redis: Redis, { traceIds, signature }: Alert): Promise<Known> {
  const keyOf = [...traceIds.map(keys.incidentOfTrace), keys.signature(signature)];
  const found = (
    await pipelined(
      redis,
      keyOf.map((key) => ['get', key]),
    )
  ).map((reply) => (typeof reply === 'string' ? reply : undefined));
  const current = found.at(-1);
  const claimed = [...new Set(found.slice(0, -1).flatMap((claim) => claim ?? []))].map((claim) => claim.split('|'));
  const ids = [...new Set([...claimed.flatMap(([id]) => id ?? []), ...(current === undefined ? [] : [current])])];
  const fields = await readFields(redis, ids);
  const incidents = new Map(ids.flatMap((id, index) => (fields[index] ? [[id, fields[index]]] : [])));
  const claims = claimed.flatMap(([id = '', member = '']) => {
    const [mine, trace] = [incidents.get(id), traceId(member)];
    return mine && trace ? [{ incident: candidateOf(id, mine), member: trace }] : [];
  });
  const checks = [
    ...keyOf.map((key, index) => ({ key, value: found[index] })),
    ...ids.map((id) => ({ key: keys.incident(id), field: 'version', value: incidents.get(id)?.['version'] })),
  ];
  return { claims, current, incidents, checks };
}

/** The transaction that opens an incident names it; after a resolved one of the same signature the next has another name. */
const idFor = (alert: Alert, before: string | undefined): string =>
  createHash('sha256')
    .update(`${alert.signature} ${alert.traceId} ${before ?? ''}`)
    .digest('hex')
    .slice(0, 12);

type Filed = {
  readonly what: Reported['what'];
  readonly fields: Readonly<Record<string, string | number>>;
  readonly entries: readonly LogEntry[];
};

const aboutIt = (alert: Alert) => ({ alert: JSON.stringify(alert), trace: alert.traceId });

function opened(alert: Alert, now: Micros): Filed {
  const { signature, at } = alert;
  const entry: LogEntry = {
    ...{ at: now, by: TRACEFALL, what: 'opened', from: undefined, to: 'open', text: undefined, message: undefined },
  };
  const times = { firstSeen: at, lastSeen: at, opened: now };
  return {
    what: 'opened',
    fields: { ...aboutIt(alert), signature, life: JSON.stringify(NEW_LIFE), count: 1, ...times, version: 1 },
    entries: [entry],
  };
}

function filedAgain(alert: Alert, { counted, drawn }: Placing, home: Fields, now: Micros): Filed {
  const grown = drawn && home['alert'] !== JSON.stringify(alert);
  if (counted) {
    const what = grown ? 'grown' : 'known';
    const signed = candidateOf('', home).life.state === 'resolved' ? {} : { signature: alert.signature };
    return { what, fields: grown ? { ...aboutIt(alert), ...signed, ...next(home) } : {}, entries: [] };
  }
  const failed: LifeEvent = { kind: 'failed', at: micros(alert.at + alert.duration), version: alert.version };
  const change = step(candidateOf('', home).life, failed, now);
  const life = change.kind === 'changed' ? { life: JSON.stringify(change.life) } : {};
  const entries = change.kind === 'changed' && change.entry ? [change.entry] : [];
  const count = Number(home['count']) + 1;
  const what = entries.length > 0 ? 'reopened' : 'counted';
  return { what, fields: { ...life, count, ...seen(alert, home), ...next(home) }, entries };
}

const next = (fields: Fields) => ({ version: Number(fields['version']) + 1 });

const seen = ({ at }: Alert, fields: Fields) => ({
  firstSeen: earlier(at, micros(Number(fields['firstSeen']))),
  lastSeen: later(at, micros(Number(fields['lastSeen']))),
});

const written = (id: string, { fields, entries }: Filed, now: Micros): readonly Command[] => [
  ...(Object.keys(fields).length === 0 ? [] : [['hset', keys.incident(id), ...Object.entries(fields).flat()]]),
  ...entries.map((entry) => ['rpush', keys.incidentLog(id), JSON.stringify(entry)]),
  ...('opened' in fields ? [['zadd', keys.incidents, now, id]] : []),
];

const isClaimed = ({ traceIds }: Alert, { checks }: Known): boolean =>
  traceIds.every((trace) => checks.some(({ key, value }) => key === keys.incidentOfTrace(trace) && value !== undefined));

/** Every trace of the transaction leads to the incident, and to the one trace under which it counts there. */
function claiming({ traceIds, traceId: own, signature }: Alert, id: string, home: Fields | undefined): readonly Command[] {
  const claims = traceIds.map((trace) => ['set', keys.incidentOfTrace(trace), `${id}|${own}`, 'px', INCIDENTS_TTL_MS]);
  if (home && candidateOf(id, home).life.state === 'resolved') return claims;
  const resigned = home && home['signature'] !== signature ? [forgetting(home['signature'] ?? '', id)] : [];
  return [...claims, ...resigned, ['set', keys.signature(signature), id, 'px', INCIDENTS_TTL_MS]];
}

const leaving = ({ left }: Placing, incidents: ReadonlyMap<string, Fields>): readonly Command[] =>
  left.flatMap(({ incident: { id } }) =>
    incidents.has(id)
      ? [
          ['hincrby', keys.incident(id), 'count', -1],
          ['hincrby', keys.incident(id), 'version', 1],
        ]
      : [],
  );

/** Its signature leads nowhere any more: what fails so next is an incident of its own. */
function merging({ emptied }: Placing, into: string, incidents: ReadonlyMap<string, Fields>, now: Micros): readonly Command[] {
  return emptied.flatMap(({ id, life, signature }) => {
    const change = step(life, { kind: 'merged', into }, now);
    if (change.kind !== 'changed' || !incidents.has(id)) return [];
    return [
      ['hset', keys.incident(id), 'life', JSON.stringify(change.life)],
      ...(change.entry ? [['rpush', keys.incidentLog(id), JSON.stringify(change.entry)]] : []),
      forgetting(signature, id),
    ];
  });
}

const forgetting = (signature: string, id: string): Command => [DELETE_IF, keys.signature(signature), id];

const lasting = (id: string): readonly Command[] =>
  [keys.incident(id), keys.incidentLog(id), keys.incidents].map((key) => ['pexpire', key, INCIDENTS_TTL_MS]);
