import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, inject } from 'vitest';
import { patientConnection } from '../../src/redis/connection.ts';
import { keys } from '../../src/redis/keys.ts';

/** Redis has 16 databases; the runner has fewer workers, and each runs one file at a time. */
const DATABASES = 16;

export const testRedisUrl = (): string => `${inject('redisUrl')}/${Number(process.env['VITEST_POOL_ID'] ?? 0) % DATABASES}`;

/** Takes everything away; the only key that is there afterwards says that nothing was lost. */
export async function emptied(redis: Redis): Promise<void> {
  await redis.flushdb();
  await redis.set(keys.whole, JSON.stringify({ at: 0, adopted: 0, unread: [] }), 'EX', 3_600);
}

/** A connection for the tests of one file; the database is empty before each test, and known to have lost nothing. */
export function testRedis(): () => Redis {
  let redis: Redis | undefined;
  const connection = (): Redis => {
    if (!redis) throw new Error('the connection exists only while tests run');
    return redis;
  };
  beforeAll(() => {
    redis = patientConnection(testRedisUrl(), (error) => {
      throw error;
    });
  });
  beforeEach(() => emptied(connection()));
  afterAll(async () => {
    await redis?.quit();
  });
  return connection;
}
