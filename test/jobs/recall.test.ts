import { beforeEach, describe, expect, test } from 'vitest';
import { announce } from '../../jobs/announce.ts';
import { recall } from '../../jobs/recall.ts';
import type { Alert, Incident } from '../../src/incident/incident.ts';
import type { Deed } from '../../src/incident/life.ts';
import type { Chat, Reported, World } from '../../src/ports.ts';
import { keys } from '../../src/redis/keys.ts';
import { type Micros, micros } from '../../src/units.ts';
import { alert, NOON } from '../slack/samples.ts';
import { aTraceId } from '../trace/records.ts';
import { type ChatTwin, chatTwin } from '../world/chat-twin.ts';
import { idleQueue } from '../world/idle-queue.ts';
import { jobsWorld } from '../world/jobs-world.ts';
import { testRedis } from '../world/redis.ts';
import { RULES } from '../world/redis-memory.ts';

const redis = testRedis();
const SECONDS = 1_000_000;
const MANY = 50;
let now: Micros;
let slack: ChatTwin;
let revisits: string[];
let world: World;
beforeEach(() => {
  now = NOON;
  slack = chatTwin();
  revisits = [];
  world = jobsWorld(redis(), () => now, {
    chat: slack.chat,
    queue: { ...idleQueue, revisit: async ({ why, incidentId }, ms) => void revisits.push(`${why} ${incidentId} in ${ms} ms`) },
    rules: { ...RULES, storm: { ...RULES.storm, incidents: MANY + 1 } },
  });
});

const alertOf = (kind: number, trace: string): Alert => {
  const id = aTraceId(`${kind} ${trace}`);
  return alert({
    signature: `kind ${kind}`,
    traceId: id,
    traceIds: [id],
    at: now,
    error: { type: `Kind${kind}`, message: 'no' },
  });
};
const later = (seconds: number): void => {
  now = micros(now + seconds * SECONDS);
};
/** A transaction fails now and is told. */
async function failing(kind: number, trace: string): Promise<Reported> {
  const reported = await world.incidents.report(alertOf(kind, trace));
  await announced(reported.incidentId);
  return reported;
}
const announced = (incidentId: string) => announce({ v: 1, incidentId }, world);
async function pressed(incidentId: string, deed: Deed): Promise<void> {
  expect(await world.incidents.change(incidentId, deed)).toMatchObject({ kind: 'changed' });
  await announced(incidentId);
}
const shown = (id: string): Incident | undefined => slack.truth.roots.find(({ incident }) => incident.id === id)?.incident;
const flushed = () => redis().flushdb();

