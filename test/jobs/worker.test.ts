import { Queue } from 'bullmq';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { studio } from '../../jobs/studio.ts';
import { startWorkers, type Workers } from '../../jobs/worker.ts';
import { logger } from '../../src/log.ts';
import type { World } from '../../src/ports.ts';
import { QUEUE_PREFIX, type Queues, redisQueue } from '../../src/redis/queue.ts';
import { RateLimited } from '../../src/slack/errors.ts';
import { fromMillis } from '../../src/units.ts';
import { ANNOUNCE } from '../../src/work.ts';
import { eventually } from '../eventually.ts';
import { aSpan, aTraceId } from '../trace/records.ts';
import { type ChatTwin, chatTwin } from '../world/chat-twin.ts';
import { testRedis } from '../world/redis.ts';
import { redisMemory } from '../world/redis-memory.ts';

const redis = testRedis();
let slack: ChatTwin;
let queue: Queues;
let workers: Workers;
let asked: number[];
let refusals: number;

/** Real queues and workers; a Slack in memory that can say "too many". */
beforeEach(() => {
  slack = chatTwin();
  asked = [];
  refusals = 0;
  const clock = () => fromMillis(Date.now());
  queue = redisQueue(redis(), () => undefined);
  const chat: World['chat'] = {
    ...slack.chat,
    postRoot: async (incident, channel) => {
      asked.push(Date.now());
      if (refusals-- > 0) throw new RateLimited(700);
      return await slack.chat.postRoot(incident, channel);
    },
  };
  const memory = redisMemory(redis(), clock);
  const world: World = { ...memory, studio: studio(memory), queue, chat };
  workers = startWorkers(world, redis(), logger('silent'));
});
afterEach(async () => {
  await workers.close();
  await queue.close();
});

async function failing(trace: string): Promise<void> {
  const { records } = redisMemory(redis(), () => fromMillis(Date.now()));
  await records.keep([aSpan({ trace, id: 'entry', status: 'error' })], [aTraceId(trace)]);
  await queue.examine(aTraceId(trace), 0);
}

test('walks a failing trace from the queue to its thread', async () => {
  await failing('one');

  await eventually(() => slack.truth.pictures.length === 1, { what: 'a picture' });
  expect(slack.truth.roots).toHaveLength(1);
});

test('when Slack says until when, asks not before, and does not count it as a failure', async () => {
  refusals = 2;
  await failing('one');

  await eventually(() => slack.truth.roots.length === 1, { what: 'a root' });
  expect(asked).toHaveLength(3);
  const [first = 0, second = 0, third = 0] = asked;
  expect(second - first).toBeGreaterThanOrEqual(690);
  expect(third - second).toBeGreaterThanOrEqual(690);
});

test('a job that nobody understands goes to the failed ones at once, to be read, and holds nobody up', async () => {
  const announces = new Queue(ANNOUNCE, { connection: redis(), prefix: QUEUE_PREFIX });
  await announces.add(ANNOUNCE, { v: 1, incident: 'misspelt' }, { attempts: 300 });
  await failing('one');

  await eventually(() => slack.truth.pictures.length === 1, { what: 'a picture' });
  const [failed] = await eventually(async () => {
    const all = await announces.getFailed();
    return all.length > 0 && all;
  });
  expect(failed?.failedReason).toContain('payload of announce');
  await announces.close();
});

test('a job of a newer version is left to a newer worker, which may not be there yet', async () => {
  const announces = new Queue(ANNOUNCE, { connection: redis(), prefix: QUEUE_PREFIX });
  await announces.add(ANNOUNCE, { v: 2, incident: 'from a newer version' }, { attempts: 300 });

  const [left] = await eventually(async () => {
    const all = await announces.getDelayed();
    return all.length > 0 && all;
  });
  expect(left?.data).toEqual({ v: 2, incident: 'from a newer version' });
  expect(await announces.getFailedCount()).toBe(0);
  await announces.close();
});
