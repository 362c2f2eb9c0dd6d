import type { TraceId } from '../telemetry/ids.ts';
import { isGuess } from '../trace/join-keys.ts';
import type { RequestFile, TraceFile } from './filing.ts';
import { DECISIONS_TTL_MS, keys, RECORDS_TTL_MS, USUAL_BLOCK_MS, USUAL_BLOCKS } from './keys.ts';
import { type Command, script } from './scripts.ts';

/** A trace keeps this many records (X-Ray's own limit is 10,000 spans). What comes later is counted and said. */
const RECORDS_PER_TRACE = 20_000;
/** A suspicion older than this has had its examination: the next one may wait as long again. */
const WAIT_IS_OVER_MS = 60_000;

/** Marks the trace as suspect, unless it is one whose examination is still to come. */
const SUSPECT = `
local function suspect(trace, now, over)
  local since = tonumber(redis.call('HGET', trace, 'suspect'))
  if not since or now - since > over then redis.call('HSET', trace, 'suspect', now) end
end`;

/** Both scripts answer { stored, duplicates, truncated, suspect since (ms, 0: is none), entry closed, trace id }. */
const ANSWER = `
local function answer(trace, id, stored, duplicates, truncated)
  local since = redis.call('HGET', trace, 'suspect')
  local closed = redis.call('HEXISTS', trace, 'closed')
  return { stored, duplicates, truncated, tonumber(since) or 0, closed, id }
end`;

const KEEP_TRACE = `${SUSPECT}${ANSWER}
local trace, id, requests = KEYS[1], ARGV[1], tonumber(ARGV[8])
local ttl, cap, now, suspected, over, usual = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5] == '1', tonumber(ARGV[6]), ARGV[7]
for i = 9, 8 + requests do
  redis.call('HSETNX', ARGV[i], 'trace', id)
  redis.call('PEXPIRE', ARGV[i], ttl)
  redis.call('HSET', trace, 'r:' .. ARGV[i], 1)
  if redis.call('HEXISTS', ARGV[i], 'failed') == 1 then suspected = true end
end
local size, stored, duplicates, truncated = redis.call('HLEN', trace), 0, 0, 0
for i = 10 + requests, #ARGV, 4 do
  if redis.call('HEXISTS', trace, ARGV[i]) == 1 then duplicates = duplicates + 1
  elseif size + stored >= cap then truncated = truncated + 1
  else
    redis.call('HSET', trace, ARGV[i], ARGV[i + 1])
    stored = stored + 1
    if ARGV[i + 2] ~= '' then
      redis.call('HINCRBY', ARGV[i + 2], ARGV[i + 3], 1)
      redis.call('PEXPIRE', ARGV[i + 2], usual)
    end
  end
end
if truncated > 0 then redis.call('HINCRBY', trace, 'truncated', truncated) end
if ARGV[9 + requests] == '1' then redis.call('HSET', trace, 'closed', 1) end
if suspected then suspect(trace, now, over) end
redis.call('PEXPIRE', trace, ttl)
return answer(trace, id, stored, duplicates, truncated)`;

const KEEP_REQUEST = `${SUSPECT}${ANSWER}
local request, ttl, now, failed, over, prefix = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == '1', tonumber(ARGV[4]), ARGV[5]
local stored, duplicates = 0, 0
for i = 6, #ARGV, 2 do
  if redis.call('HSETNX', request, ARGV[i], ARGV[i + 1]) == 1 then stored = stored + 1 else duplicates = duplicates + 1 end
end
if failed then redis.call('HSET', request, 'failed', 1) end
redis.call('PEXPIRE', request, ttl)
local id = redis.call('HGET', request, 'trace')
if not id then return { stored, duplicates, 0, 0, 0, '' } end
if failed then suspect(prefix .. id, now, over) end
return answer(prefix .. id, id, stored, duplicates, 0)`;

export type Keeping = { readonly nowMs: number; readonly suspects: ReadonlySet<TraceId> };

export function keepTrace(id: TraceId, file: TraceFile, { nowMs, suspects }: Keeping): Command {
  const entries = file.entries.flatMap((entry) => [entry.field, entry.json, entry.usualKey, entry.bin]);
  return script(KEEP_TRACE, keys.trace(id), [
    ...[
      id,
      RECORDS_TTL_MS,
      RECORDS_PER_TRACE,
      nowMs,
      suspects.has(id) ? 1 : 0,
      WAIT_IS_OVER_MS,
      USUAL_BLOCK_MS * (USUAL_BLOCKS + 1),
    ],
    ...[file.requestIds.length, ...file.requestIds.map((requestId) => keys.request(requestId)), file.entryClosed ? 1 : 0],
    ...entries,
  ]);
}

export function keepRequest(requestId: string, file: RequestFile, { nowMs }: Keeping): Command {
  const entries = file.entries.flatMap((entry) => [entry.field, entry.json]);
  return script(KEEP_REQUEST, keys.request(requestId), [
    ...[RECORDS_TTL_MS, nowMs, file.failed ? 1 : 0, WAIT_IS_OVER_MS, keys.tracePrefix],
    ...entries,
  ]);
}

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
