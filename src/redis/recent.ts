import type { Redis } from 'ioredis';
import type { Recent } from '../ports.ts';
import { type TraceId, traceId } from '../telemetry/ids.ts';
import type { Micros } from '../units.ts';
import { keys, MINUTE_MS, minuteOf } from './keys.ts';
import { pipelined } from './scripts.ts';

/** Of each minute this many trace ids rest, whatever its traffic: some 5 kB. */
const IDS_A_MINUTE = 100;
/** A map looks back over a quarter of an hour; what rests longer serves nobody. */
const RECENT_TTL_MS = 20 * MINUTE_MS;

/**
 * Part of the script that keeps a trace, run when it is new. A reservoir (Vitter's algorithm R): of however many traces a minute sees,
 * each rests in it with the same chance. A script has no chance of its own, but the last digits of trace ids are drawn by chance.
 */
export const KEEP_RECENT = `
local recent = '${keys.recentPrefix}' .. math.floor(now / ${MINUTE_MS})
local seen = redis.call('HINCRBY', recent, 'seen', 1)
local slot = seen <= ${IDS_A_MINUTE} and seen or tonumber(string.sub(id, -8), 16) % seen + 1
if slot <= ${IDS_A_MINUTE} then redis.call('HSET', recent, slot, id) end
redis.call('PEXPIRE', recent, ${RECENT_TTL_MS})`;

/** Enough to tell a difference by (diagnosis/contrast.ts), few enough to be read whole; a slot may be shared by operations. */
const HEALTHY_EACH = 48;
const HEALTHY_TTL_MS = 60 * MINUTE_MS;

/** Part of the same script, run when a trace that nothing is wrong with has ended: the last of its entry, for an incident to be held against. */
export const KEEP_HEALTHY = `
  redis.call('LPUSH', ARGV[8], id)
  redis.call('LTRIM', ARGV[8], 0, ${HEALTHY_EACH - 1})
  redis.call('PEXPIRE', ARGV[8], ${HEALTHY_TTL_MS})`;

/** The last traces of that entry, and perhaps of another, that went well. */
export async function healthy(redis: Redis, entryKey: string): Promise<readonly TraceId[]> {
  const ids = new Set(await redis.lrange(keys.healthy(entryKey), 0, -1));
  return [...ids].flatMap((id) => traceId(id) ?? []);
}

/** How many traces began to arrive in the last minutes, the running one included, and a fair sample of at most so many. */
export async function recent(redis: Redis, now: Micros, { minutes, most }: { minutes: number; most: number }): Promise<Recent> {
  const wanted = Array.from({ length: minutes }, (_, age) => keys.recent(minuteOf(now) - age));
  const replies = await pipelined(
    redis,
    wanted.map((key) => ['hgetall', key]),
  );
  const all = replies.map(minuteIn);
  const seen = all.reduce((sum, minute) => sum + minute.seen, 0);
  // Each minute gives its share of the sample, so that a busy one counts for more.
  const sample = all.flatMap((minute) =>
    minute.ids.slice(0, Math.ceil((Math.min(most, seen) * minute.seen) / Math.max(1, seen))),
  );
  return { seen, sample: sample.slice(0, most) };
}

type Minute = { readonly seen: number; readonly ids: readonly TraceId[] };

/** In the order of the ids, which is one of chance: the order of the slots is not. */
function minuteIn(reply: unknown): Minute {
  const fields = Object.entries(Object(reply)).map(([field, value]) => [field, String(value)] as const);
  const ids = fields.flatMap(([field, value]) => (field === 'seen' ? [] : (traceId(value) ?? [])));
  return { seen: Number(fields.find(([field]) => field === 'seen')?.[1] ?? 0), ids: ids.sort(byTail) };
}

/** X-Ray's ids begin with the time. */
const byTail = (a: string, b: string): number => (a.slice(-8) < b.slice(-8) ? -1 : 1);
