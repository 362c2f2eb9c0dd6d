import { Queue } from 'bullmq';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { examine } from '../../jobs/examine.ts';
import { revisit } from '../../jobs/revisit.ts';
import { startWorkers, type Workers } from '../../jobs/worker.ts';
import { logger } from '../../src/log.ts';
import type { World } from '../../src/ports.ts';
import { QUEUE_PREFIX, type Queues, redisQueue } from '../../src/redis/queue.ts';
import { fromMillis, micros } from '../../src/units.ts';
import { ANNOUNCE } from '../../src/work.ts';
import { eventually } from '../eventually.ts';
import { aSpan, aTraceId, BEGIN_MS } from '../trace/records.ts';
import { type ChatTwin, chatTwin } from '../world/chat-twin.ts';
import { idleQueue } from '../world/idle-queue.ts';
import { jobsWorld } from '../world/jobs-world.ts';
import { testRedis } from '../world/redis.ts';
import { RULES } from '../world/redis-memory.ts';

const redis = testRedis();
const KINDS = ['buy', 'sell', 'send', 'pay', 'ship', 'bill'] as const;
const clock = () => fromMillis(Date.now());

let slack: ChatTwin;
let queue: Queues;
let world: World;
let workers: readonly Workers[];

/** Four processes' workers on one Redis, each with a memory of its own. An incident is over after half a second. */
beforeEach(() => {
  slack = chatTwin();
  queue = redisQueue(redis(), () => undefined);
  world = worldOf();
  workers = [];
});
afterEach(async () => {
  await Promise.all(workers.map((each) => each.close()));
  await queue.close();
});

function worldOf(): World {
  const rules = { ...RULES, resolveAfter: fromMillis(500) };
  return jobsWorld(redis(), clock, { rules, queue, chat: slack.chat });
}

const four = (): readonly Workers[] => Array.from({ length: 4 }, () => startWorkers(worldOf(), redis(), logger('silent')));

const span = (name: string, operation: string, status: 'error' | 'unset') =>
  aSpan({ trace: name, id: name, service: 'api', operation, status, from: Date.now() - BEGIN_MS });

async function fails(kind: string): Promise<void> {
  await world.records.keep([span(kind, kind, 'error')], [aTraceId(kind)]);
  for (let twice = 0; twice < 2; twice++) await queue.examine(aTraceId(kind), 0);
}

const states = async () => (await world.incidents.newest(20)).map(({ life }) => life.state);

test('what time brings about happens once, however many look: ends, wakings, and what is told at a start', async () => {
  const announces = new Queue(ANNOUNCE, { connection: redis(), prefix: QUEUE_PREFIX });
  await announces.add(ANNOUNCE, { v: 1, incident: 'misspelt' }, { attempts: 1 });
  workers = four();
  await eventually(async () => (await announces.getFailedCount()) === 1, { what: 'a job that is given up' });
  await announces.close();
  await Promise.all(workers.map((each) => each.close()));
  workers = four();
  for (const kind of KINDS) await fails(kind);
  await eventually(async () => slack.truth.pictures.length === KINDS.length, { what: 'a thread each' });
  const [asleep] = await world.incidents.newest(1);
  const id = asleep?.id ?? 'none';
  const until = { kind: 'time', at: micros(clock() + fromMillis(300)) } as const;
  await world.incidents.change(id, { kind: 'snooze', by: 'U0MAYA', until });
  for (let each = 0; each < 4; each++) await queue.revisit({ v: 1, why: 'woke', incidentId: id }, 300);
  await world.records.keep(
    KINDS.map((kind) => span(`${kind} well`, kind, 'unset')),
    [],
  );

  await eventually(async () => (await states()).every((state) => state === 'resolved'), { what: 'their ends', withinMs: 30_000 });
  const all = await world.incidents.newest(20);
  expect(all).toHaveLength(KINDS.length);
  for (const { log, id: each } of all) {
    const ours = log.map(({ what }) => what);
    expect(ours).toEqual(each === id ? ['opened', 'snoozed', 'woken', 'resolved'] : ['opened', 'resolved']);
  }
  await eventually(() => slack.truth.entries.length >= KINDS.length + 2, { what: 'the changes in the threads' });
  await eventually(() => slack.truth.troubles.length > 0, { what: 'the trouble', withinMs: 20_000 });
  expect(slack.truth.roots).toHaveLength(KINDS.length);
  expect(slack.truth.pictures).toHaveLength(KINDS.length);
  expect(slack.truth.entries).toHaveLength(KINDS.length + 2);
  expect(slack.truth.troubles).toHaveLength(1);
}, 90_000);

test('four who find at the same moment that it is over end it once, and four who wake it wake it once', async () => {
  const since = micros(clock() - fromMillis(1_000));
  for (const kind of KINDS) await world.records.keep([span(kind, kind, 'error')], [aTraceId(kind)]);
  const ids = await Promise.all(
    KINDS.map(async (kind) => {
      await examine({ v: 1, traceId: aTraceId(kind) }, { ...world, queue: idleQueue });
      return (await world.incidents.ofTrace(aTraceId(kind)))?.id ?? 'none';
    }),
  );
  await world.records.keep(
    KINDS.map((kind) => span(`${kind} well`, kind, 'unset')),
    [],
  );
  const worlds = Array.from({ length: 4 }, () => ({ ...worldOf(), queue: idleQueue }));
  for (const incidentId of ids) {
    await world.incidents.change(incidentId, { kind: 'snooze', by: 'U0MAYA', until: { kind: 'time', at: since } });
    await Promise.all(worlds.map((each) => revisit({ v: 1, why: 'woke', incidentId }, each)));
    await Promise.all(worlds.map((each) => revisit({ v: 1, why: 'rested', incidentId, since, sightings: 0 }, each)));
    const log = (await world.incidents.read(incidentId))?.log.map(({ what }) => what);
    expect(log).toEqual(['opened', 'snoozed', 'woken', 'resolved']);
  }
}, 30_000);
