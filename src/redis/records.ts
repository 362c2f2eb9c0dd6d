import type { Redis } from 'ioredis';
import type { Clock, Kept, ReadBack, Records, Suspect } from '../ports.ts';
import { requestOfTrace, type TraceId, traceId, traceOfRequest } from '../telemetry/ids.ts';
import type { TelemetryRecord } from '../telemetry/record.ts';
import { messageKey } from '../trace/join-keys.ts';
import { fromMillis, toMillis } from '../units.ts';
import { filed } from './filing.ts';
import { sheds } from './fullness.ts';
import { keys } from './keys.ts';
import { healthy, recent } from './recent.ts';
import { type Keeping, keepJoins, keepLink, keepRequest, keepTrace } from './record-scripts.ts';
import { pipelined } from './scripts.ts';

/** A transaction over more traces than this is cut: links can run in circles and on for ever. */
const LINKED_TRACES = 50;

/** `onTight` is told when the memory of Redis comes to its end. */
export function redisRecords(redis: Redis, clock: Clock, onTight: (share: number) => void = () => undefined): Records {
  const isShort = sheds(redis, onTight);
  return {
    keep: async (records, suspects) =>
      keep(redis, records, { suspects: new Set(suspects), nowMs: Math.floor(toMillis(clock())), sheds: await isShort() }),
    read: (id) => read(redis, id),
    recent: (minutes, most) => recent(redis, clock(), { minutes, most }),
    healthy: (entryKey) => healthy(redis, entryKey),
    traceOfId: (id) => traceOfId(redis, id),
  };
}

async function traceOfId(redis: Redis, id: string): Promise<TraceId | undefined> {
  const [request, naming, isRequest] = await pipelined(redis, [
    ['hget', keys.request(id), 'trace'],
    ['zrevrange', keys.join(messageKey(id)), 0, 0],
    ['exists', keys.request(id)],
  ]);
  const named = traceId(String(request ?? '')) ?? traceId(String(Array.isArray(naming) ? (naming[0] ?? '') : ''));
  return named ?? (isRequest === 1 ? traceOfRequest(id) : undefined);
}

/** One round trip, one script a trace: this is all that a healthy transaction costs. */
async function keep(redis: Redis, records: readonly TelemetryRecord[], keeping: Keeping): Promise<Kept> {
  const { byTrace, byRequest } = filed(records, fromMillis(keeping.nowMs));
  const joined = [...byTrace].filter(([id]) => !keeping.sheds || keeping.suspects.has(id));
  // Links first: a trace that comes now must find the suspects it belongs with.
  const links = joined.flatMap(([id, file]) => [...file.linked].flatMap((other) => keepLink(id, other)));
  const joins = joined.flatMap(([id, file]) => keepJoins(id, file));
  const requests = [...byRequest].flatMap(([requestId, file]) => keepRequest(requestId, file, keeping));
  const traces = [...byTrace].flatMap(([id, file]) => keepTrace(id, file, keeping));
  const replies = await pipelined(redis, [...links, ...joins, ...requests, ...traces]);
  const placed = [...byTrace.values(), ...byRequest.values()].reduce((sum, { entries }) => sum + entries.length, 0);
  return { ...summed(replies.slice(links.length + joins.length).map(answerIn)), unplaced: records.length - placed };
}

type Answer = Pick<Kept, 'stored' | 'duplicates' | 'truncated' | 'shed'> & { readonly suspect: Suspect | undefined };

/** The reply of the two scripts; Redis gives a Lua table of numbers and one string as an array. */
function answerIn(reply: unknown): Answer {
  const [stored, duplicates, truncated, since, closed, id, shed] = Array.isArray(reply) ? reply : [];
  const suspectId = Number(since) > 0 ? traceId(String(id)) : undefined;
  return {
    ...{ stored: Number(stored), duplicates: Number(duplicates), truncated: Number(truncated), shed: Number(shed ?? 0) },
    suspect: suspectId && { traceId: suspectId, since: fromMillis(Number(since)), entryClosed: Number(closed) === 1 },
  };
}

function summed(answers: readonly Answer[]): Omit<Kept, 'unplaced'> {
  const total = (field: Exclude<keyof Answer, 'suspect'>): number => answers.reduce((sum, answer) => sum + answer[field], 0);
  const suspects = new Map(answers.flatMap(({ suspect }) => (suspect ? [[suspect.traceId, suspect]] : [])));
  return {
    stored: total('stored'),
    duplicates: total('duplicates'),
    truncated: total('truncated'),
    shed: total('shed'),
    suspects: [...suspects.values()],
  };
}

async function read(redis: Redis, id: TraceId): Promise<ReadBack> {
  const { traces, more } = await linkedTraces(redis, id);
  const files = await Promise.all(traces.map((linked) => redis.hgetall(keys.trace(linked))));
  const requests = files.flatMap((file) => Object.keys(file).filter((field) => field.startsWith('r:')));
  const named = requests.map((field) => redis.hgetall(field.slice('r:'.length)));
  const invocations = await Promise.all([...named, runWithoutTrace(redis, id)]);
  const all = [...files, ...invocations];
  const refused = all.reduce((sum, file) => sum + Number(file['truncated'] ?? 0), 0);
  return { records: all.flatMap(recordsIn), truncated: refused + more };
}

/** Of an id that is a request's; empty where a trace names it since, to which all of it belongs. */
async function runWithoutTrace(redis: Redis, id: TraceId): Promise<Readonly<Record<string, string>>> {
  const run = await redis.hgetall(keys.request(requestOfTrace(id)));
  return run['trace'] === undefined ? run : {};
}

/** Every trace reachable over links and over ids that several name, breadth first; `more`: those that were left out. */
async function linkedTraces(
  redis: Redis,
  first: TraceId,
): Promise<{ readonly traces: readonly TraceId[]; readonly more: number }> {
  const found = new Set([first]);
  const leftOut = new Set<TraceId>();
  for (const id of found) {
    for (const other of await neighbours(redis, id)) {
      if (!found.has(other)) (found.size < LINKED_TRACES ? found : leftOut).add(other);
    }
  }
  return { traces: [...found], more: leftOut.size };
}

/** Links first: they are certain, and ids may be many. */
async function neighbours(redis: Redis, id: TraceId): Promise<readonly TraceId[]> {
  const links = (await redis.smembers(keys.links(id))).toSorted();
  const ids = links.filter((link) => traceId(link) === undefined);
  const named = await pipelined(
    redis,
    ids.map((joinKey) => ['zrange', joinKey, 0, -1]),
  );
  return [...links, ...named.flat()].flatMap((link) => traceId(String(link)) ?? []);
}

/** Fields of spans, invocations, logs and events; the others are marks. */
const RECORD_FIELD = /^[sile]:/;

function recordsIn(file: Readonly<Record<string, string>>): TelemetryRecord[] {
  return Object.entries(file).flatMap(([field, json]) => (RECORD_FIELD.test(field) ? [revived(json)] : []));
}

/** JSON leaves out what is undefined, and reading a field that is not there gives undefined again. Only `filed` writes these fields, hence the cast. */
const revived = (json: string): TelemetryRecord => JSON.parse(json) as TelemetryRecord;
