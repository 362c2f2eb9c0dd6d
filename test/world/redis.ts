import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, inject } from 'vitest';
import { patientConnection } from '../../src/redis/connection.ts';
import { keys } from '../../src/redis/keys.ts';

/** Redis has 16 databases; the runner has fewer workers, and each runs one file at a time. */
const DATABASES = 16;

export const testRedisUrl = (): string => `${inject('redisUrl')}/${Number(process.env['VITEST_POOL_ID'] ?? 0) % DATABASES}`;

/** Says that Redis has lost nothing; the key is the only one that is there before a test. */
export const LOST_NOTHING = [keys.whole, JSON.stringify({ at: 0, adopted: 0, unread: [] }), 'EX', 3_600] as const;

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
  beforeEach(async () => {
    await connection().flushdb();
    await connection().set(...LOST_NOTHING);
  });
  afterAll(async () => {
    await redis?.quit();
  });
  return connection;
}
