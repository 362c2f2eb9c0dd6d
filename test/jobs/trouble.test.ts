import { Queue, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { replay } from '../../jobs/start-replay.ts';
import { tellTrouble } from '../../jobs/tell-trouble.ts';
import { startWorkers } from '../../jobs/worker.ts';
import { refusedBody } from '../../src/ledger.ts';
import { logger } from '../../src/log.ts';
import type { World } from '../../src/ports.ts';
import { keys } from '../../src/redis/keys.ts';
import { redisLedger } from '../../src/redis/ledgers.ts';
import { QUEUE_PREFIX, redisQueue } from '../../src/redis/queue.ts';
import { UTC_TIMES } from '../../src/slack/times.ts';
import { troubleMessage } from '../../src/slack/trouble-message.ts';
import { fromMillis, type Micros, micros } from '../../src/units.ts';
import { ANNOUNCE, EXAMINE, type QueueName } from '../../src/work.ts';
import { eventually } from '../eventually.ts';
import { type ChatTwin, chatTwin } from '../world/chat-twin.ts';
import { idleQueue } from '../world/idle-queue.ts';
import { jobsWorld } from '../world/jobs-world.ts';
import { testRedis, testRedisUrl } from '../world/redis.ts';
import { RULES } from '../world/redis-memory.ts';
import { type RedisServer, startRedisServer } from '../world/redis-server.ts';

const redis = testRedis();
const HOUR_MS = 3_600_000;
const REASON = 'Slack refused root:1f: *is_archived* of a Map<T>, `x` & y';
const SECRET = 'AKIAIOSFODNN7EXAMPLE';
let now: Micros;
let slack: ChatTwin;
const closing: (() => Promise<unknown>)[] = [];
beforeEach(() => {
  now = fromMillis(Date.now());
  slack = chatTwin();
  vi.stubEnv('REDIS_URL', testRedisUrl());
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const close of closing.splice(0).reverse()) await close();
});

const worldOn = (connection: Redis): World => jobsWorld(connection, () => now, { chat: slack.chat });
const said = (): readonly string[] => slack.truth.troubles.map(({ trouble }) => troubleMessage(trouble, UTC_TIMES).text);
const look = (of: QueueName | 'memory', world = worldOn(redis())) => tellTrouble({ v: 1, of }, world);

/** So many more jobs that nobody tries any more. */
async function givenUp(name: QueueName, jobs: number): Promise<void> {
  const options = { connection: redis(), prefix: QUEUE_PREFIX };
  const queue = new Queue(name, options);
  const before = await queue.getFailedCount();
  const refuse = async (): Promise<void> => {
    throw new UnrecoverableError(REASON);
  };
  const worker = new Worker(name, refuse, options);
  for (let n = 0; n < jobs; n++) await queue.add(name, { v: 1, incidentId: `i${n}` });
  await eventually(async () => (await queue.getFailedCount()) === before + jobs, { what: 'jobs that are given up' });
  await worker.close();
  await queue.close();
}

test('a job that workers give up is told in Slack without what is secret, which its reason kept nowhere', async () => {
  const queue = redisQueue(redis(), () => undefined);
  const lines: string[] = [];
  const log = logger('info', { write: (line) => void lines.push(line) });
  const workers = startWorkers({ ...worldOn(redis()), queue: { ...idleQueue, trouble: queue.trouble } }, redis(), log);
  const examines = new Queue(EXAMINE, { connection: redis(), prefix: QUEUE_PREFIX });
  closing.push(
    () => queue.close(),
    () => examines.close(),
    () => workers.close(),
  );
  await examines.add(EXAMINE, { v: 1, traceId: SECRET }, { jobId: 'poison' });
  const [told] = await eventually(() => slack.truth.troubles.length > 0 && said(), { withinMs: 15_000, what: 'a message' });

  expect(told).toMatch(/^⚠️ Tracefall gave up one examination of a failing or slow transaction\. What would have been found/);
  expect(told).toMatch(
    /Why, of the last, .* UTC: “payload of examine poison: .*expected a trace id, not .*“tracefall replay examine”\.$/,
  );
  const { data, ...kept } = await redis().hgetall(`${QUEUE_PREFIX}:${EXAMINE}:poison`);
  expect(data).toContain(SECRET);
  expect(JSON.stringify([told, kept, lines])).not.toContain(SECRET);
  expect(kept['failedReason']).toContain('expected a trace id');
});

