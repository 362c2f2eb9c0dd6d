import { beforeEach, describe, expect, test } from 'vitest';
import { announce } from '../../jobs/announce.ts';
import { examine } from '../../jobs/examine.ts';
import { studio } from '../../jobs/studio.ts';
import type { Queue, Studio, World } from '../../src/ports.ts';
import { type Micros, micros } from '../../src/units.ts';
import { aSpan, aTraceId, at } from '../trace/records.ts';
import { type ChatTwin, chatTwin } from '../world/chat-twin.ts';
import { idleQueue } from '../world/idle-queue.ts';
import { testRedis } from '../world/redis.ts';
import { redisMemory } from '../world/redis-memory.ts';
import { declined } from './declined.ts';

const redis = testRedis();
const SECONDS = 1_000_000;

/** Real memory, a Slack in memory, a clock of our own, and a queue that only writes down what is asked. */
let now: Micros;
let slack: ChatTwin;
let asked: string[];
let revisits: string[];
let world: World;
/** Pictures drawn. */
let portrayed: string[];
beforeEach(() => {
  now = at(0);
  slack = chatTwin();
  asked = [];
  revisits = [];
  const clock = () => now;
  const queue: Queue = {
    ...idleQueue,
    examine: async (traceId, delayMs) => void asked.push(`examine ${traceId} in ${delayMs} ms`),
    announce: async ({ incidentId }, delayMs) => void asked.push(`announce ${incidentId} in ${delayMs} ms`),
    answer: async () => void asked.push('answer'),
    gather: async ({ traceId }) => void asked.push(`gather ${traceId}`),
    publish: async (entries) => void asked.push(...entries.map(({ entry }) => `publish ${entry}`)),
    storm: async ({ stormId }) => void asked.push(`storm ${stormId}`),
    revisit: async ({ why, incidentId }, delayMs) => void revisits.push(`${why} ${incidentId} in ${delayMs} ms`),
  };
  portrayed = [];
  // Slack's pace has a test of its own.
  const pace = { turn: async () => 0, hold: async () => undefined };
  const memory = redisMemory(redis(), clock);
  world = { ...memory, studio: counting(studio(memory)), pace, queue, chat: slack.chat };
});

const counting = ({ portray, ...rest }: Studio): Studio => ({
  ...rest,
  portray: (traceId, theme) => {
    portrayed.push(theme);
    return portray(traceId, theme);
  },
});

/** The walk of one failing transaction up to its incident. */
async function incidentOf(trace: string, since = 0): Promise<string> {
  await world.records.keep(declined(trace, since), []);
  await examine({ v: 1, traceId: aTraceId(trace) }, world);
  return (await world.incidents.ofTrace(aTraceId(trace)))?.id ?? 'none';
}

const announced = (incidentId: string) => announce({ v: 1, incidentId }, world);

