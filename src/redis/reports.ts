import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Alert } from '../incident/incident.ts';
import { type LogEntry, NEW_LIFE, step, TRACEFALL } from '../incident/life.ts';
import { type Claim, type Placing, place } from '../incident/placing.ts';
import type { Reported } from '../ports.ts';
import { type TraceId, traceId } from '../telemetry/ids.ts';
import { timely } from '../telemetry/time.ts';
import { earlier, later, type Micros, micros } from '../units.ts';
import { type Check, commit, DELETE_IF } from './commit.ts';
import { candidateOf, type Fields, readFields } from './incident-fields.ts';
import { INCIDENTS_TTL_MS, keys } from './keys.ts';
import type { Command } from './scripts.ts';

/** What was read for one report, and by what it is seen that it has changed since. */
type Known = {
  readonly claims: readonly Claim[];
  /** Every trace known to be of the transaction. */
  readonly traces: readonly TraceId[];
  readonly current: string | undefined;
  readonly incidents: ReadonlyMap<string, Fields>;
  readonly checks: readonly Check[];
  readonly isWhole: boolean;
};

/** Read back first: a failure that is told in a thread already would get another. */
const FORGOTTEN = 'Redis has lost what it held, and nobody has read back yet which incidents are open';

/** One attempt to count the alert's transaction where it belongs; undefined: somebody was faster. */
export async function report(redis: Redis, alert: Alert, now: Micros): Promise<Reported | undefined> {
  const known = await read(redis, alert);
  const current = known.incidents.get(known.current ?? '');
  const placing = place(alert, known.claims, current && candidateOf(known.current ?? '', current), now);
  if (!placing.home && !known.isWhole) throw new Error(FORGOTTEN);
  const id = placing.home?.id ?? newId();
  const home = known.incidents.get(id);
  const filed = home ? filedAgain(alert, placing, home, now) : opened(alert, now);
  const moves = [...leaving(placing, known.incidents), ...merging(placing, id, known.incidents, now)];
  const editedAt = home?.['editedAt'] === undefined ? undefined : micros(Number(home['editedAt']));
  const reported = { incidentId: id, what: filed.what, editedAt };
  if (filed.what === 'known' && moves.length === 0 && isClaimed(alert, known)) return { ...reported, left: [] };
  const commands = [
    ...moves,
    ...written(id, filed, now),
    ...witnessed(id, filed, alert.traceId),
    ...claiming({ alert, placing, known, id }),
    ...lasting(id),
  ];
  const left = [...new Set(placing.left.map((claim) => claim.incident.id))].filter((other) => other !== id);
  return (await commit(redis, known.checks, commands)) ? { ...reported, left } : undefined;
}

async function read(redis: Redis, { traceIds, signature }: Alert): Promise<Known> {
  const { claimed, current, checks } = await readClaims(redis, traceIds, keys.signature(signature));
  const whole = { key: keys.whole, value: (await redis.get(keys.whole)) ?? undefined };
  const ids = [...new Set([...claimed.values()].map(({ id }) => id)), ...(current === undefined ? [] : [current])];
  const fields = await readFields(redis, ids);
  const incidents = new Map(ids.flatMap((id, index) => (fields[index] ? [[id, fields[index]]] : [])));
  const members = new Set(traceIds.flatMap((trace) => memberOf(trace, claimed) ?? []));
  const claims = [...members].flatMap((member) => {
    const id = claimed.get(member)?.id ?? '';
    const mine = incidents.get(id);
    return mine ? [{ incident: candidateOf(id, mine), member }] : [];
  });
  const versions = [...new Set(ids)].map((id) => ({
    key: keys.incident(id),
    field: 'version',
    value: incidents.get(id)?.['version'],
  }));
  const traces = [...new Set([...traceIds, ...claimed.keys()])];
  return { claims, traces, current, incidents, checks: [...checks, ...versions, whole], isWhole: whole.value !== undefined };
}

type Claimed = Map<TraceId, { readonly id: string; readonly member: TraceId }>;

/** The trace that its claim names has the last word of where it counts; it may have been joined to another since. */
function memberOf(trace: TraceId, claimed: Claimed): TraceId | undefined {
  let member = claimed.get(trace)?.member;
  // Every step leads to a trace that was joined later: no more steps than traces.
  for (let steps = 0; steps < claimed.size && member !== undefined; steps++) member = claimed.get(member)?.member;
  return member;
}

