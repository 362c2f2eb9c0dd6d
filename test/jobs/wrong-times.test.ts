import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { examine } from '../../jobs/examine.ts';
import { revisit } from '../../jobs/revisit.ts';
import { studio } from '../../jobs/studio.ts';
import { operationKey } from '../../src/diagnosis/usual.ts';
import { intake } from '../../src/intake.ts';
import type { Queue, World } from '../../src/ports.ts';
import { INCIDENTS_TTL_MS, USUAL_TTL_MS } from '../../src/redis/keys.ts';
import type { TelemetryRecord } from '../../src/telemetry/record.ts';
import { fromMillis, type Micros, micros } from '../../src/units.ts';
import type { Revisit } from '../../src/work.ts';
import { anEvent, aSpan, aTraceId, at, BEGIN_MS } from '../trace/records.ts';
import { chatTwin } from '../world/chat-twin.ts';
import { idleQueue } from '../world/idle-queue.ts';
import { emptied, testRedis } from '../world/redis.ts';
import { redisMemory } from '../world/redis-memory.ts';
import { declined } from './declined.ts';

const redis = testRedis();
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const YEAR_MS = 365 * DAY_MS;

/** Real memory, a clock of our own, and a queue that only writes down what is asked. */
let now: Micros;
let delays: number[];
let revisits: Revisit[];
let world: World;
beforeEach(() => {
  now = at(0);
  delays = [];
  revisits = [];
  const queue: Queue = {
    ...idleQueue,
    examine: async (_, delayMs) => void delays.push(delayMs),
    announce: async (_, delayMs) => void delays.push(delayMs),
    revisit: async (job, delayMs) => {
      revisits.push(job);
      delays.push(delayMs);
    },
  };
  const memory = redisMemory(redis(), () => now);
  world = { ...memory, studio: studio(memory), queue, chat: chatTwin().chat };
});

const later = (ms: number): void => {
  now = micros(now + fromMillis(ms));
};

/** By how much the clock of the senders is wrong, in ms: to 1970, to the year 2255, and whatever lies between and is not merely late. */
const WRONG = [-BEGIN_MS, -30 * YEAR_MS, -32 * DAY_MS, 10 * MINUTE_MS, 2 * 60 * MINUTE_MS, 30 * YEAR_MS, 225 * YEAR_MS];
const wrong = fc.oneof(
  fc.constantFrom(...WRONG),
  fc.integer({ min: -BEGIN_MS, max: -32 * DAY_MS }),
  fc.integer({ min: 10 * MINUTE_MS, max: 225 * YEAR_MS }),
);

/** What `now` is on the senders' clock, in ms after BEGIN_MS. */
const on = (offMs: number): number => (now - at(0)) / 1_000 + offMs;

const healthy = (name: string, offMs: number): TelemetryRecord =>
  aSpan({ trace: name, id: name, service: 'api', operation: 'POST /orders', from: on(offMs) });

async function failing(name: string, offMs: number): Promise<string> {
  await intake(world, declined(name, on(offMs)));
  await examine({ v: 1, traceId: aTraceId(name) }, world);
  return (await world.incidents.ofTrace(aTraceId(name)))?.id ?? 'none';
}

/** In ms, of every key that ends. */
async function longestLife(): Promise<{ readonly unending: number; readonly longest: number }> {
  const ttls = await Promise.all((await redis().keys('tf:*')).map((key) => redis().pttl(key)));
  return { unending: ttls.filter((ttl) => ttl < 0).length, longest: Math.max(...ttls) };
}

