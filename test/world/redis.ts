import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, inject } from 'vitest';
import { patientConnection } from '../../src/redis/connection.ts';

/** Redis has 16 databases; the runner has fewer workers, and each runs one file at a time. */
const DATABASES = 16;

export const testRedisUrl = (): string => `${inject('redisUrl')}/${Number(process.env['VITEST_POOL_ID'] ?? 0) % DATABASES}`;

/** A connection for the tests of one file; the database is empty before each test. */
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
  });
  afterAll(async () => {
    await redis?.quit();
  });
  return connection;
}
