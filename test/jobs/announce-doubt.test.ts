import { beforeEach, describe, expect, test } from 'vitest';
import { announce } from '../../jobs/announce.ts';
import { examine } from '../../jobs/examine.ts';
import type { Incident, Thread } from '../../src/incident/incident.ts';
import type { World } from '../../src/ports.ts';
import { type Micros, micros } from '../../src/units.ts';
import { aTraceId, at } from '../trace/records.ts';
import { type ChatTwin, chatTwin } from '../world/chat-twin.ts';
import { jobsWorld } from '../world/jobs-world.ts';
import { testRedis } from '../world/redis.ts';
import { declined } from './declined.ts';

const redis = testRedis();
const SECONDS = 1_000_000;
let now: Micros;
let slack: ChatTwin;
let world: World;
beforeEach(() => {
  now = at(0);
  slack = chatTwin();
  world = jobsWorld(redis(), () => now, { chat: slack.chat });
});

const passed = (seconds: number): void => {
  now = micros(now + seconds * SECONDS);
};

/** One more transaction of the incident fails. */
async function failing(trace: string): Promise<string> {
  await world.records.keep(declined(trace), []);
  await examine({ v: 1, traceId: aTraceId(trace) }, world);
  return (await world.incidents.ofTrace(aTraceId(trace)))?.id ?? 'none';
}

const announced = (incidentId: string) => announce({ v: 1, incidentId }, world);
const shownCounts = () => slack.truth.roots.map(({ incident }) => incident.count);

describe('the count that people see is the true one', () => {
  test('when the root was posted, its answer was lost, and more failed before it was found', async () => {
    const id = await failing('one');
    slack.fault('lost');
    await announced(id);
    await failing('two');
    await failing('three');
    passed(16);
    await announced(id);

    expect(shownCounts()).toEqual([3]);
  });

  test('when the worker died right after it had posted the root, and more failed before another took over', async () => {
    const id = await failing('one');
    slack.fault('lost');
    await announced(id);
    passed(16);
    // The second one dies too: the root is found, its thread is noted, and no more.
    const found = slack.truth.roots[0]?.thread;
    await world.incidents.setThread(id, found);
    await failing('two');
    await announced(id);

    expect(shownCounts()).toEqual([2]);
  });

  test('when an edit was given up and lands after everything else', async () => {
    const id = await failing('one');
    await announced(id);
    await failing('two');
    const late = heldBack();
    await announced(id);
    await failing('three');
    await announced(id);
    passed(10);
    await late.land();
    passed(6);
    await announced(id);

    expect(shownCounts()).toEqual([3]);
  });

  test('when the worker that edits dies, and its edit lands after its successor has begun', async () => {
    const id = await failing('one');
    await announced(id);
    await failing('two');
    const late = heldBack('dies');
    await expect(announced(id)).rejects.toThrow('killed');
    await failing('three');
    await announced(id).catch(() => undefined);
    await late.land();
    passed(16);
    await announced(id);

    expect(shownCounts()).toEqual([3]);
  });

  /** The next edit hangs in the network until it lands. Nobody hears of it: the client gives up, or its process is gone. */
  function heldBack(how: 'gives up' | 'dies' = 'gives up') {
    const { editRoot } = slack.chat;
    const held: (() => Promise<unknown>)[] = [];
    const outbox = world.outbox;
    const dead = async (): Promise<never> => {
      throw new Error('killed');
    };
    const editing = async (incident: Incident, thread: Thread) => {
      held.push(() => editRoot(incident, thread));
      world = { ...world, chat: slack.chat, outbox };
      return how === 'dies' ? await dead() : ('unsure' as const);
    };
    // Nothing that a dead process would do after its death is done.
    const dying = how === 'dies' ? { ...outbox, clear: dead } : outbox;
    world = { ...world, outbox: dying, chat: { ...slack.chat, editRoot: editing } };
    return { land: () => Promise.all(held.map((edit) => edit())) };
  }
});
