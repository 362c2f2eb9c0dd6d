import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { once } from '../../jobs/once.ts';
import { revisit } from '../../jobs/revisit.ts';
import { STORM_LIMIT } from '../../src/incident/storm.ts';
import type { Clock } from '../../src/ports.ts';
import { redisClock, timeIn } from '../../src/redis/clock.ts';
import { QUEUE_PREFIX, redisQueue } from '../../src/redis/queue.ts';
import { fromSeconds, micros, toMillis } from '../../src/units.ts';
import { ANNOUNCE, EXAMINE, REVISIT, STORM } from '../../src/work.ts';
import { eventually } from '../eventually.ts';
import { randomInts } from '../random-ints.ts';
import { alert } from '../slack/samples.ts';
import { aTraceId } from '../trace/records.ts';
import { idleQueue } from '../world/idle-queue.ts';
import { testRedis } from '../world/redis.ts';
import { redisMemory } from '../world/redis-memory.ts';

const redis = testRedis();
const HOUR_MS = 3_600_000;

/** Only the wall clock is ours: what waits, waits as ever. */
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

const jumpBy = (ms: number): void => void vi.setSystemTime(vi.getRealSystemTime() + ms);

/** A process's clock after its first answer. */
async function clockOf(): Promise<Clock> {
  jumpBy(5 * HOUR_MS);
  const clock = redisClock(redis());
  await eventually(async () => Math.abs(toMillis(clock()) - (await timeIn(redis()))) < 1_000);
  return clock;
}

test('the time is that of Redis, however the wall clock jumps, and it is said how far that is off', async () => {
  const told: number[] = [];
  jumpBy(2 * HOUR_MS);
  const clock = redisClock(redis(), (aheadMs) => told.push(aheadMs));
  clock();
  await eventually(() => told.length > 0);
  const random = randomInts(1);
  const far: number[] = [];
  for (let n = 0; n < 200; n++) {
    jumpBy(random(4 * HOUR_MS) - 2 * HOUR_MS);
    far.push(Math.abs(toMillis(clock()) - (await timeIn(redis()))));
  }

  expect(Math.max(...far)).toBeLessThan(1_000);
  expect(Math.round((told[0] ?? 0) / HOUR_MS)).toBe(2);
});

test('nothing is decided early or late by a process whose wall clock jumps by two hours', async () => {
  const clock = await clockOf();
  const memory = redisMemory(redis(), clock);
  const world = { ...memory, queue: idleQueue };
  const { incidentId } = await world.incidents.report(alert({ at: clock() }));
  const until = { kind: 'time', at: micros(clock() + fromSeconds(3_600)) } as const;
  await world.incidents.change(incidentId, { kind: 'snooze', by: 'U0MAYA', until });
  await world.pace.turn('C1', 'a');
  await world.pace.hold('C1', 60_000);
  await once(world, 'root:x', {
    find: async () => undefined,
    attempt: async () => ({ kind: 'unsure', why: 'no answer' }),
  });
  const since = clock();

  for (const hours of [2, -2, 1, -1, 2]) {
    jumpBy(hours * HOUR_MS);
    const woken = await revisit({ v: 1, why: 'woke', incidentId }, world);
    expect(typeof woken === 'object' && Math.round(woken.againInMs / 60_000)).toBe(60);
    expect((await world.incidents.read(incidentId))?.life.state).toBe('snoozed');
    expect(Math.round((await world.pace.turn('C1', 'b')) / 10_000)).toBe(6);
    expect(await untilLookedAfter(world)).toBeGreaterThan(10_000);
    expect(toMillis(micros(clock() - since))).toBeLessThan(5_000);
  }
});

test('what a process asks for whose wall clock is ahead is not done two hours late', async () => {
  const clock = await clockOf();
  jumpBy(2 * HOUR_MS);
  const queue = redisQueue(redis(), (error) => expect.fail(error.message), clock);
  await queue.examine(aTraceId('one'), 2_000);
  await queue.announce({ v: 1, incidentId: 'i' }, 2_000);
  await queue.revisit({ v: 1, why: 'woke', incidentId: 'i' }, 2_000);
  await queue.storm({ v: 1, stormId: 's', channel: 'C1' }, 2_000);
  await queue.close();

  for (const name of [EXAMINE, ANNOUNCE, REVISIT, STORM]) {
    const [, score = ''] = await redis().zrange(`${QUEUE_PREFIX}:${name}:delayed`, '0', '-1', 'WITHSCORES');
    // BullMQ keeps the time in all but the last twelve bits.
    expect(Number(score) / 0x1000).toBeLessThan(vi.getRealSystemTime() + 3_000);
  }
});

/** How long until it is looked whether the message of unknown fate is there, in ms; 0 where it is at once. */
async function untilLookedAfter(world: Parameters<typeof once>[0]): Promise<number> {
  const now = await once(world, 'root:x', {
    find: async () => ({ channel: 'C1', ts: '1.1' }),
    attempt: async () => ({ kind: 'posted', thread: { channel: 'C1', ts: '1.2' } }),
  });
  return now.kind === 'later' ? now.inMs : 0;
}

test('a storm is one storm, though each of its incidents is told by a process with another wall clock', async () => {
  const clock = await clockOf();
  const { incidents, storms } = redisMemory(redis(), clock);
  const joined: (string | undefined)[] = [];
  for (let n = 0; n < STORM_LIMIT.incidents + 5; n++) {
    const trace = aTraceId(`storm ${n}`);
    const { incidentId } = await incidents.report(alert({ signature: `s${n}`, traceId: trace, traceIds: [trace], at: clock() }));
    jumpBy((n % 2 === 0 ? 2 : -2) * HOUR_MS);
    joined.push(await storms.join(incidentId, 'C1', STORM_LIMIT));
  }

  expect(joined.filter((storm) => storm !== undefined)).toHaveLength(5);
  expect(new Set(joined).size).toBe(2);
});
