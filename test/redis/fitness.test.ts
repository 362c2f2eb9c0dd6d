import { afterEach, expect, test } from 'vitest';
import { fitnessOf } from '../../src/redis/fitness.ts';
import { testRedis } from '../world/redis.ts';

const redis = testRedis();
afterEach(async () => {
  await redis().config('SET', 'maxmemory-policy', 'noeviction');
});

test('the Redis that we bring ourselves is fit', async () => {
  expect(await fitnessOf(redis())).toEqual({ faults: [], warnings: [] });
});

test('a Redis that drops keys when it is full is not', async () => {
  await redis().config('SET', 'maxmemory-policy', 'allkeys-lru');

  expect((await fitnessOf(redis())).faults).toEqual([expect.stringContaining('maxmemory-policy allkeys-lru')]);
});
