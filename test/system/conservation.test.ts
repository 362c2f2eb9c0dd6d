import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bot, startBot } from '../../src/bot.ts';
import { balanceOf, type Totals, unaccounted } from '../../src/ledger.ts';
import { logger } from '../../src/log.ts';
import { patientConnection } from '../../src/redis/connection.ts';
import { readLedgers } from '../../src/redis/ledgers.ts';
import { Secret } from '../../src/secret.ts';
import { type OpenWorld, openWorld } from '../../src/world.ts';
import { eventually } from '../eventually.ts';
import { type HoldProxy, startHoldProxy } from '../world/hold-proxy.ts';
import { testRedisUrl } from '../world/redis.ts';
import { ACCOUNT, hostileMail, type Mail, TOKENS } from './hostile-mail.ts';

const SEED = Number(process.env['TRACEFALL_SEED'] ?? 20_261_122);
const REQUESTS = 1_500;
/** As many connections as a fleet of collectors keeps. */
const SENDERS = 12;

const said: string[] = [];
let wire: HoldProxy;
let straight: Redis;
let open: OpenWorld;
let bot: Bot;
beforeAll(async () => {
  const url = new URL(testRedisUrl());
  straight = patientConnection(testRedisUrl(), () => undefined);
  await straight.flushdb();
  wire = await startHoldProxy(Number(url.port));
  url.port = String(wire.port);
  const slack = {
    ...{ botToken: new Secret('xoxb-canary'), signingSecret: new Secret('signing-canary'), appToken: undefined },
    ...{ apiUrl: 'http://127.0.0.1:1/', channel: 'C0INCIDENTS' },
  };
  const log = logger('info', { write: (line) => void said.push(line) });
  open = openWorld({ redisUrl: url.href, slack, log });
  bot = await startBot({
    ...{
      slack,
      port: 0,
      host: '127.0.0.1',
      world: open.world,
      redis: open.prompt,
      log,
      metricsToken: new Secret('metrics-canary'),
    },
    otlpTokens: [new Secret(TOKENS.otlp), new Secret(TOKENS.before)],
    aws: {
      eventsKeys: [new Secret(TOKENS.events)],
      firehoseKeys: [new Secret(TOKENS.firehose)],
      accounts: new Set([ACCOUNT]),
    },
  });
});
afterAll(async () => {
  await bot.close();
  await open.close();
  await wire.stop();
  await straight.quit();
});

const answers: string[] = [];

async function sent({ path, headers, body }: Mail): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${bot.port}${path}`, { method: 'POST', headers, body });
  answers.push(await response.text());
  return response.status;
}

const mend = (): void => wire.aim(Number(new URL(testRedisUrl()).port));
const cut = (): void => {
  wire.aim(1);
  wire.reset();
};

/** Every sender takes the next of the mail; thirty of every hundred find the way to Redis cut. */
async function deliver(mail: readonly Mail[]): Promise<ReadonlyMap<Mail, number>> {
  const statuses = new Map<Mail, number>();
  const waiting = mail.entries();
  const sender = async (): Promise<void> => {
    for (const [n, letter] of waiting) {
      if (n % 100 === 99) wire.reset();
      if (n % 100 === 70) cut();
      if (n % 100 === 99) mend();
      statuses.set(letter, await sent(letter));
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
  return statuses;
}

const metrics = async (): Promise<string> => {
  const headers = { authorization: 'Bearer metrics-canary' };
  return await (await fetch(`http://127.0.0.1:${bot.port}/metrics`, { headers })).text();
};

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);

/** Of one counter, by the labels that are asked for. */
function counted(text: string, name: string, labels: string): number {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) && line.includes(labels));
  return sum(lines.map((line) => Number(line.split(' ').at(-1))));
}

test('of all that strangers send, every thing is counted once: stored, duplicate, quiet or refused by name', async () => {
  const mail = hostileMail(SEED, REQUESTS);
  const statuses = await deliver(mail);

  const text = await metrics();
  for (const source of ['otlp-traces', 'otlp-logs', 'eventbridge', 'firehose']) {
    const mine = mail.filter((letter) => letter.source === source);
    // Under pressure a body is turned away unread, whatever is in it.
    const things = sum(mine.map((letter) => (statuses.get(letter) === 429 ? 1 : letter.things)));
    expect([source, counted(text, 'tracefall_received_total', `source="${source}"`)], `seed ${SEED}`).toEqual([source, things]);
    expect([source, counted(text, 'tracefall_settled_total', `source="${source}"`)]).toEqual([source, things]);
  }
  for (const reason of ['bad-json', 'bad-gzip', 'too-large', 'too-deep', 'too-many-keys', 'bad-token', 'bad-protobuf'])
    expect([reason, counted(text, 'tracefall_settled_total', `reason="${reason}"`) > 0]).toEqual([reason, true]);
  for (const reason of ['bad-content-type', 'bad-encoding', 'unknown-format', 'malformed', 'foreign-account', 'unknown-event'])
    expect([reason, counted(text, 'tracefall_settled_total', `reason="${reason}"`) > 0]).toEqual([reason, true]);
  // Redis was cut off fifteen times: what it did not confirm was not acknowledged.
  expect(counted(text, 'tracefall_settled_total', 'reason="unavailable"')).toBeGreaterThan(0);
  expect([...statuses.values()]).toContain(503);
  await everySpanIsThere([...statuses].flatMap(([letter, status]) => (status === 200 ? letter.spans : [])));
}, 120_000);

async function everySpanIsThere(acknowledged: readonly string[]): Promise<void> {
  const keys = await straight.keys('tf:trace:*');
  const fields = await Promise.all(keys.map(async (key) => [key.slice('tf:trace:'.length), await straight.hkeys(key)] as const));
  const there = new Set(fields.flatMap(([id, names]) => names.map((name) => `${id} ${name.split(':')[1] ?? ''}`)));
  expect(acknowledged.length).toBeGreaterThan(100);
  expect(acknowledged.filter((span) => !there.has(span))).toEqual([]);
}

test('another process reads the same sums, and they add up', async () => {
  const totals = await eventually(
    async (): Promise<Totals | false> => {
      const read = await readLedgers(straight);
      return Object.keys(read).length === 4 && read;
    },
    { withinMs: 20_000, what: 'the ledger in Redis' },
  );
  for (const [source, entry] of Object.entries(totals)) expect([source, unaccounted(entry)]).toEqual([source, 0]);
  expect(balanceOf(totals['otlp-traces'] ?? never())).toMatch(/^\d+ received = \d+ stored \+ \d+ duplicate \+ .* rejected \(/);
});

test('who may not read the numbers does not, and no secret of ours stands anywhere that others read', async () => {
  const pages = await Promise.all(
    ['/healthz', '/readyz', '/metrics'].map(async (path) => await fetch(`http://127.0.0.1:${bot.port}${path}`)),
  );
  expect(pages.map(({ status }) => status)).toEqual([200, 200, 401]);

  const everything = [...said, ...answers, ...(await Promise.all(pages.map((page) => page.text()))), await metrics()].join('\n');
  expect(everything).toContain('tracefall_received_total');
  expect(everything).not.toMatch(/canary/);
});

const never = (): never => {
  throw new Error('not there');
};
