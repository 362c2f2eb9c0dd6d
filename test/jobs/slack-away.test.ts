import { beforeEach, expect, test } from 'vitest';
import { announce } from '../../jobs/announce.ts';
import { studio } from '../../jobs/studio.ts';
import type { Chat, World } from '../../src/ports.ts';
import { backoffMs } from '../../src/redis/queue.ts';
import { fromMillis, type Micros, micros } from '../../src/units.ts';
import { alert, NOON } from '../slack/samples.ts';
import { aSpan, aTraceId } from '../trace/records.ts';
import { type ChatTwin, chatTwin } from '../world/chat-twin.ts';
import { idleQueue } from '../world/idle-queue.ts';
import { testRedis } from '../world/redis.ts';
import { redisMemory } from '../world/redis-memory.ts';

const redis = testRedis();
const MINUTE_MS = 60_000;
const AWAY_MS = 30 * MINUTE_MS;
const INCIDENTS = 50;

let now: Micros;
let slack: ChatTwin;
let isAway: boolean;
/** When each message appeared, in ms after NOON. */
let messages: number[];
let world: World;
/** As BullMQ keeps them: one job for an incident, by when it is due, and how often it failed. */
let jobs: Map<string, { readonly dueMs: number; readonly failed: number }>;

const afterNoon = (): number => (now - NOON) / 1_000;

/** Slack in memory, but there or away as a whole. */
const reached = (chat: Chat): Chat => {
  const through =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>, appears = false) =>
    async (...args: A): Promise<R> => {
      if (isAway) throw new Error('connect ETIMEDOUT');
      if (appears) messages.push(afterNoon());
      return await call(...args);
    };
  return {
    ...chat,
    ...{ postRoot: through(chat.postRoot, true), postEntry: through(chat.postEntry, true), share: through(chat.share, true) },
    ...{ editRoot: through(chat.editRoot), upload: through(chat.upload), findRoot: through(chat.findRoot) },
  };
};

beforeEach(() => {
  now = NOON;
  slack = chatTwin();
  messages = [];
  jobs = new Map();
  isAway = true;
  const memory = redisMemory(redis(), () => now);
  world = { ...memory, studio: studio(memory), chat: reached(slack.chat), queue: idleQueue };
});

const asked = (id: string): void => void jobs.set(id, { dueMs: afterNoon(), failed: 0 });

async function opened(n: number): Promise<string> {
  const trace = `t${n}`;
  await world.records.keep([aSpan({ trace, id: trace, status: 'error' })], []);
  const { incidentId } = await world.incidents.report(
    alert({ signature: `s${n}`, traceId: aTraceId(trace), traceIds: [aTraceId(trace)], at: now }),
  );
  asked(incidentId);
  return incidentId;
}

/** Runs whatever is due until then, each job at its time. */
async function until(ms: number): Promise<void> {
  for (;;) {
    const [next] = [...jobs].sort((a, b) => a[1].dueMs - b[1].dueMs);
    if (!next || next[1].dueMs > ms) break;
    const [id, { dueMs, failed }] = next;
    now = micros(NOON + fromMillis(Math.max(afterNoon(), dueMs)));
    try {
      const outcome = await announce({ v: 1, incidentId: id }, world);
      if (outcome === 'done') jobs.delete(id);
      else jobs.set(id, { dueMs: afterNoon() + outcome.againInMs, failed });
    } catch {
      jobs.set(id, { dueMs: afterNoon() + backoffMs(failed + 1), failed: failed + 1 });
    }
  }
  now = micros(NOON + fromMillis(ms));
}

test('after half an hour without Slack each of fifty incidents is told once, a message a second, and all within three minutes', async () => {
  const ids: string[] = [];
  for (let n = 0; n < INCIDENTS; n++) {
    ids.push(await opened(n));
    await until(((n + 1) * AWAY_MS) / INCIDENTS);
  }
  const over = ids.filter((_, n) => n % 5 === 0);
  for (const id of over) {
    await world.incidents.change(id, { kind: 'recovered', quietFor: fromMillis(10 * MINUTE_MS) });
    asked(id);
  }
  expect(jobs.size).toBe(INCIDENTS);
  isAway = false;
  await until(AWAY_MS + 10 * MINUTE_MS);

  expect(jobs.size).toBe(0);
  const told = slack.truth.roots.map(({ incident }) => incident.id);
  expect(told.toSorted()).toEqual(ids.toSorted());
  expect(slack.truth.pictures).toHaveLength(INCIDENTS);
  // What was over by then says so below its root, once.
  expect(slack.truth.entries).toHaveLength(over.length);
  expect(slack.truth.roots.filter(({ incident }) => incident.life.state === 'resolved')).toHaveLength(over.length);
  const gaps = messages.slice(1).map((at, n) => at - (messages[n] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000);
  expect((messages.at(-1) ?? 0) - AWAY_MS).toBeLessThan(3 * MINUTE_MS);
}, 120_000);
