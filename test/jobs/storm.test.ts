import { beforeEach, expect, test } from 'vitest';
import { announce } from '../../jobs/announce.ts';
import { tellStorm } from '../../jobs/tell-storm.ts';
import type { Alert } from '../../src/incident/incident.ts';
import type { Chat, World } from '../../src/ports.ts';
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
let now: Micros;
let slack: ChatTwin;
let storms: Set<string>;
let world: World;
beforeEach(() => {
  now = NOON;
  slack = chatTwin();
  storms = new Set();
  world = jobsWorld(redis(), () => now, {
    chat: slack.chat,
    queue: { ...idleQueue, storm: async ({ stormId }) => void storms.add(stormId) },
  });
});

const alertOf = (kind: number, trace: number): Alert => {
  const id = aTraceId(`${kind}/${trace}`);
  return alert({ signature: `kind ${kind}`, traceId: id, traceIds: [id], at: now });
};

/** A transaction fails and is told. */
async function failing(kind: number, trace = 0): Promise<string> {
  const { incidentId } = await world.incidents.report(alertOf(kind, trace));
  expect(await announce({ v: 1, incidentId }, world)).toBe('done');
  return incidentId;
}

const told = async () => {
  for (const stormId of storms) await tellStorm({ v: 1, stormId, channel: RULES.channel }, world);
  return slack.truth.storms;
};

test('twenty new incidents in a minute have a thread each', async () => {
  for (let kind = 0; kind < 20; kind++) await failing(kind);
  now = micros(now + 61 * SECONDS);
  for (let kind = 20; kind < 40; kind++) await failing(kind);

  expect(slack.truth.roots).toHaveLength(40);
  expect(await told()).toEqual([]);
});

test('what comes beyond that is one message with the most frequent, brought up to date, and an end', async () => {
  for (let kind = 0; kind < 90; kind++) await failing(kind);
  for (let trace = 1; trace < 4; trace++) await failing(77, trace);
  const [storm] = await told();

  expect(slack.truth.roots).toHaveLength(20);
  expect(storm?.storm).toMatchObject({ kinds: 70, transactions: 73 });
  expect(storm?.storm.top.map(({ count }) => count)).toEqual([4, ...Array(19).fill(1)]);
  expect(storm?.over).toBe(0);
  now = micros(now + 61 * SECONDS);
  await told();
  await told();

  expect(slack.truth.storms.map(({ over }) => over)).toEqual([1]);
});

test('the next storm is another', async () => {
  for (let kind = 0; kind < 22; kind++) await failing(kind);
  now = micros(now + 61 * SECONDS);
  await told();
  for (let kind = 100; kind < 122; kind++) await failing(kind);
  await told();

  expect(slack.truth.storms).toHaveLength(2);
  expect(slack.truth.roots).toHaveLength(40);
});

test('an incident of a storm that is resolved and fails again has a thread of its own', async () => {
  let last = '';
  for (let kind = 0; kind < 22; kind++) last = await failing(kind);
  now = micros(now + 61 * SECONDS);
  await world.incidents.change(last, { kind: 'resolve', by: 'U0MAYA' });
  now = micros(now + SECONDS);
  await failing(21, 1);

  expect(slack.truth.roots.at(-1)?.incident.id).toBe(last);
});

test('its message is edited when there is something new to tell, and not else', async () => {
  let edits = 0;
  const { editBulletin } = slack.chat;
  const counted: Chat['editBulletin'] = (bulletin, thread) => {
    edits += 1;
    return editBulletin(bulletin, thread);
  };
  world = { ...world, chat: { ...slack.chat, editBulletin: counted } };
  for (let kind = 0; kind < 22; kind++) await failing(kind);
  for (let looks = 0; looks < 4; looks++) await told();
  expect(edits).toBe(0);
  await failing(21, 1);
  for (let looks = 0; looks < 4; looks++) await told();

  expect(edits).toBe(1);
});
