import { beforeEach, describe, expect, test } from 'vitest';
import { announce } from '../../jobs/announce.ts';
import { answer } from '../../jobs/answer.ts';
import { examine } from '../../jobs/examine.ts';
import { intake } from '../../src/intake.ts';
import type { Queue, World } from '../../src/ports.ts';
import { redisIncidents } from '../../src/redis/incidents.ts';
import { redisOutbox } from '../../src/redis/outbox.ts';
import { redisRecords } from '../../src/redis/records.ts';
import { redisUsual } from '../../src/redis/usual.ts';
import type { TelemetryRecord } from '../../src/telemetry/record.ts';
import { type Micros, micros } from '../../src/units.ts';
import { aSpan, aTraceId, at } from '../trace/records.ts';
import { type ChatTwin, chatTwin } from '../world/chat-twin.ts';
import { testRedis } from '../world/redis.ts';

const redis = testRedis();
const SECONDS = 1_000_000;

/** Real memory, a Slack in memory, a clock of our own, and a queue that only writes down what is asked. */
let now: Micros;
let slack: ChatTwin;
let asked: string[];
let world: World;
beforeEach(() => {
  now = at(0);
  slack = chatTwin();
  asked = [];
  const clock = () => now;
  const queue: Queue = {
    examine: async (traceId, delayMs) => void asked.push(`examine ${traceId} in ${delayMs} ms`),
    announce: async ({ incidentId }, delayMs) => void asked.push(`announce ${incidentId} in ${delayMs} ms`),
    answer: async () => void asked.push('answer'),
    gather: async ({ traceId }) => void asked.push(`gather ${traceId}`),
    publish: async (entries) => void asked.push(...entries.map(({ entry }) => `publish ${entry}`)),
  };
  world = {
    ...{ clock, queue, chat: slack.chat, outbox: redisOutbox(redis()) },
    ...{ records: redisRecords(redis(), clock), usual: redisUsual(redis(), clock), incidents: redisIncidents(redis(), clock) },
  };
});

const declined = (trace: string): readonly TelemetryRecord[] => [
  aSpan({ trace, id: `${trace} entry`, service: 'api', operation: 'POST /orders', status: 'error' }),
  aSpan({
    ...{ trace, id: `${trace} pay`, parent: `${trace} entry`, service: 'payment', operation: 'charge', from: 10, to: 90 },
    ...{ status: 'error', error: { type: 'CardDeclined', message: `order ${trace.charCodeAt(1)}` } },
  }),
];

/** The walk of one failing transaction up to its incident. */
async function incidentOf(trace: string): Promise<string> {
  await world.records.keep(declined(trace), []);
  await examine({ v: 1, traceId: aTraceId(trace) }, world);
  return (await world.incidents.ofTrace(aTraceId(trace)))?.id ?? 'none';
}

const announced = (incidentId: string) => announce({ v: 1, incidentId }, world);

describe('a failing transaction', () => {
  test('opens an incident; the same failure again is counted in it, whatever its order number', async () => {
    const first = await incidentOf('one');
    const second = await incidentOf('two');

    expect(second).toBe(first);
    expect(await world.incidents.read(first)).toMatchObject({ count: 2, state: 'open', alert: { transaction: 'POST /orders' } });
    expect(asked).toEqual([`announce ${first} in 0 ms`, `announce ${first} in 5000 ms`]);
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

  test('of a resolved incident opens a new one, but a late repetition of an old one does not', async () => {
    const id = await incidentOf('one');
    await world.incidents.change(id, { to: 'resolved', by: 'U0MAYA', text: undefined });

    expect(await incidentOf('one')).toBe(id);
    expect(await incidentOf('two')).not.toBe(id);
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
  });

  test('gets its picture anew, in the place of the old one, when late spans tell more', async () => {
    const id = await incidentOf('one');
    await announced(id);
    await world.records.keep([aSpan({ trace: 'one', id: 'late', parent: 'one entry', service: 'mail', from: 95, to: 99 })], []);
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
    expect(await announced(id)).toBe('done');

    expect(slack.truth.roots).toHaveLength(1);
    expect((await world.incidents.read(id))?.thread).toEqual(slack.truth.roots[0]?.thread);
    expect(slack.truth.pictures.at(-1)?.thread).toEqual(slack.truth.roots[0]?.thread);
  });

  async function postedRoot(id: string) {
    const incident = await world.incidents.read(id);
    if (!incident) throw new Error(`no incident ${id}`);
    const delivery = await slack.chat.postRoot(incident);
    if (delivery.kind !== 'posted') throw new Error(delivery.why);
    return delivery;
  }
});

describe('a question', () => {
  const question = (trace: string) => ({
    ...{
      v: 1 as const,
      requestId: `ask-${trace}`,
      channel: 'C0INCIDENTS',
      user: 'U0MAYA',
      responseUrl: 'https://hooks.slack.com/1',
    },
    question: { kind: 'trace' as const, traceId: aTraceId(trace) },
  });

  test('is answered with the picture and the incident that the transaction belongs to, once', async () => {
    const id = await incidentOf('one');
    await answer(question('one'), world);
    await answer(question('one'), world);

    expect(slack.truth.pictures.map(({ told }) => [told.askedBy, told.incident?.id])).toEqual([['U0MAYA', id]]);
  });

  test('about an unknown transaction says what was looked for', async () => {
    await answer(question('nobody'), world);

    expect(slack.truth.replies).toEqual([{ kind: 'not-found', question: question('nobody').question }]);
  });

  test('where pictures are not welcome is answered in words', async () => {
    await incidentOf('one');
    await answer({ ...question('one'), channel: 'C0ELSEWHERE' }, world);

    expect(slack.truth.replies).toMatchObject([{ kind: 'in-words', why: 'channel_not_found' }]);
  });
});

describe('telemetry that comes in', () => {
  test('asks for nothing while all is well', async () => {
    const kept = await intake(world, [aSpan({ id: 'entry' })]);

    expect(kept).toMatchObject({ stored: 1, suspects: [] });
    expect(asked).toEqual([]);
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
