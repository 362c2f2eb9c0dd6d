import type { Redis } from 'ioredis';
import type { Lesson } from '../diagnosis/lesson.ts';
import { BLOCKS, blockOf, type Counts, usualFrom, wellIn } from '../diagnosis/tally.ts';
import type { Usual } from '../diagnosis/usual.ts';
import type { Clock, UsualMemory } from '../ports.ts';
import type { TraceId } from '../telemetry/ids.ts';
import { fromMillis, type Micros, toMillis } from '../units.ts';
import { DECISIONS_TTL_MS, keys } from './keys.ts';
import { pipelined, script } from './scripts.ts';
import { COUNT_USUAL, usualNames } from './usual-names.ts';

/** What was read is believed for this long: the door asks for every batch, and what is usual changes over hours. */
const BELIEVED_FOR = fromMillis(15_000);
/** Operations remembered in this process; beyond it the memory starts anew. */
const REMEMBERED = 10_000;

/** Nothing is learned for this long after the last report of a slow incident … */
const FROZEN_FOR_MS = 10 * 60_000;
/** … but what goes on for longer than this is how things are now: else the memory of an operation with a lasting fault would run empty … */
const FROZEN_AT_MOST_MS = 6 * 3_600_000;
/** … until there was quiet for so long. */
const THAWED_AFTER_MS = 3_600_000;
/** Of one operation in one block of time: bins are few (three decades of durations need 173), callees may be many. */
const FIELDS_EACH = 2_000;

type Memory = { readonly usual: Usual | undefined; readonly at: Micros };

/** `keep` counts what single spans tell, `learn` what a tree tells; `read` adds up the last BLOCKS blocks of both. */
export function redisUsual(redis: Redis, clock: Clock): UsualMemory {
  const memory = new Map<string, Memory>();
  return {
    read: async (usualKeys) => {
      const now = clock();
      if (memory.size > REMEMBERED) memory.clear();
      const stale = usualKeys.filter((key) => now - (memory.get(key)?.at ?? -Infinity) > BELIEVED_FOR);
      const fresh = await load(redis, stale, now);
      for (const [key, usual] of fresh) memory.set(key, { usual, at: now });
      return new Map(
        usualKeys.flatMap((key) => {
          const usual = memory.get(key)?.usual;
          return usual ? [[key, usual]] : [];
        }),
      );
    },
    learn: async (traceId, lesson) => {
      await pipelined(redis, [learnCommand(traceId, lesson, clock())]);
    },
    freeze: async (usualKeys) => {
      const now = toMillis(clock());
      await pipelined(
        redis,
        usualKeys.map((key) => script(FREEZE, keys.frozen(key), [now, FROZEN_FOR_MS, FROZEN_AT_MOST_MS, THAWED_AFTER_MS])),
      );
    },
    sightings: (operationKey, since) => sightings(redis, { operationKey, since, now: clock() }),
  };
}

async function load(
  redis: Redis,
  usualKeys: readonly string[],
  now: Micros,
): Promise<readonly (readonly [string, Usual | undefined])[]> {
  const blocks = Array.from({ length: BLOCKS }, (_, age) => blockOf(now) - age);
  const replies = await pipelined(
    redis,
    usualKeys.flatMap((key) => blocks.map((block) => ['hgetall', keys.usual(key, block)])),
  );
  return usualKeys.map((key, index) => {
    const [present = new Map(), ...past] = replies.slice(index * BLOCKS, (index + 1) * BLOCKS).map(countsIn);
    // What has failed only since a moment ago is the incident itself: taken for usual, it would no longer be blamed.
    return [key, usualFrom([present, ...past], past)];
  });
}

export const countsIn = (reply: unknown): Counts =>
  new Map(Object.entries(Object(reply)).map(([field, n]) => [field, Number(n)]));

/** KEYS: 1 mark of the trace. ARGV: 1 TTL of the mark, 2 names of the present block (key), 3 most fields, 4 frozen key of the entry, then key and field of each count. Twice is once. */
const LEARN = `${COUNT_USUAL}
if redis.call('EXISTS', ARGV[4]) == 1 then return 0 end
if not redis.call('SET', KEYS[1], 1, 'NX', 'PX', ARGV[1]) then return 0 end
for i = 5, #ARGV, 2 do
  if redis.call('HLEN', ARGV[i]) < tonumber(ARGV[3]) or redis.call('HEXISTS', ARGV[i], ARGV[i + 1]) == 1 then
    usual(ARGV[i], ARGV[i + 1], ARGV[2])
  end
end
return 1`;

const learnCommand = (traceId: TraceId, { entry, counts }: Lesson, now: Micros) =>
  script(LEARN, keys.learned(traceId), [
    ...[DECISIONS_TTL_MS, usualNames(now), FIELDS_EACH, keys.frozen(entry)],
    ...counts.flatMap((count) => [keys.usual(count.key, blockOf(now)), count.field]),
  ]);

/** ARGV: 1 now (ms), 2 frozen for, 3 frozen at most, 4 over after so much quiet. */
const FREEZE = `
local since = redis.call('GET', KEYS[1] .. ':since') or ARGV[1]
redis.call('SET', KEYS[1] .. ':since', since, 'PX', ARGV[4])
if tonumber(ARGV[1]) - tonumber(since) < tonumber(ARGV[3]) then redis.call('SET', KEYS[1], 1, 'PX', ARGV[2]) end`;

type Sought = { readonly operationKey: string; readonly since: Micros; readonly now: Micros };

async function sightings(redis: Redis, { operationKey, since, now }: Sought): Promise<number> {
  const ages = Math.min(BLOCKS, blockOf(now) - blockOf(since));
  const blocks = Array.from({ length: ages + 1 }, (_, age) => blockOf(now) - age);
  const replies = await pipelined(
    redis,
    blocks.map((block) => ['hgetall', keys.usual(operationKey, block)]),
  );
  return replies.reduce<number>((sum, reply) => sum + wellIn(countsIn(reply)), 0);
}
