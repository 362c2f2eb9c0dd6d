import type { Redis } from 'ioredis';
import { beforeEach, expect, test } from 'vitest';
import { announce } from '../../jobs/announce.ts';
import { examine } from '../../jobs/examine.ts';
import { revisit } from '../../jobs/revisit.ts';
import { tellStorm } from '../../jobs/tell-storm.ts';
import type { Incident } from '../../src/incident/incident.ts';
import type { World } from '../../src/ports.ts';
import { fromSeconds, type Micros, micros } from '../../src/units.ts';
import { aSpan, aTraceId, at } from '../trace/records.ts';
import { type ChatTwin, chatTwin } from '../world/chat-twin.ts';
import { jobsWorld } from '../world/jobs-world.ts';
import { emptied, testRedis } from '../world/redis.ts';
import { startRedisServer } from '../world/redis-server.ts';

const redis = testRedis();
const TRACES = ['one', 'two', 'three'] as const;

let now: Micros;
let slack: ChatTwin;
let world: World;
beforeEach(() => open(redis()));

function open(connection: Redis): void {
  now = at(0);
  slack = chatTwin();
  world = jobsWorld(connection, () => now, { chat: slack.chat });
}

/** Three transactions fail alike, and are told again where they were told. */
async function fail(kind: string): Promise<string> {
  for (const trace of TRACES) {
    const name = `${kind} ${trace}`;
    await world.records.keep([aSpan({ trace: name, id: name, service: 'api', operation: kind, status: 'error' })], []);
    await examine({ v: 1, traceId: aTraceId(name) }, world);
  }
  return (await world.incidents.ofTrace(aTraceId(`${kind} one`)))?.id ?? 'none';
}

/** An incident of them, told, acknowledged and snoozed. */
async function lived(kind: string): Promise<string> {
  const id = await fail(kind);
  await announce({ v: 1, incidentId: id }, world);
  await world.incidents.change(id, { kind: 'acknowledge', by: 'U0MAYA' });
  const until = { kind: 'time', at: micros(now + fromSeconds(60)) } as const;
  await world.incidents.change(id, { kind: 'snooze', by: 'U0MAYA', until });
  await announce({ v: 1, incidentId: id }, world);
  return id;
}

/** Everything that may come up afterwards, in time and again. */
async function goesOn(id: string, kind: string): Promise<void> {
  for (let round = 0; round < 3; round++) {
    now = micros(now + fromSeconds(40));
    await revisit({ v: 1, why: 'woke', incidentId: id }, world);
    await revisit({ v: 1, why: 'rested', incidentId: id, since: at(0), sightings: 0 }, world);
    await fail(kind);
    for (const each of await world.incidents.newest(10)) await announce({ v: 1, incidentId: each.id }, world);
    await announce({ v: 1, incidentId: id }, world);
    await tellStorm({ v: 1, stormId: 'lost', channel: slack.channel }, world);
  }
}

type Kept = readonly (readonly [key: string, dump: Buffer, ttl: number])[];

async function kept(): Promise<Kept> {
  const keys = await redis().keys('tf:*');
  return await Promise.all(
    keys.map(async (key) => [key, (await redis().dumpBuffer(key)) ?? Buffer.alloc(0), await redis().pttl(key)] as const),
  );
}

async function restored(all: Kept, without: (key: string) => boolean): Promise<void> {
  await redis().flushdb();
  for (const [key, dump, ttl] of all) if (!without(key)) await redis().restore(key, Math.max(0, ttl), dump);
}

test('whichever key is gone, nothing fails for ever, nothing is left without an end, and there is one thread as long as there is an incident', async () => {
  const id = await lived('POST /orders');
  const all = await kept();
  const began = now;
  expect(all.length).toBeGreaterThan(12);
  for (const [gone] of all) {
    await restored(all, (key) => key === gone);
    now = began;
    const before = slack.truth.roots.length;
    await goesOn(id, 'POST /orders');
    const more = slack.truth.roots.length - before;
    expect([gone, more]).toEqual([gone, gone === `tf:incident:${id}` ? 1 : 0]);
    const unending = (await kept()).filter(([, , ttl]) => ttl < 0).map(([key]) => key);
    expect([gone, unending]).toEqual([gone, []]);
  }
}, 120_000);

test('what is noted of something that is gone leaves nothing behind', async () => {
  const thread = { channel: 'C1', ts: '1.1' };
  const { incidents, storms, troubles } = world;
  await Promise.all([incidents.setShown('gone', 1, now), incidents.setTold('gone', 1), incidents.setThread('gone', thread)]);
  await Promise.all([storms.setThread('gone', thread), storms.setShown('gone', 'face')]);
  await Promise.all([troubles.setThread('memory', thread), troubles.setShown('memory', 'face')]);

  const left = await kept();
  expect(left.filter(([, , ttl]) => ttl < 0).map(([key]) => key)).toEqual([]);
});

test('whatever the end of the append-only file lost, it starts, goes on, and no incident of which an intent is left has two threads', async () => {
  const server = await startRedisServer();
  open(server.owner);
  await emptied(server.owner);
  const torn = new Map<string, number>();
  try {
    for (const [kind, bytes] of [
      ['buy', 50],
      ['sell', 300],
      ['send', 700],
      ['pay', 1_500],
      ['ship', 2_500],
      ['bill', 3_500],
      ['call', 5_000],
      ['quit', 8_000],
    ] as const) {
      const id = await lived(kind);
      await server.tear(bytes);
      // Where the intent is gone as well nothing here knows that Slack has heard of it.
      const left = (await Promise.all((await world.incidents.newest(100)).map(intended))).flat();
      if (!left.includes(id)) torn.set(id, bytes);
      for (const each of [...left, id]) await goesOn(each, kind);
      const known = left.filter((each) => !torn.has(each));
      const threads = known.map((each) => slack.truth.roots.filter(({ incident }) => incident.id === each).length);
      expect([bytes, threads]).toEqual([bytes, known.map(() => 1)]);
    }
    // Whoever is torn is told twice. It takes the loss of the last thirty writes, all within a moment.
    expect(Math.min(...torn.values())).toBeGreaterThan(1_500);
  } finally {
    await server.stop();
  }
}, 120_000);

const intended = async ({ id }: Incident): Promise<readonly string[]> =>
  (await world.outbox.isIntended(`root:${id}`)) ? [id] : [];
