import { FAILED } from '../diagnosis/tally.ts';
import { type TraceId, traceOfRequest } from '../telemetry/ids.ts';
import { isGuess } from '../trace/join-keys.ts';
import { fromMillis } from '../units.ts';
import type { RequestFile, TraceFile } from './filing.ts';
import { DECISIONS_TTL_MS, keys, RECORDS_TTL_MS } from './keys.ts';
import { KEEP_HEALTHY, KEEP_RECENT } from './recent.ts';
import { type Command, script } from './scripts.ts';
import { COUNT_USUAL, usualNames } from './usual-names.ts';

/** A trace, or a request, keeps this many records (X-Ray's own limit is 10,000 spans). What comes later is counted and said. */
const RECORDS_EACH = 20_000;
/** Beyond that it keeps this many spans that failed, the last ones: a failure is not lost among what went well, and a client that begins no new trace is heard for ever. */
const FAILING_EACH = 1_000;
/** A script takes this many records: its arguments are spread over a call, which a JavaScript stack bounds, and Redis serves nobody else meanwhile. */
const RECORDS_A_SCRIPT = 2_000;
/** A suspicion older than the longest wait has had its examination: what comes now begins a new wait. */
const WAIT_IS_OVER_MS = 30_000;

const LOCALS = `
-- Marks the trace as suspect, or begins a new wait for one whose examination is behind it.
local function suspect(trace, now, over)
  local since = tonumber(redis.call('HGET', trace, 'suspect'))
  if not since or now - since > over then redis.call('HSET', trace, 'suspect', now) end
end
-- { stored, duplicates, truncated, suspect since (ms, 0: is none), entry closed, trace id, shed }
local function answer(trace, id, stored, duplicates, truncated)
  local since = redis.call('HGET', trace, 'suspect')
  local closed = redis.call('HEXISTS', trace, 'closed')
  return { stored, duplicates, truncated, tonumber(since) or 0, closed, id }
end`;

/**
 * ARGV: 1 trace id, 2 TTL, 3 most records, 4 now (ms), 5 suspected, 6 a wait is over after (ms), 7 names of the present block (key),
 * 8 where those of its entry rest that went well (key; empty: the entry has not ended), 9 links of the trace (key), 10 prefix of trace
 * keys, 11 memory is short, 12 number of requests, then their keys, then field, JSON, usual
 * key, its field of each record.
 * Failures always count; durations only while nothing is wrong, with this trace or with the operation: an incident must not become usual.
 * A trace that is linked with a suspect is suspect too: it belongs into the same picture.
 */
const KEEP_TRACE = `${LOCALS}${COUNT_USUAL}
local trace, id, ttl, cap, now, suspected, over = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5] == '1', tonumber(ARGV[6])
local isNew = redis.call('EXISTS', trace) == 0
local requests = tonumber(ARGV[12])
for i = 13, 12 + requests do
  if redis.call('HEXISTS', ARGV[i], 'failed') == 1 then suspected = true end
end
if ARGV[11] == '1' and isNew and not suspected then return { 0, 0, 0, 0, 0, id, (#ARGV - 12 - requests) / 4 } end
for i = 13, 12 + requests do
  redis.call('HSETNX', ARGV[i], 'trace', id)
  redis.call('PEXPIRE', ARGV[i], ttl)
  redis.call('HSET', trace, 'r:' .. ARGV[i], 1)
end
if redis.call('HEXISTS', trace, 'suspect') == 1 then suspected = true end
local function counts(key, field)
  if key == '' then return false end
  return field == '${FAILED}' or not suspected and redis.call('EXISTS', '${keys.frozenPrefix}' .. string.match(key, '[^:]*$')) == 0
end
local size, stored, duplicates, truncated, replaced = redis.call('HLEN', trace), 0, 0, 0, 0
local function hasRoom(field, failing)
  if size + stored < cap then return true end
  if not failing then return false end
  local place = 'f:' .. redis.call('HINCRBY', trace, 'failing', 1) % ${FAILING_EACH}
  local former = redis.call('HGET', trace, place)
  if former then replaced = replaced + redis.call('HDEL', trace, former) end
  redis.call('HSET', trace, place, field)
  return true
end
for i = 13 + requests, #ARGV, 4 do
  if redis.call('HEXISTS', trace, ARGV[i]) == 1 then duplicates = duplicates + 1
  elseif not hasRoom(ARGV[i], ARGV[i + 3] == '${FAILED}') then truncated = truncated + 1
  else
    redis.call('HSET', trace, ARGV[i], ARGV[i + 1])
    stored = stored + 1
    if counts(ARGV[i + 2], ARGV[i + 3]) then usual(ARGV[i + 2], ARGV[i + 3], ARGV[7]) end
  end
end
if truncated + replaced > 0 then redis.call('HINCRBY', trace, 'truncated', truncated + replaced) end
if ARGV[8] ~= '' then redis.call('HSET', trace, 'closed', 1) end
if not suspected then
  -- A trace, or the key of an id that several traces name.
  for _, link in ipairs(redis.call('SRANDMEMBER', ARGV[9], 50)) do
    for _, other in ipairs(#link == 32 and { link } or redis.call('ZRANGE', link, 0, 49)) do
      if redis.call('HEXISTS', ARGV[10] .. other, 'suspect') == 1 then suspected = true end
    end
  end
end
if suspected then suspect(trace, now, over)
elseif ARGV[8] ~= '' and stored > 0 then${KEEP_HEALTHY}
end
if isNew then${KEEP_RECENT}
end
redis.call('PEXPIRE', trace, ttl)
return answer(trace, id, stored, duplicates, truncated)`;

