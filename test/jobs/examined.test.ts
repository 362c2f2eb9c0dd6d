import { Queue, UnrecoverableError } from 'bullmq';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { examine } from '../../jobs/examine.ts';
import { doctor } from '../../jobs/start-doctor.ts';
import { replay } from '../../jobs/start-replay.ts';
import { studio } from '../../jobs/studio.ts';
import { startWorkers, type Workers } from '../../jobs/worker.ts';
import { ledger } from '../../src/ledger.ts';
import { logger } from '../../src/log.ts';
import { metrics } from '../../src/metrics.ts';
import type { World } from '../../src/ports.ts';
import { readExamined } from '../../src/redis/examined.ts';
import { countGivenUp } from '../../src/redis/given-up.ts';
import { GIVEN_UP_TTL_MS, keys } from '../../src/redis/keys.ts';
import { QUEUE_PREFIX, type Queues, redisQueue } from '../../src/redis/queue.ts';
import { fromMillis } from '../../src/units.ts';
import { EXAMINE } from '../../src/work.ts';
import { eventually } from '../eventually.ts';
import { aSpan, aTraceId } from '../trace/records.ts';
import { chatTwin } from '../world/chat-twin.ts';
import { idleQueue } from '../world/idle-queue.ts';
import { testRedis, testRedisUrl } from '../world/redis.ts';
import { RULES, redisMemory } from '../world/redis-memory.ts';

const redis = testRedis();
let queue: Queues;
let world: World;
let workers: Workers | undefined;
let isPoisoned: boolean;
beforeEach(() => {
  vi.stubEnv('REDIS_URL', testRedisUrl());
  isPoisoned = true;
  queue = redisQueue(redis(), () => undefined);
  const memory = redisMemory(redis(), () => fromMillis(Date.now()));
  const inThisThread = studio(memory);
  const judge: World['studio']['judge'] = async (traceId) => {
    if (isPoisoned && traceId === aTraceId('poison')) throw new UnrecoverableError('the studio did not judge it');
    return await inThisThread.judge(traceId);
  };
  const rules = { ...RULES, mute: [{ service: 'load-test' }] };
  // Who is told in Slack is no question of these tests.
  world = {
    ...{ ...memory, rules, studio: { ...inThisThread, judge }, chat: chatTwin().chat },
    queue: { ...idleQueue, examine: queue.examine },
  };
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await workers?.close();
  workers = undefined;
  await queue.close();
});

async function failing(trace: string, service = 'checkout'): Promise<void> {
  await world.records.keep([aSpan({ trace, service, id: `${trace} entry`, status: 'error' })], [aTraceId(trace)]);
  await world.queue.examine(aTraceId(trace), 0);
}

const atRest = (givenUp: number) =>
  eventually(
    async () => {
      const examined = await readExamined(redis());
      return examined.underWay === 0 && examined.lost === 0 && examined.givenUp === givenUp && examined;
    },
    { what: `the examinations done, and ${givenUp} given up` },
  );

test('of every examination that is asked for something comes, or it was given up: also when that is done again', async () => {
  for (const trace of ['one', 'two', 'three', 'poison']) await failing(trace);
  await failing('muted', 'load-test');
  await world.queue.examine(aTraceId('never seen'), 0);
  // Asked for again before anybody looked.
  for (const trace of ['one', 'poison']) await failing(trace);
  expect(await readExamined(redis())).toMatchObject({ asked: 6, counted: 0, underWay: 6, lost: 0 });

  workers = startWorkers(world, redis(), logger('silent'));
  expect(await atRest(1)).toEqual({ asked: 6, counted: 3, muted: 1, healthy: 1, givenUp: 1, forgotten: 0, underWay: 0, lost: 0 });
  const lines: string[] = [];
  await doctor((line) => lines.push(line));
  expect(lines.join().replaceAll(/\s+/g, ' ')).toContain(
    '✔ examinations: 6 asked = 3 in incidents + 1 muted by rules + 1 healthy after all + 1 given up + 0 under way',
  );

  const together = async () => ({
    examined: await readExamined(redis()),
    givenUp: await countGivenUp(redis()),
    refusedNames: 0,
    arrivals: [],
  });
  const said = await metrics(ledger(), together).text();
  for (const sum of ['tracefall_examinations{became="counted"} 3', 'tracefall_given_up_jobs{queue="examine"} 1'])
    expect(said).toContain(sum);

  isPoisoned = false;
  await replay(EXAMINE, () => undefined);
  expect(await atRest(0)).toEqual({ asked: 6, counted: 4, muted: 1, healthy: 1, givenUp: 0, forgotten: 0, underWay: 0, lost: 0 });
});

test('what was given up and comes in again is asked for once, and counted once', async () => {
  await failing('poison');
  workers = startWorkers(world, redis(), logger('silent'));
  await atRest(1);
  isPoisoned = false;
  await failing('poison');

  expect(await atRest(0)).toMatchObject({ asked: 1, counted: 1, givenUp: 0 });
});

test('an examination that runs twice, because a worker died over it, is closed once', async () => {
  await failing('one');
  await failing('two');
  for (const trace of ['one', 'one', 'two']) await examine({ v: 1, traceId: aTraceId(trace) }, world);

  expect(await readExamined(redis())).toMatchObject({ asked: 2, counted: 2, underWay: 0, lost: 0 });
});

test('a job that vanishes is missed', async () => {
  await failing('one');
  await failing('two');
  const examines = new Queue(EXAMINE, { connection: redis(), prefix: QUEUE_PREFIX });
  await (await examines.getJobs()).at(0)?.remove();
  await examines.close();

  expect(await readExamined(redis())).toMatchObject({ asked: 2, underWay: 1, lost: 1 });
});

test('one that was given up two weeks ago is forgotten when its job is, and not missed', async () => {
  await failing('poison');
  workers = startWorkers(world, redis(), logger('silent'));
  await atRest(1);
  await redis().zadd(keys.openExaminations, Date.now() - GIVEN_UP_TTL_MS - 1, aTraceId('poison'));
  const forgotten = { asked: 1, givenUp: 0, forgotten: 1, lost: 0 };
  expect(await readExamined(redis())).toMatchObject(forgotten);

  // Somebody has it done again a moment before its job is deleted: it was counted already.
  isPoisoned = false;
  await replay(EXAMINE, () => undefined);
  await eventually(async () => (await countGivenUp(redis())).size === 0, { what: 'the replay' });
  expect(await atRest(0)).toMatchObject({ ...forgotten, counted: 0 });
  await failing('one');
  expect(await atRest(0)).toMatchObject({ asked: 2, counted: 1, forgotten: 1 });
});
