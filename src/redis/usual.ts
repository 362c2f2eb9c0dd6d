import type { Redis } from 'ioredis';
import { ENOUGH_SIGHTINGS, type Usual } from '../diagnosis/usual.ts';
import type { Clock, UsualMemory } from '../ports.ts';
import { fromMillis, type Micros, micros, toMillis } from '../units.ts';
import { keys, USUAL_BLOCK_MS, USUAL_BLOCKS } from './keys.ts';
import { pipelined } from './scripts.ts';
import { type Bins, merged, usualFrom } from './sketch.ts';

/** What was read is believed for this long: the door asks for every batch, and usual durations change over hours. */
const BELIEVED_FOR = fromMillis(15_000);
/** Operations remembered in this process; beyond it the memory starts anew. */
const REMEMBERED = 10_000;

type Memory = { readonly usual: Usual | undefined; readonly at: Micros };

/** `keep` counts the durations, this reads them: the last USUAL_BLOCKS blocks of USUAL_BLOCK_MS, merged. */
export function redisUsual(redis: Redis, clock: Clock): UsualMemory {
  const memory = new Map<string, Memory>();
  return {
    read: async (operationKeys) => {
      const now = clock();
      if (memory.size > REMEMBERED) memory.clear();
      const stale = operationKeys.filter((key) => now - (memory.get(key)?.at ?? -Infinity) > BELIEVED_FOR);
      const fresh = await load(redis, stale, now);
      for (const [key, usual] of fresh) memory.set(key, { usual, at: now });
      return new Map(
        operationKeys.flatMap((key) => {
          const usual = memory.get(key)?.usual;
          return usual ? [[key, usual]] : [];
        }),
      );
    },
    sightings: (operationKey, since) => sightings(redis, { operationKey, since, now: clock() }),
  };
}

async function load(
  redis: Redis,
  operationKeys: readonly string[],
  now: Micros,
): Promise<readonly (readonly [string, Usual | undefined])[]> {
  const blocks = Array.from({ length: USUAL_BLOCKS }, (_, age) => micros(now - age * USUAL_BLOCK_MS * 1_000));
  const replies = await pipelined(
    redis,
    operationKeys.flatMap((key) => blocks.map((at) => ['hgetall', keys.usual(key, at)])),
  );
  return operationKeys.map((key, index) => {
    const usual = usualFrom(merged(replies.slice(index * USUAL_BLOCKS, (index + 1) * USUAL_BLOCKS).map(binsIn)));
    return [key, usual && usual.count >= ENOUGH_SIGHTINGS ? usual : undefined];
  });
}

type Sought = { readonly operationKey: string; readonly since: Micros; readonly now: Micros };

async function sightings(redis: Redis, { operationKey, since, now }: Sought): Promise<number> {
  const ages = Math.min(USUAL_BLOCKS, Math.floor(toMillis(now) / USUAL_BLOCK_MS) - Math.floor(toMillis(since) / USUAL_BLOCK_MS));
  const blocks = Array.from({ length: ages + 1 }, (_, age) => micros(now - age * USUAL_BLOCK_MS * 1_000));
  const counts = await pipelined(
    redis,
    blocks.map((at) => ['hvals', keys.usual(operationKey, at)]),
  );
  return counts.flat().reduce<number>((sum, count) => sum + Number(count), 0);
}

const binsIn = (reply: unknown): Bins =>
  new Map(Object.entries(Object(reply)).map(([bin, count]) => [Number(bin), Number(count)]));
