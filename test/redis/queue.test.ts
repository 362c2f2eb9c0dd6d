import { Worker } from 'bullmq';
import { afterEach, expect, test } from 'vitest';
import { backoffMs, QUEUE_PREFIX, type Queues, redisQueue } from '../../src/redis/queue.ts';
import { ANNOUNCE, EXAMINE, LEARN, Learn as LearnJob } from '../../src/work.ts';
import { eventually } from '../eventually.ts';
import { aTraceId } from '../trace/records.ts';
import { testRedis } from '../world/redis.ts';

const redis = testRedis();
const running: { close: () => Promise<unknown> }[] = [];
afterEach(async () => {
  for (const part of running.splice(0).reverse()) await part.close();
});

function queues(): Queues {
  const made = redisQueue(redis(), () => undefined);
  running.push(made);
  return made;
}

/** Runs a queue's jobs, each for as long as `hold` says; gives the list of runs. */
function works(name: string, hold: () => Promise<void> = async () => undefined): string[] {
  const runs: string[] = [];
  const connection = redis().duplicate();
  const run = async (data: unknown): Promise<void> => {
    runs.push(JSON.stringify(data));
    await hold();
  };
  const worker = new Worker(name, (job) => run(job.data), { connection, prefix: QUEUE_PREFIX });
  const close = async (): Promise<void> => {
    await worker.close();
    connection.disconnect();
  };
  running.push({ close });
  return runs;
}

test('asks for one examination however often a trace is suspect', async () => {
  const { examine } = queues();
  await Promise.all(Array.from({ length: 20 }, () => examine(aTraceId('one'), 50)));
  await examine(aTraceId('two'), 0);
  const runs = works(EXAMINE);

  await eventually(() => runs.length === 2);
  await eventually(async () => (await redis().keys(`${QUEUE_PREFIX}:${EXAMINE}:de:*`)).length === 0, {
    what: 'the end of both jobs',
  });
  expect(runs.filter((run) => run.includes(aTraceId('one')))).toHaveLength(1);
});

test('a record that comes while its trace is examined causes one more examination', async () => {
  const { examine } = queues();
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const runs = works(EXAMINE, () => held);
  await examine(aTraceId('one'), 0);
  await eventually(() => runs.length === 1);
  await examine(aTraceId('one'), 0);
  await examine(aTraceId('one'), 0);
  release();

  await eventually(() => runs.length === 2);
});

test('a count waits for the next one, what a person did does not', async () => {
  const { announce } = queues();
  const runs = works(ANNOUNCE);
  await announce({ v: 1, incidentId: 'i' }, 60_000);
  await announce({ v: 1, incidentId: 'i' }, 60_000);
  await announce({ v: 1, incidentId: 'i' }, 0);

  await eventually(() => runs.length === 1, { withinMs: 5_000 });
});

test('takes one healthy transaction of each entry operation, whichever process asks', async () => {
  const [one, another] = [queues(), queues()];
  const job = (trace: string, entry: string) => ({ v: 1 as const, traceId: aTraceId(trace), entry });
  await one.learn(job('a', 'shop|GET /'));
  await one.learn(job('b', 'shop|GET /'));
  await another.learn(job('c', 'shop|GET /'));
  await another.learn(job('d', 'shop|POST /'));

  const waiting = await redis().zrange(`${QUEUE_PREFIX}:${LEARN}:delayed`, '0', '-1');
  const jobs = await Promise.all(waiting.map((id) => redis().hget(`${QUEUE_PREFIX}:${LEARN}:${id}`, 'data')));
  expect(jobs.map((data) => LearnJob.parse(JSON.parse(data ?? '')).traceId).sort()).toEqual(
    [aTraceId('a'), aTraceId('d')].sort(),
  );
});

test('backs off from a second to half a minute: whatever waits for Slack asks again soon after it is back', () => {
  expect([1, 2, 3, 30].map(backoffMs)).toEqual([1_000, 2_000, 4_000, 15_000]);
});