describe('a failing transaction', () => {
  test('opens an incident; the same failure again is counted in it, whatever its order number', async () => {
    const first = await incidentOf('one');
    const second = await incidentOf('two');

    expect(second).toBe(first);
    expect(await world.incidents.read(first)).toMatchObject({
      count: 2,
      life: { state: 'open' },
      alert: { transaction: 'POST /orders' },
    });
    expect(asked).toEqual([`announce ${first} in 0 ms`, `announce ${first} in 1 ms`]);
  });

  test('is counted once however often it is examined', async () => {
    const id = await incidentOf('one');
    await incidentOf('one');

    expect((await world.incidents.read(id))?.count).toBe(1);
  });

  test('that later fails deeper stays in its incident, which then says so', async () => {
    const id = await incidentOf('one');
    const psp = aSpan({
      trace: 'one',
      id: 'psp',
      parent: 'one pay',
      service: 'psp',
      operation: 'POST /charges',
      from: 20,
      to: 80,
      status: 'error',
      error: { type: 'NoFunds', message: '' },
    });
    await world.records.keep([psp], []);
    await examine({ v: 1, traceId: aTraceId('one') }, world);

    expect(await world.incidents.read(id)).toMatchObject({ count: 1, alert: { hop: { service: 'psp' } } });
  });

  test('of a resolved incident reopens it, but a late repetition of an old one does not', async () => {
    const id = await incidentOf('one');
    now = micros(now + SECONDS);
    await world.incidents.change(id, { kind: 'resolve', by: 'U0MAYA' });

    expect(await incidentOf('one')).toBe(id);
    expect((await world.incidents.read(id))?.life.state).toBe('resolved');
    now = micros(now + SECONDS);
    expect(await incidentOf('two', 2_000)).toBe(id);
    expect((await world.incidents.read(id))?.life.state).toBe('open');
  });

  test('long after its incident was resolved opens a new one', async () => {
    const id = await incidentOf('one');
    await world.incidents.change(id, { kind: 'resolve', by: 'U0MAYA' });
    now = micros(now + 31 * 60 * SECONDS);

    expect(await incidentOf('two', 1_860_000)).not.toBe(id);
  });

  test('that turns out to fail elsewhere moves to the incident of that failure, and the one that it leaves says so', async () => {
    const shallow = aSpan({ trace: 'one', id: 'one entry', service: 'api', operation: 'POST /orders', status: 'error' });
    await world.records.keep([shallow], []);
    await examine({ v: 1, traceId: aTraceId('one') }, world);
    const left = await world.incidents.ofTrace(aTraceId('one'));
    const deep = await incidentOf('two');
    asked = [];

    expect(await incidentOf('one')).toBe(deep);
    expect(deep).not.toBe(left?.id);
    expect(await world.incidents.read(deep)).toMatchObject({ count: 2 });
    expect(await world.incidents.read(left?.id ?? '')).toMatchObject({ count: 0, life: { state: 'merged', into: deep } });
    expect(asked).toEqual([`announce ${deep} in 1 ms`, `announce ${left?.id} in 1 ms`]);
  });

  test('that went well after all is no incident', async () => {
    await world.records.keep([aSpan({ trace: 'fine', id: 'entry' })], []);

    expect(await examine({ v: 1, traceId: aTraceId('fine') }, world)).toBe('done');
    expect(asked).toEqual([]);
  });
});

describe('an incident', () => {
  test('gets one root and one picture, and edits when it is announced again', async () => {
    const id = await incidentOf('one');
    expect(await announced(id)).toBe('done');
    await incidentOf('two');
    expect(await announced(id)).toBe('done');

    expect(slack.truth.roots.map((root) => root.incident.count)).toEqual([2]);
    expect(slack.truth.pictures).toHaveLength(1);
    expect(slack.truth.uploads).toBe(1);
    expect(portrayed).toHaveLength(1);
  });

  test('has its root edited at once when it repeats, and then every ten seconds', async () => {
    const id = await incidentOf('one');
    await announced(id);
    await incidentOf('two');
    await announced(id);
    now = micros(now + 4 * SECONDS);
    await incidentOf('three');

    expect(asked.slice(-2)).toEqual([`announce ${id} in 1 ms`, `announce ${id} in 6000 ms`]);
  });

  test('gets its picture anew, in the place of the old one, when late spans tell more', async () => {
    const id = await incidentOf('one');
    await announced(id);
    await world.records.keep([aSpan({ trace: 'one', id: 'late', parent: 'one entry', service: 'mail', from: 95, to: 99 })], []);
    await examine({ v: 1, traceId: aTraceId('one') }, world);
    await announced(id);

    expect(slack.truth.pictures.map((picture) => picture.file)).toEqual(['F2']);
  });

  test.each(['lost', 'dropped'] as const)(
    'whose root post was %s has one root in the end, and waits before it looks',
    async (fault) => {
      const id = await incidentOf('one');
      slack.fault(fault);
      expect(await announced(id)).toEqual({ againInMs: 15_000 });
      now = micros(now + 5 * SECONDS);
      expect(await announced(id)).toEqual({ againInMs: 10_000 });
      now = micros(now + 10 * SECONDS);
      expect(await announced(id)).toBe('done');

      expect(slack.truth.roots).toHaveLength(1);
      expect((await world.incidents.read(id))?.thread).toEqual(slack.truth.roots[0]?.thread);
    },
  );

  test.each(['lost', 'dropped'] as const)('whose picture was %s has one picture in the end', async (fault) => {
    const id = await incidentOf('one');
    await world.incidents.setThread(id, (await postedRoot(id)).thread);
    slack.fault(fault);
    expect(await announced(id)).toMatchObject({ againInMs: expect.any(Number) });
    now = micros(now + 16 * SECONDS);
    expect(await announced(id)).toBe('done');

    expect(slack.truth.pictures).toHaveLength(1);
  });

  test('whose announcer died right after the post is adopted by the next one', async () => {
    const id = await incidentOf('one');
    // Intent written, message posted, nothing recorded: the moment of death.
    await world.outbox.intend(`root:${id}`, { at: now, trying: undefined, shown: undefined });
    await postedRoot(id);
    now = micros(now + 16 * SECONDS);
    await announced(id);

    expect(slack.truth.roots).toHaveLength(1);
  });

  test.each(['refused', 'unreachable'] as const)(
    'that Slack certainly did not take (%s) is tried again at once, not after a wait',
    async (fault) => {
      const id = await incidentOf('one');
      slack.fault(fault);
      await expect(announced(id)).rejects.toThrow();

      expect(await announced(id)).toBe('done');
      expect(slack.truth.roots).toHaveLength(1);
    },
  );

  test('that two workers announce at once, because one was taken for dead, has one root and one picture', async () => {
    const id = await incidentOf('one');
    await Promise.all([announced(id), announced(id)]);
    now = micros(now + 16 * SECONDS);
    await Promise.all([announced(id), announced(id)]);

    expect(slack.truth.roots).toHaveLength(1);
    expect(slack.truth.pictures).toHaveLength(1);
  });

  test('whose old picture could not be removed has one picture after the next try', async () => {
    const id = await incidentOf('one');
    await announced(id);
    await world.records.keep([aSpan({ trace: 'one', id: 'late', parent: 'one entry', service: 'mail', from: 95, to: 99 })], []);
    await examine({ v: 1, traceId: aTraceId('one') }, world);
    slack.breakNextRemoval();
    await expect(announced(id)).rejects.toThrow();
    now = micros(now + 16 * SECONDS);
    expect(await announced(id)).toBe('done');

    expect(slack.truth.pictures.map((picture) => picture.file)).toEqual(['F2']);
  });

  test('whose root somebody deleted gets a new thread with its picture', async () => {
    const id = await incidentOf('one');
    await announced(id);
    slack.deleteRoots();
    await incidentOf('two');
    expect(await announced(id)).toBe('done');

    expect(slack.truth.roots).toHaveLength(1);
    expect((await world.incidents.read(id))?.thread).toEqual(slack.truth.roots[0]?.thread);
    expect(slack.truth.pictures.at(-1)?.thread).toEqual(slack.truth.roots[0]?.thread);
  });

  async function postedRoot(id: string) {
    const incident = await world.incidents.read(id);
    if (!incident) throw new Error(`no incident ${id}`);
    const delivery = await slack.chat.postRoot(incident, slack.channel);
    if (delivery.kind !== 'posted') throw new Error(delivery.why);
    return delivery;
  }
});

