import { beforeEach, expect, test } from 'vitest';
import { examine } from '../../jobs/examine.ts';
import { studio } from '../../jobs/studio.ts';
import { intake } from '../../src/intake.ts';
import type { World } from '../../src/ports.ts';
import { type Micros, micros } from '../../src/units.ts';
import { aSpan, aTraceId, at } from '../trace/records.ts';
import { chatTwin } from '../world/chat-twin.ts';
import { idleQueue } from '../world/idle-queue.ts';
import { testRedis } from '../world/redis.ts';
import { redisMemory } from '../world/redis-memory.ts';

const redis = testRedis();
const HOUR = 3_600_000_000;
const TRACE = aTraceId('reused');

let now: Micros;
let world: World;
beforeEach(() => {
  now = at(0);
  const memory = redisMemory(redis(), () => now);
  world = { ...memory, studio: studio(memory), queue: idleQueue, chat: chatTwin().chat };
});

/** What a client sends that never begins a new trace: calls as they come, all of them roots. */
const call = (name: string, failed = false) =>
  aSpan({
    ...{ trace: 'reused', id: name, service: 'api', operation: 'POST /orders', from: (now - at(0)) / 1_000 },
    ...(failed && { status: 'error' as const, error: { type: 'CardDeclined', message: 'no funds' } }),
  });

async function filled(count: number): Promise<number> {
  let taken = 0;
  for (let n = 0; n < count; n += 5_000) {
    const kept = await intake(
      world,
      Array.from({ length: 5_000 }, (_, i) => call(`${now} ${n + i}`)),
    );
    taken += kept.stored + kept.truncated;
    now = micros(now + HOUR / 10);
  }
  return taken;
}

async function fails(name: string) {
  await intake(world, [call(name, true)]);
  await examine({ v: 1, traceId: TRACE }, world);
  return await world.incidents.ofTrace(TRACE);
}

test('a failure after 50,000 spans of one id is an incident, drawn with what is kept, which says that much is left out', async () => {
  expect(await filled(50_000)).toBe(50_000);
  const incident = await fails('the first that fails');

  expect(incident).toMatchObject({ count: 1, alert: { outcome: 'failed', error: { type: 'CardDeclined' } } });
  const portrait = await world.studio.portray(TRACE, 'light');
  expect(portrait?.telling.warnings).toContain('too many spans: some are left out');
  expect(portrait?.telling.failing?.error?.type).toBe('CardDeclined');
}, 60_000);

test('what fails hours later under the id of an incident that is over opens it again, however often, and a repetition does not', async () => {
  const incident = await fails('first');
  for (const name of ['second', 'third', 'fourth']) {
    await world.incidents.change(incident?.id ?? '', { kind: 'resolve', by: 'U0MAYA' });
    await filled(10_000);
    await examine({ v: 1, traceId: TRACE }, world);
    expect((await world.incidents.ofTrace(TRACE))?.life.state).toBe('resolved');

    expect(await fails(name)).toMatchObject({ id: incident?.id, life: { state: 'open' }, lastSeen: now + 100_000 });
  }
}, 60_000);

test('an id under which thousands fail has room for the last of them', async () => {
  const incident = await fails('first');
  await filled(25_000);
  for (let n = 0; n < 3; n++)
    await intake(
      world,
      Array.from({ length: 1_000 }, (_, i) => call(`failing ${n} ${i}`, true)),
    );
  await world.incidents.change(incident?.id ?? '', { kind: 'resolve', by: 'U0MAYA' });
  now = micros(now + HOUR);

  expect((await fails('last'))?.life.state).toBe('open');
  expect(await redis().hlen(`tf:trace:${TRACE}`)).toBeLessThan(23_000);
}, 60_000);
