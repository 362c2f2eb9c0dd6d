import type { Redis } from 'ioredis';
import type { Bucket } from '../map/trend/trend.ts';
import type { Latencies } from '../ports.ts';
import { fromMillis, type Micros } from '../units.ts';
import { keys, USUAL_BLOCK_MS, USUAL_BLOCKS } from './keys.ts';
import { pipelined } from './scripts.ts';
import { usualFrom } from './sketch.ts';
import { binsIn } from './usual.ts';

/** The same counts that tell what is usual, block by block. */
export function redisLatencies(redis: Redis): Latencies {
  return {
    read: async (operationKey, until) => {
      const starts = Array.from({ length: USUAL_BLOCKS }, (_, age) => startOf(until, USUAL_BLOCKS - 1 - age));
      const replies = await pipelined(
        redis,
        starts.map((start) => ['hgetall', keys.usual(operationKey, start)]),
      );
      return { step: fromMillis(USUAL_BLOCK_MS), buckets: starts.flatMap((start, n) => bucketOf(start, replies[n])) };
    },
  };
}

const startOf = (until: Micros, age: number): Micros =>
  fromMillis((Math.floor(until / 1_000 / USUAL_BLOCK_MS) - age) * USUAL_BLOCK_MS);

function bucketOf(start: Micros, reply: unknown): readonly Bucket[] {
  const usual = usualFrom(binsIn(reply));
  return usual ? [{ start, ...usual }] : [];
}
