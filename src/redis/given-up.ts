import { type Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { fromMillis, type Micros } from '../units.ts';
import { QUEUES, type QueueName } from '../work.ts';
import { QUEUE_PREFIX } from './queue.ts';
import { pipelined } from './scripts.ts';

/** A job that nobody tries any more: it failed too often, or nobody understands it. It stays for two weeks, to be read and done again. */
export type GivenUp = {
  readonly queue: string;
  readonly id: string;
  readonly at: Micros;
  readonly why: string;
  readonly payload: unknown;
};

/** How many there are in each queue that has any. */
export async function countGivenUp(redis: Redis): Promise<ReadonlyMap<QueueName, number>> {
  const counts = await pipelined(
    redis,
    QUEUES.map((name) => ['zcard', `${QUEUE_PREFIX}:${name}:failed`]),
  );
  return new Map(QUEUES.map((name, index) => [name, Number(counts[index])] as const).filter(([, count]) => count > 0));
}

/** How many there are in one queue, and when and why the newest was; `at` and `why` of none are empty. */
export async function lastGivenUp(
  redis: Redis,
  queue: string,
): Promise<Pick<GivenUp, 'at' | 'why'> & { readonly count: number }> {
  const failed = `${QUEUE_PREFIX}:${queue}:failed`;
  const [count, newest] = await pipelined(redis, [
    ['zcard', failed],
    ['zrevrange', failed, 0, 0, 'WITHSCORES'],
  ]);
  const [id, at] = Array.isArray(newest) ? newest : [];
  const why = id === undefined ? null : await redis.hget(`${QUEUE_PREFIX}:${queue}:${id}`, 'failedReason');
  return { count: Number(count), at: fromMillis(Number(at ?? 0)), why: why ?? '' };
}

/** The newest of each queue. */
export async function readGivenUp(redis: Redis, mostOfEach: number): Promise<readonly GivenUp[]> {
  const all = await eachQueue(redis, async (queue) => {
    const jobs = await queue.getFailed(0, mostOfEach - 1);
    return jobs.map((job) => ({
      ...{ queue: queue.name, id: job.id ?? '', payload: job.data as unknown, why: job.failedReason },
      at: fromMillis(job.finishedOn ?? job.timestamp),
    }));
  });
  return all.flat();
}

/** Has those of a queue done again, with all of their tries; gives how many. */
export async function replayGivenUp(redis: Redis, name: string): Promise<number> {
  const replayed = await eachQueue(redis, async (queue) => (queue.name === name ? await replay(queue) : 0));
  return replayed.reduce((sum, count) => sum + count, 0);
}

/** Those that are there now: one that is given up anew meanwhile is not done again in the same run. */
async function replay(queue: Queue): Promise<number> {
  const jobs: readonly Job[] = await queue.getFailed();
  for (const job of jobs) await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
  return jobs.length;
}

async function eachQueue<T>(redis: Redis, ask: (queue: Queue) => Promise<T>): Promise<readonly T[]> {
  const queues = QUEUES.map((name) => new Queue(name, { connection: redis, prefix: QUEUE_PREFIX }));
  try {
    return await Promise.all(queues.map(ask));
  } finally {
    await Promise.all(queues.map((queue) => queue.close()));
  }
}
