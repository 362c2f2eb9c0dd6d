import { beforeEach, describe, expect, test } from 'vitest';
import { examine } from '../../jobs/examine.ts';
import { learn } from '../../jobs/learn.ts';
import { studio } from '../../jobs/studio.ts';
import { BLOCK } from '../../src/diagnosis/tally.ts';
import { intake } from '../../src/intake.ts';
import type { Queue, World } from '../../src/ports.ts';
import { redisUsual } from '../../src/redis/usual.ts';
import { traceOfRequest } from '../../src/telemetry/ids.ts';
import { fromMillis, type Micros, micros } from '../../src/units.ts';
import { anEvent, anInvocation, aSpan, aTraceId, at } from '../trace/records.ts';
import { chatTwin } from '../world/chat-twin.ts';
import { idleQueue } from '../world/idle-queue.ts';
import { testRedis } from '../world/redis.ts';
import { redisMemory } from '../world/redis-memory.ts';
import { declined } from './declined.ts';

const redis = testRedis();
const SECONDS = 1_000_000;

/** Real memory, a clock of our own, and a queue that only writes down what is asked. */
let now: Micros;
let asked: string[];
let learning: string[];
let world: World;
beforeEach(() => {
  now = at(0);
  asked = [];
  learning = [];
  const queue: Queue = {
    ...idleQueue,
    examine: async (traceId, delayMs) => void asked.push(`examine ${traceId} in ${delayMs} ms`),
    learn: async ({ entry }) => void learning.push(entry),
  };
  const memory = redisMemory(redis(), () => now);
  world = { ...memory, studio: studio(memory), queue, chat: chatTwin().chat };
});

/** The walk of one failing transaction up to its incident. */
async function incidentOf(trace: string): Promise<string> {
  await world.records.keep(declined(trace), []);
  await examine({ v: 1, traceId: aTraceId(trace) }, world);
  return (await world.incidents.ofTrace(aTraceId(trace)))?.id ?? 'none';
}

describe('telemetry that comes in', () => {
  test('asks for nothing while all is well', async () => {
    const kept = await intake(world, [aSpan({ id: 'entry' })]);

    expect(kept).toMatchObject({ stored: 1, suspects: [] });
    expect(asked).toEqual([]);
    expect(learning).toEqual(['shop|entry']);
  });

  test('asks for an examination 2 s after the entry has ended, 10 s while it has not, never later than 30 s after the suspicion, and then waits anew', async () => {
    const [entry, pay] = declined('one');
    if (!entry || !pay) throw new Error('two records');
    const quiet = aSpan({ trace: 'one', id: 'quiet', parent: 'one entry' });
    await intake(world, [pay]);
    now = micros(now + 4 * SECONDS);
    await intake(world, [entry]);
    now = micros(now + 25 * SECONDS);
    await intake(world, [quiet]);
    now = micros(now + 5 * SECONDS);
    await intake(world, [quiet]);

    expect(asked.map((ask) => ask.replace(/ [0-9a-f]{32}/, ''))).toEqual([
      'examine in 10000 ms',
      'examine in 2000 ms',
      'examine in 1000 ms',
      'examine in 2000 ms',
    ]);
  });

  test('of a run that failed and that no trace names is an incident all the same', async () => {
    const said = { requestId: '8f507cfc-3f9f-4c9c-a0a5-7e4c2f6f6a11', trace: undefined, function: 'pay' };
    await intake(world, [anInvocation({ ...said, phase: 'start', atMs: 0, status: undefined, duration: undefined })]);
    await intake(world, [anInvocation({ ...said, atMs: 3_000, status: 'timeout', duration: fromMillis(3_000) })]);
    const own = traceOfRequest(said.requestId);
    if (!own) throw new Error('no trace id');
    await examine({ v: 1, traceId: own }, world);

    expect(asked).toEqual([`examine ${own} in 10000 ms`]);
    expect((await world.incidents.ofTrace(own))?.alert).toMatchObject({
      transaction: 'pay',
      outcome: 'failed',
      causes: [{ kind: 'function-timeout', service: 'pay' }],
    });
  });

  test('of a change is remembered, and named where what it changed then fails', async () => {
    const change = { what: 'change', action: 'UpdateFunctionCode', version: '42', by: 'ci' } as const;
    const resource = 'arn:aws:lambda:eu-west-1:123456789012:function:payment';
    await intake(world, [anEvent({ ...change, resource, atMs: -240_000, outcome: undefined, requestId: undefined })]);
    const id = await incidentOf('one');

    expect((await world.incidents.read(id))?.alert.causes[0]?.evidence).toContain(
      'began 4 min after UpdateFunctionCode of payment, version 42',
    );
  });

  test('is learned from where it is healthy and whole, and not where it failed', async () => {
    const traces = Array.from({ length: 30 }, (_, n) => `t${n}`);
    for (const trace of traces) await intake(world, [aSpan({ trace, id: `${trace} e` }), ...declined(`${trace} declined`)]);
    expect(new Set(learning)).toEqual(new Set(['shop|t0 e', ...traces.map((trace) => `shop|${trace} e`)]));
    expect(learning).not.toContain('api|POST /orders');

    for (const trace of traces) {
      await world.records.keep([aSpan({ trace: `same ${trace}`, id: `same ${trace}`, operation: 'GET /' })], []);
      await learn({ v: 1, traceId: aTraceId(`same ${trace}`), entry: 'shop|GET /' }, world);
      await learn({ v: 1, traceId: aTraceId(`${trace} declined`), entry: 'api|POST /orders' }, world);
    }
    now = micros(now + BLOCK);
    const usual = await world.usual.read(['shop|GET /', 'api|POST /orders']);

    expect(usual.get('shop|GET /')?.own?.count).toBe(30);
    expect(usual.get('api|POST /orders')).toMatchObject({ failing: 1, own: undefined });
  });

  test('is learned from while others fail, but not while others are slow', async () => {
    const key = 'api|POST /orders';
    const entry = (trace: string, took = 100) =>
      aSpan({ trace, id: `${trace} e`, service: 'api', operation: 'POST /orders', to: took });
    const healthy = (of: string) =>
      intake(
        world,
        Array.from({ length: 30 }, (_, n) => entry(`${of} ${n}`)),
      );
    const countNow = async () => (await redisUsual(redis(), () => now).read([key])).get(key)?.took?.count;

    await incidentOf('one');
    await healthy('while one failed');
    expect(await countNow()).toBe(30);

    now = micros(now + 20 * SECONDS);
    await world.records.keep([entry('slow', 3_000)], [aTraceId('slow')]);
    await examine({ v: 1, traceId: aTraceId('slow') }, world);
    await healthy('while one is slow');
    expect(await countNow()).toBe(30);
  });

  test('of an entry far beyond its usual time is suspect', async () => {
    const usual = Array.from({ length: 30 }, (_, n) =>
      aSpan({ trace: `t${n}`, id: `e${n}`, service: 'api', operation: 'POST /orders', to: 100 + n }),
    );
    await intake(world, usual);
    now = micros(now + 20 * SECONDS);
    const slow = aSpan({ trace: 'slow', id: 'slow', service: 'api', operation: 'POST /orders', to: 3_000 });

    const { suspects } = await intake(world, [slow]);

    expect(suspects.map((suspect) => suspect.traceId)).toEqual([aTraceId('slow')]);
  });
});