/** A claim leads from a trace to the one under which the transaction was counted, which may have moved on since: followed to the end. */
async function readClaims(
  redis: Redis,
  traceIds: readonly TraceId[],
  signatureKey: string,
): Promise<{ claimed: Claimed; current: string | undefined; checks: readonly Check[] }> {
  const claimed: Claimed = new Map();
  const checks: Check[] = [];
  const asked = new Set(traceIds);
  for (const trace of asked) {
    const key = keys.incidentOfTrace(trace);
    const value = (await redis.get(key)) ?? undefined;
    checks.push({ key, value });
    const [id = '', member = ''] = value?.split('|') ?? [];
    const counted = traceId(member);
    if (!counted) continue;
    claimed.set(trace, { id, member: counted });
    asked.add(counted);
  }
  const current = (await redis.get(signatureKey)) ?? undefined;
  checks.push({ key: signatureKey, value: current });
  return { claimed, current, checks };
}

/** Chance is safe here: whoever repeats a report finds the claims of the one that was kept. */
const newId = (): string => randomBytes(6).toString('hex');

type Filed = {
  readonly what: Reported['what'];
  readonly fields: Readonly<Record<string, string | number>>;
  readonly entries: readonly LogEntry[];
};

/** `partial`: as far as its root told, once Redis was lost. */
const aboutIt = (alert: Alert) => ({ alert: JSON.stringify(alert), trace: alert.traceId, partial: '' });

function opened(alert: Alert, now: Micros): Filed {
  const { signature } = alert;
  const at = timely(alert.at, now);
  const entry: LogEntry = {
    ...{ at: now, by: TRACEFALL, what: 'opened', from: undefined, to: 'open', text: undefined, message: undefined },
  };
  const times = { firstSeen: at, lastSeen: at, newest: newestOf(alert), failed: alert.lastFailure, opened: now };
  return {
    what: 'opened',
    fields: { ...aboutIt(alert), signature, life: JSON.stringify(NEW_LIFE), count: 1, ...times, version: 1 },
    entries: [entry],
  };
}

const NOTHING_NEW: Filed = { what: 'known', fields: {}, entries: [] };

function filedAgain(alert: Alert, placing: Placing, home: Fields, now: Micros): Filed {
  if (placing.kept !== undefined) return filedThere(alert, placing, home, now);
  if (mayBeCounted(alert, home, now)) return NOTHING_NEW;
  const { fields, entries } = failedAgain(alert, micros(alert.at + alert.duration), home, now);
  const count = Number(home['count']) + 1;
  const what = entries.length > 0 ? 'reopened' : 'counted';
  // What its root says of a failure that Redis has lost is less than what is known of this one.
  const sharper = home['partial'] === '1' ? aboutIt(alert) : {};
  const times = { failed: lastFailed(alert, home), ...seen(alert, home, now) };
  return { what, fields: { ...fields, count, ...sharper, ...times, ...next(home) }, entries };
}

/** It counts there already: it may tell more, and where it has failed since somebody resolved it, that is news (a client may never begin a new trace). */
function filedThere(alert: Alert, { drawn }: Placing, home: Fields, now: Micros): Filed {
  const isResolved = candidateOf('', home).life.state === 'resolved';
  const isNewer = alert.lastFailure > Number(home['failed'] ?? Infinity);
  const again = isResolved && isNewer ? failedAgain(alert, alert.lastFailure, home, now) : undefined;
  const told = { ...aboutIt(alert), ...failedAt(alert, home, now), ...next(home) };
  if (again && again.entries.length > 0)
    return { what: 'reopened', fields: { ...told, ...again.fields }, entries: again.entries };
  if (!drawn || home['alert'] === JSON.stringify(alert)) return NOTHING_NEW;
  return { what: 'grown', fields: { ...told, ...(isResolved ? {} : { signature: alert.signature }) }, entries: [] };
}

function failedAgain({ version }: Alert, at: Micros, home: Fields, now: Micros): Pick<Filed, 'fields' | 'entries'> {
  const change = step(candidateOf('', home).life, { kind: 'failed', at: timely(at, now), version }, now);
  if (change.kind !== 'changed') return { fields: {}, entries: [] };
  return { fields: { life: JSON.stringify(change.life) }, entries: change.entry ? [change.entry] : [] };
}