test('more of them change the message and write no other, until an hour has passed; then the first names the other; done again, it says so', async () => {
  now = fromMillis(Date.now() - HOUR_MS / 2);
  await givenUp(ANNOUNCE, 3);
  for (let twice = 0; twice < 2; twice++) expect(await look(ANNOUNCE)).toBe('done');
  await givenUp(ANNOUNCE, 20);
  await look(ANNOUNCE);
  expect(said()).toEqual([expect.stringMatching(/^⚠️ Tracefall gave up 23 updates of incidents’ threads\. .*is_archived/)]);
  expect(said()[0]).toContain('“Slack refused root:1f: *is_archived* of a Map&lt;T&gt;, `x` &amp; y”');
  expect(JSON.stringify(await redis().hgetall(keys.trouble(ANNOUNCE)))).not.toContain('is_archived');

  // Of BullMQ's jobs the clock is the machine's: the first message is made older instead.
  const message = keys.trouble(ANNOUNCE);
  await redis().hset(message, 'began', fromMillis(Date.now() - 1.1 * HOUR_MS));
  now = fromMillis(Date.now());
  await givenUp(ANNOUNCE, 1);
  expect(await look(ANNOUNCE)).toEqual({ againInMs: 0 });
  expect(await look(ANNOUNCE)).toBe('done');
  const continued = expect.stringMatching(/^➡️ Tracefall gave up 24 .*: see the newer message\. What/);
  expect(said()).toEqual([continued, expect.stringMatching(/gave up 24/)]);

  expect(await replay(ANNOUNCE, () => undefined)).toBe(0);
  await look(ANNOUNCE);
  await look(ANNOUNCE);
  expect(said()).toEqual([continued, expect.stringMatching(/^✅ No update of an incident’s thread is given up any more/)]);
  expect(await redis().exists(message)).toBe(0);
});

test('where nobody knows whether it was told when it is over, it is looked for and says so', async () => {
  await givenUp(ANNOUNCE, 1);
  slack.fault('lost');
  expect(await look(ANNOUNCE)).toEqual({ againInMs: 15_000 });
  await replay(ANNOUNCE, () => undefined);
  now = micros(now + 20_000_000);
  expect(await look(ANNOUNCE)).toBe('done');
  expect(said()).toEqual([expect.stringMatching(/^✅ No update/)]);
});

test('where it certainly was not told, its end is not told either', async () => {
  await givenUp(ANNOUNCE, 1);
  slack.fault('refused');
  await expect(look(ANNOUNCE)).rejects.toThrow('not_in_channel');
  await replay(ANNOUNCE, () => undefined);
  expect(await look(ANNOUNCE)).toBe('done');
  expect(said()).toEqual([]);
  expect(await redis().exists(keys.trouble(ANNOUNCE))).toBe(0);
});

test('what was told and is forgotten meanwhile is looked for when workers start', async () => {
  await redis().hset(keys.trouble(ANNOUNCE), 'began', now);
  const asked: string[] = [];
  const trouble = async ({ of }: { readonly of: string }) => void asked.push(of);
  const workers = startWorkers({ ...worldOn(redis()), queue: { ...idleQueue, trouble } }, redis(), logger('silent'));
  closing.push(() => workers.close());
  await eventually(() => asked.length > 0, { what: 'a look' });
  expect(asked).toEqual([ANNOUNCE]);
});

test('a command to do an unknown queue again says which there are', async () => {
  const lines: string[] = [];

  expect(await replay('examin', (line) => lines.push(line))).toBe(1);
  expect(lines.join()).toMatch(/^there is no queue "examin": expected one of examine, announce/);
});

test('where the rules name a channel for it, it is told there', async () => {
  await givenUp(ANNOUNCE, 1);
  const world = worldOn(redis());
  await look(ANNOUNCE, { ...world, rules: { ...RULES, notices: 'C0OPERATORS' } });

  expect(slack.truth.troubles.map(({ thread }) => thread.channel)).toEqual(['C0OPERATORS']);
});

/** So that the given share of its memory is in use. A second passes: what is told anew is another message. */
async function used({ owner }: RedisServer, share: number): Promise<void> {
  now = micros(now + 1_000_000);
  const info = await owner.info('memory');
  await owner.config('SET', 'maxmemory', Math.floor(Number(/used_memory:(\d+)/.exec(info)?.[1]) / share));
}

test('that memory is short is told, that healthy traces are not kept is told apart, and the end of both', async () => {
  const server = await startRedisServer();
  closing.push(() => server.stop());
  // So much that what the test itself takes does not matter.
  await server.owner.setrange('ballast', 50_000_000, 'x');
  const world = worldOn(server.owner);
  expect(await look('memory', world)).toBe('done');
  await used(server, 0.75);
  for (let twice = 0; twice < 2; twice++) expect(await look('memory', world)).toEqual({ againInMs: 60_000 });
  expect(said()).toEqual([
    expect.stringMatching(/^⚠️ The memory of Tracefall’s Redis is 7\d % full\. Everything is kept as yet\. From 85 % on/),
  ]);

  await redisLedger(server.owner)({ 'otlp-traces': { ...refusedBody('memory-short'), rejected: { 'memory-short': 1_234 } } });
  await used(server, 0.92);
  expect(await look('memory', world)).toEqual({ againInMs: 0 });
  for (let twice = 0; twice < 2; twice++) await look('memory', world);
  expect(said()).toEqual([
    expect.stringMatching(/^➡️ Healthy traces are not kept: .* 9\d % full: see the newer message\. What .* there\.$/),
    expect.stringMatching(/^⚠️ Healthy traces are not kept: .* 9\d % full\. .* 1,234 spans and logs .* nothing brings them back/),
  ]);

  await used(server, 0.68);
  expect(await look('memory', world)).toEqual({ againInMs: 60_000 });
  expect(said()[1]).toMatch(/^⚠️ The memory of Tracefall’s Redis is 6\d % full/);
  await used(server, 0.4);
  expect(await look('memory', world)).toBe('done');
  expect(said()[1]).toMatch(
    /^✅ The memory of Tracefall’s Redis suffices again\. It is [34]\d % full, and everything is kept\. 1,234/,
  );
});