/**
 * ARGV: 1 TTL, 2 now (ms), 3 failed, 4 a wait is over after (ms), 5 prefix of trace keys, 6 most records, 7 the run's own trace id, then
 * field and JSON of each record. A failed run that no trace names is a suspect of its own; one that went well costs nothing more.
 */
const KEEP_REQUEST = `${LOCALS}
local request, ttl, now, failed, over, prefix, cap, own = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == '1', tonumber(ARGV[4]), ARGV[5], tonumber(ARGV[6]), ARGV[7]
local size, stored, duplicates, truncated = redis.call('HLEN', request), 0, 0, 0
for i = 8, #ARGV, 2 do
  if redis.call('HEXISTS', request, ARGV[i]) == 1 then duplicates = duplicates + 1
  elseif size + stored >= cap then truncated = truncated + 1
  else
    redis.call('HSET', request, ARGV[i], ARGV[i + 1])
    stored = stored + 1
  end
end
if truncated > 0 then redis.call('HINCRBY', request, 'truncated', truncated) end
if failed then redis.call('HSET', request, 'failed', 1) end
redis.call('PEXPIRE', request, ttl)
local id = redis.call('HGET', request, 'trace')
if not id and own ~= '' and redis.call('HEXISTS', request, 'failed') == 1 then id = own end
if not id then return { stored, duplicates, truncated, 0, 0, '' } end
if failed then
  suspect(prefix .. id, now, over)
  redis.call('PEXPIRE', prefix .. id, ttl)
end
return answer(prefix .. id, id, stored, duplicates, truncated)`;

/** `sheds`: memory is short, and what is new and healthy is not kept. */
export type Keeping = { readonly nowMs: number; readonly suspects: ReadonlySet<TraceId>; readonly sheds: boolean };

export const keepTrace = (id: TraceId, file: TraceFile, { nowMs, suspects, sheds }: Keeping): readonly Command[] =>
  portions(file.entries).map((entries) =>
    script(KEEP_TRACE, keys.trace(id), [
      ...[id, RECORDS_TTL_MS, RECORDS_EACH, nowMs, suspects.has(id) ? 1 : 0, WAIT_IS_OVER_MS, usualNames(fromMillis(nowMs))],
      ...[file.healthyKey ?? '', keys.links(id), keys.tracePrefix, sheds ? 1 : 0],
      ...[file.requestIds.size, ...Array.from(file.requestIds, (requestId) => keys.request(requestId))],
      ...entries.flatMap((entry) => [entry.field, entry.json, entry.usualKey, entry.count]),
    ]),
  );

export const keepRequest = (requestId: string, file: RequestFile, { nowMs }: Keeping): readonly Command[] =>
  portions(file.entries).map((entries) =>
    script(KEEP_REQUEST, keys.request(requestId), [
      ...[RECORDS_TTL_MS, nowMs, file.failed ? 1 : 0, WAIT_IS_OVER_MS, keys.tracePrefix, RECORDS_EACH],
      traceOfRequest(requestId) ?? '',
      ...entries.flatMap((entry) => [entry.field, entry.json]),
    ]),
  );

/** One at least: a file without records may still say that its trace has failed. */
const portions = <T>(entries: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.max(1, Math.ceil(entries.length / RECORDS_A_SCRIPT)) }, (_, n) =>
    entries.slice(n * RECORDS_A_SCRIPT, (n + 1) * RECORDS_A_SCRIPT),
  );

/** Traces that bear one id: the two sides of a hop, and each delivery of it again. */
const TRACES_PER_ID = 50;
/** An item of a table is written again and again by traces that have nothing to do with each other: only the last of them matter. */
const TRACES_PER_GUESS = 8;

const KEEP_JOINS = `
local id, ttl = ARGV[1], tonumber(ARGV[2])
for i = 3, #ARGV, 3 do
  redis.call('ZADD', ARGV[i], ARGV[i + 1], id)
  redis.call('ZREMRANGEBYRANK', ARGV[i], 0, -1 - tonumber(ARGV[i + 2]))
  redis.call('PEXPIRE', ARGV[i], ttl)
  redis.call('SADD', KEYS[1], ARGV[i])
end
redis.call('PEXPIRE', KEYS[1], ttl)`;

/** The trace is found by the ids, and the ids by the trace. A link and an id's key stand in one set: neither looks like the other. */
export function keepJoins(id: TraceId, { joins }: TraceFile): readonly Command[] {
  if (joins.size === 0) return [];
  const args = [...joins].flatMap(([key, at]) => [keys.join(key), at, isGuess(key) ? TRACES_PER_GUESS : TRACES_PER_ID]);
  return [script(KEEP_JOINS, keys.links(id), [id, DECISIONS_TTL_MS, ...args])];
}

/** A link is known from both ends: the transaction is found from either trace. */
export const keepLink = (a: TraceId, b: TraceId): readonly Command[] => [
  ['sadd', keys.links(a), b],
  ['sadd', keys.links(b), a],
  ['pexpire', keys.links(a), DECISIONS_TTL_MS],
  ['pexpire', keys.links(b), DECISIONS_TTL_MS],
];