describe('a slow incident', () => {
  const ordersTaking = (trace: string, ms: number, from = 0) =>
    aSpan({ trace, id: `${trace} entry`, service: 'api', operation: 'POST /orders', from, to: from + ms });
  const day = 24 * 3_600 * SECONDS;

  test('has the last day of its operation below its waterfall, once, however often it is told', async () => {
    const usual = Array.from({ length: 30 }, (_, n) => ordersTaking(`t${n}`, 100 + n, -3_600_000));
    await world.records.keep(usual, []);
    now = at(20_000);
    await world.records.keep([ordersTaking('slow', 3_000)], []);
    await examine({ v: 1, traceId: aTraceId('slow') }, world);
    const id = (await world.incidents.ofTrace(aTraceId('slow')))?.id ?? 'none';
    await announced(id);
    await announced(id);

    const [waterfall, trend, ...more] = slack.truth.pictures;
    expect(more).toEqual([]);
    expect(waterfall).toMatchObject({ told: { telling: { outcome: 'slow' } } });
    expect(trend).toMatchObject({
      thread: waterfall?.thread,
      told: { trend: { operation: 'POST /orders', one: { at: at(0), took: 3 * SECONDS } } },
    });
    // Of durations of 100 to 129 ms, within the sketch's 2 %.
    const p50s = trend && 'trend' in trend.told ? trend.told.trend.buckets.map(({ p50 }) => Math.round(p50 / 10_000)) : [];
    expect([[11], [12]]).toContainEqual(p50s);
  });

  test('reads of its operation no more than the last day and a bucket', async () => {
    now = micros(now - 2 * day);
    await world.records.keep([ordersTaking('two days ago', 100, (-2 * day) / 1_000)], []);
    now = micros(now + 2 * day);
    await world.records.keep([ordersTaking('now', 100)], []);
    const { step, buckets } = await world.latencies.read('api|POST /orders', at(0));

    expect(buckets).toMatchObject([{ count: 1 }]);
    expect((buckets[0]?.start ?? 0) % step).toBe(0);
  });
});
