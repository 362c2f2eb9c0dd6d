import { expect, test } from 'vitest';
import { promptConnection } from '../../src/redis/connection.ts';
import { redisOnce } from '../../src/redis/once.ts';
import { testRedis } from '../world/redis.ts';

const redis = testRedis();

test('of many at once exactly one is the first', async () => {
  const once = redisOnce(redis(), 60);
  const answers = await Promise.all(Array.from({ length: 50 }, () => once('a request')));

  expect(answers.filter((answer) => answer === 'first')).toHaveLength(1);
  expect(answers.filter((answer) => answer === 'again')).toHaveLength(49);
  expect(await once('another request')).toBe('first');
});

test('what it remembers it forgets after its time', async () => {
  await redisOnce(redis(), 60)('a request');
  const [key = ''] = await redis().keys('tf:once:*');

  expect(await redis().ttl(key)).toBeGreaterThan(55);
});

test('without Redis it does not know, and says so in time for Slack', async () => {
  const away = promptConnection('redis://127.0.0.1:1', () => undefined);
  const began = performance.now();
  expect(await redisOnce(away, 60)('a request')).toBe('unknown');
  away.disconnect();

  expect(performance.now() - began).toBeLessThan(2_500);
});
