import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openStudio } from '../../jobs/start-studio.ts';
import { startWorkers } from '../../jobs/worker.ts';
import { startRedis } from '../../src/local/redis.ts';
import { logger } from '../../src/log.ts';
import type { Chat, World } from '../../src/ports.ts';
import { patientConnection } from '../../src/redis/connection.ts';
import { redisQueue } from '../../src/redis/queue.ts';
import { fromMillis, micros } from '../../src/units.ts';
import { aSpan, aTraceId } from '../trace/records.ts';
import { chatTwin } from '../world/chat-twin.ts';
import { RULES, redisMemory } from '../world/redis-memory.ts';

/** Failing transactions over 60 s through real Redis and real BullMQ to a Slack in memory; prints what people would see. */
type Load = { readonly transactions: number; readonly signatures: number; readonly stormOf: number };

const SECONDS = 60;
const TEN_SECONDS_MS = 10_000;
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
    ...{ postRoot: noted(slack.chat.postRoot), postStorm: noted(slack.chat.postStorm), share: noted(slack.chat.share) },
    ...{ postEntry: noted(slack.chat.postEntry), postStormOver: noted(slack.chat.postStormOver) },
  };
  const rules = { ...RULES, storm: { ...RULES.storm, incidents: stormOf } };
  const studio = openStudio({ redisUrl, log: logger('silent') });
  const world: World = { ...redisMemory(redis, clock), studio, rules, queue, chat };
  const workers = startWorkers(world, redis, logger('silent'));
  const began = Date.now();
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
  const sent = (Date.now() - began) / 1_000;
  const counted = async () => (await world.incidents.newest(signatures + 100)).reduce((sum, { count }) => sum + count, 0);
  while ((await counted()) < transactions && Date.now() - began < 600_000) await delay(500);
  const examined = (Date.now() - began) / 1_000;
  while (slack.truth.roots.length < Math.min(signatures, stormOf) && Date.now() - began < 600_000) await delay(500);
  await delay(TEN_SECONDS_MS);
  await workers.close();
  await studio.close();
  const most = Math.max(...messages.map((at) => messages.filter((other) => other >= at && other < at + TEN_SECONDS_MS).length));
  console.log(
    JSON.stringify({
      ...{ transactions, signatures, stormOf, sent_s: sent, examined_s: examined },
      ...{ incidents: (await world.incidents.newest(signatures + 100)).length, counted: await counted() },
      ...{ roots: slack.truth.roots.length, storms: slack.truth.storms.length, messages: messages.length, most_in_10_s: most },
    }),
  );
  await queue.close();
  redis.disconnect();
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