const failedAt = (alert: Alert, home: Fields, now: Micros) => ({
  failed: lastFailed(alert, home),
  lastSeen: later(timely(alert.lastFailure, now), micros(Number(home['lastSeen']))),
});

/** By the senders' clocks, whatever those say: to tell a failure from a repetition of it. What was kept before this was noted cannot. */
const lastFailed = ({ lastFailure }: Alert, home: Fields): number => Math.max(lastFailure, Number(home['failed'] ?? lastFailure));

/** Before Redis was lost, of which nobody knows any more: "at least" is still true of the count without it. */
const mayBeCounted = ({ at }: Alert, { recalled }: Fields, now: Micros): boolean =>
  recalled !== undefined && timely(at, now) <= Number(recalled);

const next = (fields: Fields) => ({ version: Number(fields['version']) + 1 });

const newestOf = ({ traceId: own, version }: Alert): string => JSON.stringify({ traceId: own, version });

function seen(alert: Alert, fields: Fields, now: Micros) {
  const at = timely(alert.at, now);
  const lastSeen = micros(Number(fields['lastSeen']));
  const firstSeen = earlier(at, micros(Number(fields['firstSeen'])));
  return at < lastSeen ? { firstSeen } : { firstSeen, lastSeen: at, newest: newestOf(alert) };
}

const written = (id: string, { fields, entries }: Filed, now: Micros): readonly Command[] => [
  ...(Object.keys(fields).length === 0 ? [] : [['hset', keys.incident(id), ...Object.entries(fields).flat()]]),
  ...entries.map((entry) => ['rpush', keys.incidentLog(id), JSON.stringify(entry)]),
  ...('opened' in fields ? [['zadd', keys.incidents, now, id]] : []),
];

/** An incident's first transactions tell what began with it: read whole when they are compared, hence few. */
const WITNESSES = 64;

function witnessed(id: string, { what }: Filed, trace: TraceId): readonly Command[] {
  if (what === 'grown' || what === 'known') return [];
  const key = keys.incidentTraces(id);
  return [
    // What begins anew may have another cause.
    ...(what === 'reopened'
      ? [
          ['del', key],
          ['hdel', keys.incident(id), 'contrast', 'compared'],
        ]
      : []),
    ['rpush', key, trace],
    ['ltrim', key, 0, WITNESSES - 1],
  ];
}

const isClaimed = ({ traceIds }: Alert, { checks }: Known): boolean =>
  traceIds.every((trace) => checks.some(({ key, value }) => key === keys.incidentOfTrace(trace) && value !== undefined));

type Claiming = { readonly alert: Alert; readonly placing: Placing; readonly known: Known; readonly id: string };

/** Every trace of the transaction leads to the incident, and to the one trace under which it counts there. */
function claiming({ alert: { traceId: own, signature }, placing, known, id }: Claiming): readonly Command[] {
  const claim = `${id}|${placing.kept ?? own}`;
  const claims = known.traces.map((trace) => ['set', keys.incidentOfTrace(trace), claim, 'px', INCIDENTS_TTL_MS]);
  const { home } = placing;
  // Where it stays under its own signature, another may have become that signature's current one.
  if (placing.kept !== undefined && (home?.life.state === 'resolved' || home?.signature === signature)) return claims;
  const resigned = home && home.signature !== signature ? [forgetting(home.signature, id)] : [];
  return [...claims, ...resigned, ['set', keys.signature(signature), id, 'px', INCIDENTS_TTL_MS]];
}

const leaving = ({ left }: Placing, incidents: ReadonlyMap<string, Fields>): readonly Command[] =>
  left.flatMap(({ incident: { id }, member }) =>
    incidents.has(id)
      ? [
          ['lrem', keys.incidentTraces(id), 0, member],
          // The one that it was opened with takes its place.
          ...(incidents.get(id)?.['newest']?.includes(member) ? [['hdel', keys.incident(id), 'newest']] : []),
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
  [keys.incident(id), keys.incidentLog(id), keys.incidentTraces(id), keys.incidents].map((key) => [
    'pexpire',
    key,
    INCIDENTS_TTL_MS,
  ]);