describe('after Redis was emptied', () => {
  test('each of fifty open incidents goes on in its thread, and its root tells the new failure', async () => {
    for (let kind = 0; kind < MANY; kind++) for (const trace of ['a', 'b']) await failing(kind, trace);
    await flushed();
    later(60);

    expect(await recall(world, false)).toEqual({ at: now, adopted: MANY, unread: [] });
    for (let kind = 0; kind < MANY; kind++) await failing(kind, 'c');
    expect(slack.truth.roots).toHaveLength(MANY);
    expect(slack.truth.roots.map(({ incident: { count, recalled, alert: about } }) => [count, recalled, about.traceId])).toEqual(
      Array.from({ length: MANY }, (_, kind) => [3, NOON, aTraceId(`${kind} c`)]),
    );
  });

  test('no new incident is opened until the channels were read', async () => {
    await failing(0, 'a');
    await flushed();

    await expect(failing(0, 'b')).rejects.toThrow('Redis has lost what it held');
    await expect(failing(1, 'a')).rejects.toThrow('Redis has lost what it held');
    await recall(world, false);
    expect(await failing(0, 'b')).toMatchObject({ what: 'known' });
    expect(await failing(1, 'a')).toMatchObject({ what: 'opened' });
  });

  test('the buttons of an old root work, and its thread tells only what is new', async () => {
    const { incidentId } = await failing(0, 'a');
    await pressed(incidentId, { kind: 'note', by: 'U0JONAS', text: 'looking' });
    await flushed();
    await recall(world, false);
    await pressed(incidentId, { kind: 'acknowledge', by: 'U0MAYA' });

    expect(shown(incidentId)).toMatchObject({
      life: { state: 'acknowledged', by: 'U0MAYA' },
      alert: { error: { type: 'Kind0' } },
    });
    expect(slack.truth.entries.map(({ entry, index }) => `${index} ${entry}`)).toEqual([
      '1 noted by U0JONAS',
      '2 acknowledged by U0MAYA',
    ]);
    expect(await world.incidents.ofThread(slack.truth.roots[0]?.thread ?? { channel: '', ts: '' })).toMatchObject({
      id: incidentId,
    });
  });

  test('who holds it still holds it, and a snooze still ends', async () => {
    const held = await failing(0, 'a');
    const sleeping = await failing(1, 'a');
    const open = await failing(2, 'a');
    await pressed(held.incidentId, { kind: 'acknowledge', by: 'U0MAYA' });
    await pressed(sleeping.incidentId, {
      kind: 'snooze',
      by: 'U0MAYA',
      until: { kind: 'time', at: micros(now + 900 * SECONDS) },
    });
    await flushed();
    await recall(world, false);
    later(60);
    for (const kind of [0, 1, 2]) await failing(kind, 'b');

    expect(shown(held.incidentId)).toMatchObject({ count: 2, life: { state: 'acknowledged', by: 'U0MAYA' } });
    expect(shown(sleeping.incidentId)).toMatchObject({ count: 2, life: { state: 'snoozed' } });
    expect(revisits.toSorted()).toEqual([`rested ${open.incidentId} in 420000 ms`, `woke ${sleeping.incidentId} in 900000 ms`]);
  });

  test('what was resolved stays so; what fails after that reopens it, long after that it is a new incident', async () => {
    const soon = await failing(0, 'a');
    later(10);
    await pressed(soon.incidentId, { kind: 'resolve', by: 'U0MAYA' });
    await flushed();
    await recall(world, false);

    const { incidentId } = soon;
    expect(await world.incidents.read(incidentId)).toMatchObject({ life: { state: 'resolved', by: 'U0MAYA' } });
    later(60);
    expect(await failing(0, 'b')).toMatchObject({ what: 'reopened', incidentId });
    await pressed(incidentId, { kind: 'resolve', by: 'U0MAYA' });
    later(31 * 60);
    expect(await failing(0, 'c')).toMatchObject({ what: 'opened' });
    expect(slack.truth.roots).toHaveLength(2);
  });

  test('what may be counted already is not counted again', async () => {
    // The root names the first and the last of them.
    const { incidentId } = await failing(0, 'first');
    later(10);
    const between = alertOf(0, 'between');
    await world.incidents.report(between);
    later(10);
    await failing(0, 'last');
    await flushed();
    await recall(world, false);
    later(60);
    for (const told of [alertOf(0, 'first'), between, alertOf(0, 'last')]) await world.incidents.report(told);

    expect(await world.incidents.read(incidentId)).toMatchObject({ count: 3 });
    await failing(0, 'new');
    expect(await world.incidents.read(incidentId)).toMatchObject({ count: 4 });
  });

  test('of two incidents with one signature the one that is not over goes on', async () => {
    const first = await failing(0, 'a');
    await pressed(first.incidentId, { kind: 'resolve', by: 'U0MAYA' });
    later(31 * 60);
    const second = await failing(0, 'b');
    await flushed();
    await recall(world, false);
    later(1);

    expect(await failing(0, 'c')).toMatchObject({ incidentId: second.incidentId, what: 'counted' });
  });
});

