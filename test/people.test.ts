import { expect, test } from 'vitest';
import { people } from '../src/people.ts';
import { redactor } from '../src/redaction/redact.ts';
import type { Answer } from '../src/work.ts';
import { alert, NOON } from './slack/samples.ts';
import { aTraceId } from './trace/records.ts';
import { idleQueue } from './world/idle-queue.ts';
import { testRedis } from './world/redis.ts';
import { redisMemory } from './world/redis-memory.ts';

const redis = testRedis();

test('a snooze until the next deployment begins with the version that fails now, not with the first that did', async () => {
  const { incidents, askings } = redisMemory(redis(), () => NOON);
  const failing = (version: string, trace: string) => {
    const traceId = aTraceId(trace);
    return incidents.report(alert({ version, traceId, traceIds: [traceId] }));
  };
  const { incidentId } = await failing('1', 'a');
  await failing('2', 'b');
  const { snooze } = people({ clock: () => NOON, incidents, askings, queue: idleQueue }, {}, redactor());
  await snooze(incidentId, 'U0MAYA', 'deployment', undefined);
  await failing('2', 'c');
  const asleep = await incidents.read(incidentId);
  await failing('3', 'd');

  expect(asleep?.life.state).toBe('snoozed');
  expect((await incidents.read(incidentId))?.life.state).toBe('open');
});

test('of fifty people who ask at once each has a fair share, by whichever process they ask, and hears when to ask again', async () => {
  const kept: Answer[] = [];
  const queue = { ...idleQueue, answer: async (job: Answer) => void kept.push(job) };
  const bots = [redisMemory(redis(), () => NOON), redisMemory(redis(), () => NOON)].map((memory) =>
    people({ ...memory, queue }, {}, redactor()),
  );
  const asks = (user: string, n: number) => {
    const question: Answer = {
      ...{
        v: 1,
        requestId: `${user} ${n}`,
        question: { kind: 'incidents' },
        channel: 'C1',
        user,
        responseUrl: 'http://127.0.0.1:1/',
      },
    };
    return bots[n % 2]?.trace(question);
  };
  const users = Array.from({ length: 50 }, (_, n) => `U${n}`);
  const waits = await Promise.all(users.flatMap((user) => Array.from({ length: 80 }, (_, n) => asks(user, n))));

  expect(kept).toHaveLength(50 * 60);
  const told = waits.filter((wait) => wait !== 0).map(Number);
  expect(told).toHaveLength(50 * 20);
  expect(Math.min(...told)).toBeGreaterThan(0);
  expect(Math.max(...told)).toBeLessThanOrEqual(60_000);
});
