import { expect, test } from 'vitest';
import { startWorkers } from '../../jobs/worker.ts';
import { logger } from '../../src/log.ts';
import type { Studio } from '../../src/ports.ts';
import { patientConnection } from '../../src/redis/connection.ts';
import { redisQueue } from '../../src/redis/queue.ts';
import { fromMillis } from '../../src/units.ts';
import { eventually } from '../eventually.ts';
import { aTraceId } from '../trace/records.ts';
import { chatTwin } from '../world/chat-twin.ts';
import { idleQueue } from '../world/idle-queue.ts';
import { redisMemory } from '../world/redis-memory.ts';
import { startRedisServer } from '../world/redis-server.ts';

const never = (): never => {
  throw new Error('not asked for');
};
const idleStudio: Studio = {
  ...{
    portray: never,
    study: never,
    portrayMap: never,
    portrayTrend: never,
    dossier: never,
    compare: never,
    tell: never,
    tellMap: never,
  },
  judge: async () => undefined,
};

test('a worker that is told to stop while Redis is away lets its job finish, and then stops', async () => {
  const server = await startRedisServer();
  const redis = patientConnection(`redis://127.0.0.1:${server.port}`, () => undefined);
  const attempted = () => new Promise((resolve) => redis.once('reconnecting', resolve));
  let release = (): void => undefined;
  let isRunning = false;
  const judge: Studio['judge'] = () => {
    isRunning = true;
    return new Promise((resolve) => {
      release = () => resolve(undefined);
    });
  };
  const memory = redisMemory(server.owner, () => fromMillis(Date.now()));
  const world = { ...memory, studio: { ...idleStudio, judge }, queue: idleQueue, chat: chatTwin().chat };
  const workers = startWorkers(world, redis, logger('silent'));
  const queue = redisQueue(server.owner, () => undefined);
  await queue.examine(aTraceId('one'), 0);
  await eventually(() => isRunning, { what: 'a job that runs' });

  await server.kill();
  await attempted();
  let isStopped = false;
  const stopped = workers.close().then(() => {
    isStopped = true;
  });
  await attempted();
  expect(isStopped).toBe(false);
  release();
  await server.start();
  await stopped;
  await queue.close();
  redis.disconnect();
  await server.stop();
});
