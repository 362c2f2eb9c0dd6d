import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { openStudio } from '../../jobs/start-studio.ts';
import { startWorkers } from '../../jobs/worker.ts';
import { startRedis } from '../../src/local/redis.ts';
import { logger } from '../../src/log.ts';
import type { Chat, World } from '../../src/ports.ts';
import { patientConnection } from '../../src/redis/connection.ts';
import { QUEUE_PREFIX, redisQueue } from '../../src/redis/queue.ts';
import { fromMillis, micros } from '../../src/units.ts';
import { ANNOUNCE, EXAMINE } from '../../src/work.ts';
import { aSpan, aTraceId } from '../trace/records.ts';
import { chatTwin } from '../world/chat-twin.ts';
import { RULES, redisMemory } from '../world/redis-memory.ts';

/**
 * Failing transactions over 60 s through real Redis, real BullMQ and the studio's threads to a Slack in memory; prints what people
 * would see, how long it took until all was examined and until all was told, and what a transaction cost this process (the studio
 * and the sending of it included) and Redis: CPU time says more than seconds where others work on the machine.
 */
type Load = { readonly transactions: number; readonly signatures: number; readonly stormOf: number };

const SECONDS = 60;
const TEN_SECONDS_MS = 10_000;
const GIVE_UP_MS = 600_000;
const fail = (error: Error): never => {
  throw error;
};

async function run(redisUrl: string, { transactions, signatures, stormOf }: Load): Promise<void> {
  const redis = patientConnection(redisUrl, fail);
  await redis.flushdb();
  const clock = () => fromMillis(Date.now());
  const queue = redisQueue(redis, fail);
  const slack = chatTwin();
  const messages: number[] = [];
  const noted = <A extends unknown[], R>(call: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      messages.push(Date.now());
      return await call(...args);
    };
  };
  const chat: Chat = {
    ...slack.chat,
    ...{ postRoot: noted(slack.chat.postRoot), postBulletin: noted(slack.chat.postBulletin), share: noted(slack.chat.share) },
    ...{ postEntry: noted(slack.chat.postEntry), postStormOver: noted(slack.chat.postStormOver) },
  };
  const rules = { ...RULES, storm: { ...RULES.storm, incidents: stormOf } };
  const studio = openStudio({ redisUrl, log: logger('silent') });
  const world: World = { ...redisMemory(redis, clock), studio, rules, queue, chat };
  const workers = startWorkers(world, redis, logger('silent'));
  const began = Date.now();
  const cpuBefore = process.cpuUsage();
  const redisBefore = await redisCpu(redis);
  for (let n = 0; n < transactions; n++) {
    const trace = `load ${n}`;
    const start = Date.now() * 1_000 - 100_000;
    const entry = aSpan({ trace, id: trace, service: 'api', operation: 'POST /orders', status: 'error' });
    const error = { type: `Error${n % signatures}`, message: 'no' };
    await world.records.keep([{ ...entry, error, start: micros(start), end: micros(start + 100_000) }], [aTraceId(trace)]);
    await queue.examine(aTraceId(trace), 0);
    const due = began + ((n + 1) * SECONDS * 1_000) / transactions;
    if (due > Date.now() + 5) await delay(due - Date.now());
  }
  const since = () => (Date.now() - began) / 1_000;
  const sent = since();
  await empty(redis, [EXAMINE]);
  const examined = since();
  await empty(redis, [EXAMINE, ANNOUNCE]);
  const told = since();
  while (slack.truth.storms.some(({ over }) => over === 0) && since() * 1_000 < GIVE_UP_MS) await delay(500);
  await workers.close();
  await studio.close();
  const cpu = process.cpuUsage(cpuBefore);
  const most = Math.max(...messages.map((at) => messages.filter((other) => other >= at && other < at + TEN_SECONDS_MS).length));
  const incidents = await world.incidents.newest(signatures + 100);
  const wrong = slack.truth.roots.filter(
    ({ incident }) => incident.count !== incidents.find(({ id }) => id === incident.id)?.count,
  );
  console.log(
    JSON.stringify({
      ...{ transactions, signatures, stormOf, sent_s: sent, examined_s: examined, told_s: told },
      ...{ incidents: incidents.length, counted: incidents.reduce((sum, { count }) => sum + count, 0) },
      ...{ roots: slack.truth.roots.length, wrong_counts: wrong.length, storms: slack.truth.storms.length },
      ...{ told_in_storm: slack.truth.storms.map(({ storm }) => [storm.kinds, storm.transactions]) },
      ...{ messages: messages.length, most_in_10_s: most },
      cpu_ms_each: (cpu.user + cpu.system) / 1_000 / transactions,
      redis_ms_each: ((await redisCpu(redis)) - redisBefore) / transactions,
    }),
  );
  await queue.close();
  redis.disconnect();
}

/** Until these queues have nothing left to do; a storm's own queue goes on until the storm is over. */
async function empty(redis: Redis, names: readonly string[]): Promise<void> {
  const queues = names.map((name) => new Queue(name, { connection: redis, prefix: QUEUE_PREFIX }));
  const until = Date.now() + GIVE_UP_MS;
  const left = async () => (await Promise.all(queues.map((queue) => queue.count()))).reduce((sum, one) => sum + one, 0);
  const active = async () =>
    (await Promise.all(queues.map((queue) => queue.getActiveCount()))).reduce((sum, one) => sum + one, 0);
  while ((await left()) + (await active()) > 0 && Date.now() < until) await delay(500);
  await Promise.all(queues.map((queue) => queue.close()));
}

/** In ms since it started. */
async function redisCpu(redis: Redis): Promise<number> {
  const said = await redis.info('cpu');
  const seconds = ['used_cpu_user', 'used_cpu_sys'].map((name) => Number(new RegExp(`${name}:([\\d.]+)`).exec(said)?.[1]));
  return seconds.reduce((sum, one) => sum + one * 1_000, 0);
}

const dataDir = await mkdtemp(join(tmpdir(), 'tracefall-storm-'));
const redis = await startRedis({ dataDir, cacheDir: resolve('.tracefall/cache'), onProgress: () => undefined });
try {
  // Forty kinds are beyond the usual limit of a storm; here they shall have their threads.
  await run(redis.url, { transactions: 10_000, signatures: 40, stormOf: 50 });
  await run(redis.url, { transactions: 10_000, signatures: 5_000, stormOf: 20 });
} finally {
  await redis.stop();
  await rm(dataDir, { recursive: true, force: true });
}
process.exit(0);
