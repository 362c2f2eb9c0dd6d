import { Queue } from 'bullmq';
import { expect, test } from 'vitest';
import { studio } from '../../jobs/studio.ts';
import { startWorkers } from '../../jobs/worker.ts';
import { logger } from '../../src/log.ts';
import { QUEUE_PREFIX, redisQueue } from '../../src/redis/queue.ts';
import { fromMillis } from '../../src/units.ts';
import { EXAMINE } from '../../src/work.ts';
import { eventually } from '../eventually.ts';
import { aTraceId } from '../trace/records.ts';
import { chatTwin } from '../world/chat-twin.ts';
import { idleQueue } from '../world/idle-queue.ts';
import { testRedis } from '../world/redis.ts';
import { redisMemory } from '../world/redis-memory.ts';

const redis = testRedis();

test('why a call was given up is kept, though the error that it was given up with cannot be written to', async () => {
  const memory = redisMemory(redis(), () => fromMillis(Date.now()));
  const timedOut = new Error('the studio took too long', { cause: AbortSignal.abort().reason });
  const slow = { ...studio(memory), judge: () => Promise.reject(timedOut) };
  const pace = { turn: async () => 0, hold: async () => undefined };
  const world = { ...memory, studio: slow, chat: chatTwin().chat, pace, queue: idleQueue };
  const workers = startWorkers(world, redis(), logger('silent'));
  const queue = redisQueue(redis(), () => undefined);
  const examines = new Queue(EXAMINE, { connection: redis(), prefix: QUEUE_PREFIX });
  try {
    await queue.examine(aTraceId('slow'), 0);
    const reason = await eventually(async () => (await examines.getDelayed())[0]?.stacktrace?.[0], { withinMs: 15_000 });
    expect(reason).toContain('the studio took too long');
  } finally {
    for (const each of [workers, queue, examines]) await each.close();
  }
});