describe('after Redis was set back', () => {
  test('what the roots tell is newer than what it holds, and what it knows as well stays as it is', async () => {
    const behind = await failing(0, 'a');
    const same = await failing(1, 'a');
    const before = await redis().hgetall(keys.incident(behind.incidentId));
    await pressed(behind.incidentId, { kind: 'resolve', by: 'U0MAYA' });
    await redis().hset(keys.incident(behind.incidentId), before);
    await redis().rpop(keys.incidentLog(behind.incidentId));
    await redis().del(keys.whole);

    expect(await recall(world, false)).toMatchObject({ adopted: 1 });
    expect(await world.incidents.read(behind.incidentId)).toMatchObject({
      ...{ life: { state: 'resolved' }, recalled: NOON, log: [{ what: 'opened' }, { what: 'recalled' }], told: 2 },
    });
    expect(await world.incidents.read(same.incidentId)).toMatchObject({ recalled: undefined });
  });
});

describe('reading back', () => {
  test('is done by one process at a time', async () => {
    const other = () => world.recollection.restore(async () => ({ at: now, adopted: 0, unread: [] }));
    const asking: Chat = {
      ...slack.chat,
      rootsIn: async (...asked) => {
        expect(await other()).toBeUndefined();
        return await slack.chat.rootsIn(...asked);
      },
    };

    expect(await recall({ ...world, chat: asking }, false)).toMatchObject({ adopted: 0 });
    expect(await other()).toMatchObject({ adopted: 0 });
  });

  test.each([0, 1, 2])('is done again when Redis is emptied meanwhile, with %s incidents in the channel', async (open) => {
    for (let kind = 0; kind < open; kind++) await failing(kind, 'a');
    await flushed();
    const emptied: Chat = {
      ...slack.chat,
      rootsIn: async (...asked) => {
        await flushed();
        return await slack.chat.rootsIn(...asked);
      },
    };

    await expect(recall({ ...world, chat: emptied }, false)).rejects.toThrow('emptied again');
    expect(await world.recollection.keep()).toBe(false);
    expect(await world.incidents.newest(1)).toEqual([]);
    expect(await recall(world, false)).toMatchObject({ adopted: open });
    expect(await world.recollection.keep()).toBe(true);
  });

  test('is taken up by another process where one dies in between', async () => {
    const [one, two] = [await failing(0, 'a'), await failing(1, 'a')];
    await flushed();
    const { recollection } = world;
    const dying: World['recollection'] = {
      ...recollection,
      restore: (work) =>
        recollection.restore((adopt) => {
          let adopted = 0;
          return work(async (incident) => {
            if (adopted++ > 0) throw new Error('killed');
            return await adopt(incident);
          });
        }),
    };

    await expect(recall({ ...world, recollection: dying }, false)).rejects.toThrow('killed');
    expect(await recollection.keep()).toBe(false);
    expect(await recall(world, false)).toMatchObject({ adopted: 1 });
    expect(new Set(revisits)).toEqual(new Set([one, two].map(({ incidentId }) => `rested ${incidentId} in 420000 ms`)));
    expect(await world.incidents.newest(9)).toHaveLength(2);
  });

  test('goes on without a channel that Slack refuses, and says which', async () => {
    const refusing: Chat = { ...slack.chat, rootsIn: async () => ({ kind: 'refused', why: 'missing_scope' }) };
    await flushed();

    expect(await recall({ ...world, chat: refusing }, false)).toMatchObject({
      unread: [{ channel: RULES.channel, why: 'missing_scope' }],
    });
    expect(await failing(0, 'a')).toMatchObject({ what: 'opened' });
  });

  test('waits for a Slack that is away, but not for ever', async () => {
    const away: Chat = { ...slack.chat, rootsIn: () => Promise.reject(new Error('ECONNREFUSED')) };
    await flushed();

    await expect(recall({ ...world, chat: away }, false)).rejects.toThrow('ECONNREFUSED');
    expect(await world.recollection.keep()).toBe(false);
    expect(await recall({ ...world, chat: away }, true)).toMatchObject({ unread: [{ why: 'ECONNREFUSED' }] });
    expect(await world.recollection.keep()).toBe(true);
  });
});
