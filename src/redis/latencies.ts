import type { Redis } from 'ioredis';
import { BLOCK, BLOCKS, blockOf, durationsIn } from '../diagnosis/tally.ts';
import type { Bucket } from '../map/trend/trend.ts';
import type { Latencies } from '../ports.ts';
import { micros } from '../units.ts';
import { keys } from './keys.ts';
import { pipelined } from './scripts.ts';
import { countsIn } from './usual.ts';

/** The same counts that tell what is usual, block by block. */
export function redisLatencies(redis: Redis): Latencies {
  return {
    read: async (operationKey, until) => {
      const blocks = Array.from({ length: BLOCKS }, (_, n) => blockOf(until) - (BLOCKS - 1 - n));
      const replies = await pipelined(
        redis,
        blocks.map((block) => ['hgetall', keys.usual(operationKey, block)]),
      );
      return { step: BLOCK, buckets: blocks.flatMap((block, n) => bucketOf(block, replies[n])) };
    },
  };
}

function bucketOf(block: number, reply: unknown): readonly Bucket[] {
  const spread = durationsIn(countsIn(reply));
  return spread ? [{ start: micros(block * BLOCK), ...spread }] : [];
}
