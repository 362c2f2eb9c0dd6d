import { afterEach, expect, test } from 'vitest';
import { fitnessOf } from '../../src/redis/fitness.ts';
import { testRedis } from '../world/redis.ts';

const redis = testRedis();
afterEach(async () => {
  await redis().config('SET', 'maxmemory-policy', 'noeviction', 'maxmemory', '0', 'appendonly', 'yes');
});
const states = async () => (await fitnessOf(redis())).map(({ state }) => state);
const told = async () =>
  (await fitnessOf(redis())).filter(({ state }) => state !== 'good').map(({ what, state }) => `${state}: ${what}`);

test('the Redis that we bring ourselves is fit', async () => {
  expect(await states()).toEqual(['good', 'good', 'good', 'good']);
});

test.each([
  ['drops keys when it is full', ['maxmemory-policy', 'allkeys-lru'], /^missing: drops keys .*allkeys-lru.*expected noeviction$/],
  ['is nearly full', ['maxmemory', '1000000'], /^noted: uses \d+ MB of 1 MB/],
  ['writes nothing down', ['appendonly', 'no'], /^noted: writes no append-only file and has no replica/],
])('a Redis that %s is told with what was seen', async (_what, [name, value], expected) => {
  await redis().config('SET', String(name), String(value));

  expect(await told()).toEqual([expect.stringMatching(expected)]);
});

/** No Redis of those days runs here; what one says of itself is of the same form. */
test.each([
  ['redis_version:5.0.14', 'missing', 'Redis 5.0.14 is too old: expected 6.2 or newer, or Valkey'],
  ['redis_version:6.0.16', 'missing', 'Redis 6.0.16 is too old: expected 6.2 or newer, or Valkey'],
  ['redis_version:6.2.0', 'good', 'Redis 6.2.0, and 6.2 is enough'],
  ['redis_version:7.2.4\r\nvalkey_version:8.0.1', 'good', 'Valkey 8.0.1, and 6.2 is enough'],
])('one that says %s is %s', async (info, state, what) => {
  const old = Object.assign(Object.create(redis()), { info: async () => info });

  expect((await fitnessOf(old))[0]).toMatchObject({ state, what });
});

test('a replica stands in for an append-only file', async () => {
  const replicated = Object.assign(Object.create(redis()), { info: async () => 'aof_enabled:0\r\nconnected_slaves:1' });

  expect((await fitnessOf(replicated))[3]).toMatchObject({ state: 'good', what: expect.stringContaining('1 replica') });
});
