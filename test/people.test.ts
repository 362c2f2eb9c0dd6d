import { expect, test } from 'vitest';
import { people } from '../src/people.ts';
import { redactor } from '../src/redaction/redact.ts';
import { alert, NOON } from './slack/samples.ts';
import { aTraceId } from './trace/records.ts';
import { idleQueue } from './world/idle-queue.ts';
import { testRedis } from './world/redis.ts';
import { redisMemory } from './world/redis-memory.ts';

const redis = testRedis();

test('a snooze until the next deployment begins with the version that fails now, not with the first that did', async () => {
  const { incidents } = redisMemory(redis(), () => NOON);
  const failing = (version: string, trace: string) => {
    const traceId = aTraceId(trace);
    return incidents.report(alert({ version, traceId, traceIds: [traceId] }));
  };
  const { incidentId } = await failing('1', 'a');
  await failing('2', 'b');
  const { snooze } = people({ clock: () => NOON, incidents, queue: idleQueue }, {}, redactor());
  await snooze(incidentId, 'U0MAYA', 'deployment', undefined);
  await failing('2', 'c');
  const asleep = await incidents.read(incidentId);
  await failing('3', 'd');

  expect(asleep?.life.state).toBe('snoozed');
  expect((await incidents.read(incidentId))?.life.state).toBe('open');
});
