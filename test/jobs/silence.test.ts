import type { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { doctor } from '../../jobs/start-doctor.ts';
import { tellTrouble } from '../../jobs/tell-trouble.ts';
import { startWorkers } from '../../jobs/worker.ts';
import { type Entry, type Ledger, ledger, refusedBody, type Source } from '../../src/ledger.ts';
import { logger } from '../../src/log.ts';
import { metrics } from '../../src/metrics.ts';
import type { World } from '../../src/ports.ts';
import { promptConnection } from '../../src/redis/connection.ts';
import { keys } from '../../src/redis/keys.ts';
import { redisLedger } from '../../src/redis/ledgers.ts';
import { readSeen } from '../../src/redis/silences.ts';
import { UTC_TIMES } from '../../src/slack/times.ts';
import { troubleMessage } from '../../src/slack/trouble-message.ts';
import { fromMillis } from '../../src/units.ts';
import { eventually } from '../eventually.ts';
import { type ChatTwin, chatTwin } from '../world/chat-twin.ts';
import { idleQueue } from '../world/idle-queue.ts';
import { jobsWorld } from '../world/jobs-world.ts';
import { testRedis, testRedisUrl } from '../world/redis.ts';

const redis = testRedis();
const MINUTE_MS = 60_000;
const HOURS = 60;
const ONE: Entry = { received: 1, stored: 1, duplicates: 0, quiet: 0, rejected: {} };

const closing: (() => Promise<unknown>)[] = [];
/** Of the processes. */
let link: Redis;
let nowMs: number;
let slack: ChatTwin;
let bot: Process;
let lambda: Process;
/** A process that keeps books and writes them. */
type Process = { readonly books: Ledger; readonly write: () => Promise<void> };
const started = (): Process => {
  const books = ledger();
  const write = redisLedger(link, () => nowMs);
  return { books, write: () => write(books.totals()) };
};
beforeEach(() => {
  // All of it lies in the past.
  nowMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 30 * HOURS * MINUTE_MS;
  slack = chatTwin();
  link = promptConnection(testRedisUrl(), () => undefined);
  closing.push(async () => link.disconnect());
  bot = started();
  lambda = started();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const close of closing.splice(0).reverse()) await close();
});

const world = (): World => jobsWorld(link, () => fromMillis(nowMs), { chat: slack.chat });
const said = (): readonly string[] => slack.truth.troubles.map(({ trouble }) => troubleMessage(trouble, UTC_TIMES).text);
const clock = (minutesAgo = 0): string => UTC_TIMES.clock(fromMillis(nowMs - minutesAgo * MINUTE_MS));

const spans = (): void => bot.books.enter('otlp-traces', ONE);
const functions = (): void => lambda.books.enter('lambda-spans', ONE);

/** Time passes: something comes in and is written, two workers look, and whoever is silent is told of or brought up to date. */
async function pass(minutes: number, ...comes: readonly (() => void)[]): Promise<readonly Source[]> {
  const { troubles } = world();
  const silent = new Set<Source>();
  for (let minute = 0; minute < minutes; minute++) {
    nowMs += MINUTE_MS;
    for (const come of comes) come();
    await Promise.all([bot, lambda].map(({ write }) => write()));
    const [one, other] = await Promise.all([troubles.silent(), troubles.silent()]);
    for (const source of [...one, ...other]) silent.add(source);
  }
  return [...silent];
}
const tell = () => tellTrouble({ v: 1, of: 'otlp-traces' }, world());

test('a steady source that falls silent is told once, and the message edited when it is back; the other goes on', async () => {
  expect(await pass(26 * HOURS, spans, functions)).toEqual([]);
  expect(await pass(10, functions)).toEqual([]);
  expect(await tell()).toBe('done');
  expect(await pass(1, functions)).toEqual(['otlp-traces']);
  for (let looks = 0; looks < 3; looks++) expect(await tell()).toEqual({ againInMs: 60_000 });

  const lasts = `⚠️ Traces by OTLP have stopped coming. The last came ${UTC_TIMES.full(fromMillis(nowMs - 11 * MINUTE_MS))}. At this time`;
  expect(said()).toEqual([expect.stringContaining(lasts)]);
  expect(said()[0]).toContain('they pause for 1 min at most. What fails there now is not told');

  await pass(5, functions);
  expect(await pass(1, functions, spans)).toEqual([]);
  await pass(1, functions, spans);
  expect(await tell()).toBe('done');
  expect(said()).toEqual([
    expect.stringMatching(
      new RegExp(`^✅ Traces by OTLP come again\\. None came from .* ${clock(18)} to ${clock(1)}, 17 min\\.`),
    ),
  ]);
  expect(await redis().exists(keys.trouble('otlp-traces'))).toBe(0);
  expect(await tell()).toBe('done');
  expect(said()).toHaveLength(1);
});

test('where what comes is refused, as with a token that was rotated, it is silent, and the message says why', async () => {
  await pass(26 * HOURS, spans);
  await pass(11, () => bot.books.enter('otlp-traces', refusedBody('bad-token')));
  await tell();

  expect(said()).toEqual([expect.stringContaining('What has come since was refused: “bad-token”. Where to look: the exporters')]);
});