describe('where the clocks of the senders are wrong', () => {
  test('a failure is an incident of now, told as any other, and nothing waits or lives longer', async () => {
    await fc.assert(
      fc.asyncProperty(wrong, async (offMs) => {
        await emptied(redis());
        delays = [];
        const id = await failing('one', offMs);
        later(1_000);
        await failing('two', offMs);
        const incident = await world.incidents.read(id);

        expect(incident).toMatchObject({ count: 2, firstSeen: now - 1_000_000, lastSeen: now });
        expect(incident?.newest.traceId).toBe(aTraceId('two'));
        expect(Math.max(...delays)).toBeLessThanOrEqual(world.rules.resolveAfter / 1_000);
        expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
        expect((await world.studio.tell(aTraceId('one')))?.warnings.join()).toContain('cannot be true');
        const { unending, longest } = await longestLife();
        expect(unending).toBe(0);
        expect(longest).toBeLessThanOrEqual(INCIDENTS_TTL_MS);
      }),
      { numRuns: 40, examples: WRONG.map((offMs) => [offMs]) },
    );
  });

  test('what fails after somebody resolved it reopens it, and what goes well afterwards resolves it: neither by a time of theirs', async () => {
    await fc.assert(
      fc.asyncProperty(wrong, async (offMs) => {
        await emptied(redis());
        revisits = [];
        const id = await failing('one', offMs);
        await world.incidents.change(id, { kind: 'resolve', by: 'U0MAYA' });
        later(MINUTE_MS);
        await failing('two', offMs);
        expect((await world.incidents.read(id))?.life.state).toBe('open');

        const [asked] = revisits.slice(-1);
        if (!asked) throw new Error('nobody asked whether it is over');
        await intake(world, [healthy('well', offMs)]);
        later(MINUTE_MS);
        await revisit(asked, world);
        expect((await world.incidents.read(id))?.life.state).toBe('open');
        later(world.rules.resolveAfter / 1_000);
        await revisit(asked, world);
        expect((await world.incidents.read(id))?.life.state).toBe('resolved');
      }),
      { numRuns: 25, examples: WRONG.map((offMs) => [offMs]) },
    );
  });

  test('how long an operation takes is learned and shown all the same', async () => {
    for (const offMs of WRONG) {
      await emptied(redis());
      const memory = redisMemory(redis(), () => now);
      const many = Array.from({ length: 30 }, (_, n) => healthy(`well ${n}`, offMs));
      await memory.records.keep(many, []);
      const usual = await memory.usual.read([operationKey('api', 'POST /orders')]);

      expect(usual.get(operationKey('api', 'POST /orders'))?.took?.count).toBe(30);
      expect(await studio(memory).portrayTrend(aTraceId('well 1'), 'light')).toBeDefined();
      expect((await longestLife()).longest).toBeLessThanOrEqual(USUAL_TTL_MS);
    }
  });

  test('an id that many traces name leads to the last of them, not to those that come from the future', async () => {
    const naming = (name: string, offMs: number) =>
      aSpan({
        ...{ trace: name, id: name, from: on(offMs), spanKind: 'producer' },
        attributes: { 'messaging.system': 'aws_sqs', 'messaging.message.id': 'm-1' },
      });
    for (let n = 0; n < 60; n++) await world.records.keep([naming(`future ${n}`, 30 * YEAR_MS)], []);
    later(MINUTE_MS);
    await world.records.keep([naming('true', 0)], []);

    expect(await world.records.traceOfId('m-1')).toBe(aTraceId('true'));
  });

  test('changes announced for the future do not take the place of those that were made', async () => {
    const change = (n: number, offMs: number) =>
      anEvent({
        ...{ what: 'change', action: `UpdateFunctionCode ${n}`, version: undefined, by: undefined },
        ...{ resource: 'orders-fn', outcome: 'ok', atMs: on(offMs) },
      });
    await intake(
      world,
      Array.from({ length: 60 }, (_, n) => change(n, YEAR_MS)),
    );
    later(MINUTE_MS);
    await intake(world, [change(99, 0)]);
    later(MINUTE_MS);

    expect((await world.changes.read(['orders-fn'], now)).map(({ action }) => action)).toEqual(['UpdateFunctionCode 99']);
  });
});