test('what Tracefall itself has no room or no place for has come all the same', async () => {
  await pass(26 * HOURS, spans);
  const reasons = ['no-trace-id', 'trace-full', 'memory-short'] as const;
  for (const reason of reasons) expect(await pass(11, () => bot.books.enter('otlp-traces', refusedBody(reason)))).toEqual([]);
});

test('a process that restarts, and one that writes again what it has written, are no arrival and no silence', async () => {
  await pass(26 * HOURS, spans);
  bot = started();
  expect(await pass(9, spans)).toEqual([]);
  const came = await redis().hget(keys.arrivals, 'otlp-traces');
  await pass(9);

  expect(await redis().hget(keys.arrivals, 'otlp-traces')).toBe(came);
});

test('what could not be written is said with the next write', async () => {
  await redis().set(keys.arrivals, 'no hash');
  spans();
  await expect(bot.write()).rejects.toThrow('WRONGTYPE');
  await redis().del(keys.arrivals);
  await bot.write();

  expect((await readSeen(redis())).map(({ source }) => source)).toEqual(['otlp-traces']);
});

test('while Redis is away nobody falls silent, and nobody is told of it afterwards', async () => {
  await pass(26 * HOURS, spans);
  await pass(8);
  link.disconnect();
  for (let minute = 0; minute < 20; minute++) await expect(pass(1)).rejects.toThrow('closed');
  await link.connect();
  expect(await pass(10)).toEqual([]);

  expect(await pass(3)).toEqual(['otlp-traces']);
});

test('one that begins before people could be told that the last is over gets a message of its own', async () => {
  await pass(26 * HOURS, spans);
  await pass(11);
  await tell();
  await pass(1, spans);
  await pass(35);
  expect(await tell()).toEqual({ againInMs: 0 });
  await tell();

  expect(said()).toEqual([
    expect.stringMatching(/^➡️ Traces by OTLP had stopped coming, and have again: see the newer message\./),
    expect.stringMatching(/^⚠️ Traces by OTLP have stopped coming\./),
  ]);
});

test('of what has not come for a week the message says that nobody waits any more, and nothing is kept', async () => {
  await pass(26 * HOURS, spans);
  await pass(11);
  await tell();
  nowMs += 170 * HOURS * MINUTE_MS;
  expect(await world().troubles.silent()).toEqual([]);
  expect(await tell()).toBe('done');

  expect(said()).toEqual([expect.stringMatching(/^➡️ Traces by OTLP are waited for no more\. None have come for a week\./)]);
  for (const key of [keys.arrivals, keys.refusals, keys.watches]) expect(await redis().exists(key)).toBe(0);
});

test('everything that is kept of it ends when nothing comes any more', async () => {
  await pass(2, spans, () => bot.books.enter('otlp-logs', refusedBody('bad-json')));

  for (const key of [keys.arrivals, keys.refusals, keys.watches]) expect(await redis().pttl(key)).toBeGreaterThan(0);
});

test('workers look, and ask that it is told', async () => {
  await pass(26 * HOURS, spans);
  await pass(11);
  const asked: string[] = [];
  const trouble = async ({ of }: { readonly of: string }) => void asked.push(of);
  const workers = startWorkers({ ...world(), queue: { ...idleQueue, trouble } }, redis(), logger('silent'), 20);
  closing.push(() => workers.close());

  await eventually(() => asked.length > 0, { what: 'a look' });
  expect(new Set(asked)).toEqual(new Set(['otlp-traces']));
});

async function examined(): Promise<string> {
  const printed: string[] = [];
  await doctor((text) => void printed.push(text));
  return printed.join().replaceAll(/\s+/g, ' ');
}

test('the doctor and the metrics say when the last came, and what its silence means', async () => {
  nowMs = Date.now() - (26 * HOURS + 17) * MINUTE_MS;
  bot.books.enter('firehose', ONE);
  await pass(26 * HOURS, spans, functions);
  await pass(16, functions);
  await pass(1, functions, () => bot.books.enter('otlp-traces', refusedBody('bad-token')));
  vi.stubEnv('REDIS_URL', testRedisUrl());
  let lines = await examined();

  expect(lines).toMatch(
    /! otlp-traces: silent for 17 min; what came since was refused \(bad-token\); it pauses for 1 min at most/,
  );
  expect(lines).toMatch(/✔ lambda-spans: last \d+ s ago; it pauses for 1 min at most at this time of day, and 10 min of silence/);
  expect(lines).toMatch(/✔ firehose: last 26 h 1\d min ago; its silence is told when 24 hours of it are known/);

  nowMs -= 8 * MINUTE_MS;
  await redis().del(keys.watches);
  await world().troubles.silent();
  lines = await examined();
  expect(lines).toMatch(/! otlp-traces: last 17 min ago; no worker looks whether it is silent → start a worker/);

  const nothing = { asked: 0, counted: 0, muted: 0, healthy: 0, givenUp: 0, forgotten: 0, underWay: 0, lost: 0 };
  const together = { examined: nothing, givenUp: new Map(), refusedNames: 0, arrivals: await readSeen(redis()) };
  expect(await metrics(ledger(), async () => together).text()).toContain(
    `tracefall_last_arrival_timestamp_seconds{source="lambda-spans"} ${nowMs / 1_000 + 480}`,
  );
});
