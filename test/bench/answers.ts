import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { startBot } from '../../src/bot.ts';
import { startRedis } from '../../src/local/redis.ts';
import { logger } from '../../src/log.ts';
import { patientConnection } from '../../src/redis/connection.ts';
import { redisIncidents } from '../../src/redis/incidents.ts';
import { redisRecollection } from '../../src/redis/recollection.ts';
import { Secret } from '../../src/secret.ts';
import { fromMillis } from '../../src/units.ts';
import { openWorld } from '../../src/world.ts';
import { alert } from '../slack/samples.ts';
import { startHoldProxy, WHOLE } from '../world/hold-proxy.ts';
import { commandForm, pressForm, sendSigned } from '../world/slack-signed.ts';

/** The real bot, every answer of whose Redis comes 500 ms later: how soon Slack is answered, and whether what people are told is true. */
const SLOWER_MS = 500;
const PRESSES = 300;
const AT_ONCE = 5;
const SIGNING_SECRET = 'bench';

const dataDir = await mkdtemp(join(tmpdir(), 'tracefall-answers-'));
const redis = await startRedis({ dataDir, cacheDir: resolve('.tracefall/cache'), onProgress: () => undefined });
const redisUrl = new URL(redis.url);
const proxy = await startHoldProxy(Number(redisUrl.port));
const direct = patientConnection(redis.url, () => undefined);
const incidents = redisIncidents(direct, () => fromMillis(Date.now()));
// There is no worker that would say so.
await redisRecollection(direct).restore(async () => ({ at: fromMillis(Date.now()), adopted: 0, unread: [] }));

/** What the bot says to people through `response_url`, by the press. */
const told = new Map<string, string[]>();
const slack = createServer((request, response) => {
  void text(request).then((body) => {
    const said: unknown = request.url?.includes('/response/') ? JSON.parse(body).text : undefined;
    if (typeof said === 'string') told.set(request.url ?? '', [...(told.get(request.url ?? '') ?? []), said]);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
  });
});
await new Promise<void>((resolved) => slack.listen(0, '127.0.0.1', resolved));
// A TCP server's address is an object.
const slackUrl = `http://127.0.0.1:${(slack.address() as AddressInfo).port}`;

const through = new URL(redisUrl);
through.port = String(proxy.port);
const log = logger('silent');
const config = {
  ...{ botToken: new Secret('xoxb-bench'), signingSecret: new Secret(SIGNING_SECRET), appToken: undefined },
  ...{ apiUrl: `${slackUrl}/api/`, channel: 'C0INCIDENTS' },
};
const { world, prompt, close } = openWorld({ redisUrl: through.href, slack: config, log });
const bot = await startBot({
  slack: config,
  port: 0,
  host: '127.0.0.1',
  otlpTokens: [],
  world,
  redis: prompt,
  log,
});
const url = `http://127.0.0.1:${bot.port}/slack/events`;

/** Each press is of an incident of its own, so that one is changed by one. */
const opened = async (n: number): Promise<string> =>
  (await incidents.report(alert({ signature: `s${n}`, traceId: idOf(n), traceIds: [idOf(n)] }))).incidentId;
// The form of a trace id, whose brand only parsing gives.
const idOf = (n: number) => `6b027f5f${String(n).padStart(24, '0')}` as ReturnType<typeof alert>['traceId'];
const responseOf = (id: string): string => `${slackUrl}/response/${id}`;

type Answered = { readonly ms: number; readonly status: number };

async function timed(form: Readonly<Record<string, string>>): Promise<Answered> {
  const began = performance.now();
  const { status } = await sendSigned({ url, secret: SIGNING_SECRET, form });
  return { ms: performance.now() - began, status };
}

async function all(what: string, forms: readonly Readonly<Record<string, string>>[]): Promise<void> {
  const rest = [...forms];
  const answers: Answered[] = [];
  const one = async () => {
    for (let form = rest.pop(); form; form = rest.pop()) answers.push(await timed(form));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  const ms = answers.map((answer) => answer.ms).sort((a, b) => a - b);
  const at = (share: number): string => `${Math.round(ms[Math.min(ms.length - 1, Math.floor(ms.length * share))] ?? 0)} ms`;
  const good = answers.filter(({ status }) => status === 200).length;
  console.log(`${what}: ${good} of ${answers.length} answered 200, p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)}`);
}

/** Whether what each presser was told last is what is kept. */
async function truths(what: string, ids: readonly string[]): Promise<number> {
  let acknowledged = 0;
  let wrong = 0;
  let warned = 0;
  for (const id of ids) {
    const isAcknowledged = (await incidents.read(id))?.life.state === 'acknowledged';
    const said = told.get(`/response/${id}`) ?? [];
    if (isAcknowledged) acknowledged += 1;
    if (said[0]?.startsWith('Working')) warned += 1;
    if (said.at(-1) === 'Done.' && !isAcknowledged) wrong += 1;
  }
  console.log(`${what}: ${acknowledged} of ${ids.length} acknowledged, ${warned} told to wait, ${wrong} told something false`);
  return wrong;
}

const presses = (ids: readonly string[]) => ids.map((id) => pressForm('acknowledge', id, responseOf(id)));
const ids = await Promise.all(Array.from({ length: PRESSES }, (_, n) => opened(n)));
const traces = Array.from({ length: PRESSES }, (_, n) => commandForm('/trace', idOf(n), responseOf(`trace-${n}`)));
await all('at once, /trace', traces.slice(0, 50));
proxy.travel({ latencyMs: SLOWER_MS / 2, pieceBytes: WHOLE });
await all(
  `Redis ${SLOWER_MS} ms slower, /trace`,
  traces.map((form) => ({ ...form, trigger_id: `${form['trigger_id']}-again` })),
);
await all(`Redis ${SLOWER_MS} ms slower, Acknowledge`, presses(ids));
await delay(8_000);
let wrong = await truths('what became of them', ids);

// Redis falls silent in the middle: what is told must still be true.
const later = await Promise.all(Array.from({ length: 20 }, (_, n) => opened(PRESSES + n)));
const pressed = Promise.all(presses(later).map((form) => timed(form)));
await delay(SLOWER_MS * 1.5);
proxy.hold();
await delay(8_000);
wrong += await truths('Redis silent meanwhile', later);
proxy.release();
const answers = await pressed;
console.log(
  `of those ${answers.filter(({ status }) => status === 200).length} answered 200, the others ${[...new Set(answers.map(({ status }) => status))].join(', ')}`,
);
await bot.close();
await close();
direct.disconnect();
slack.closeAllConnections();
slack.close();
await proxy.stop();
await redis.stop();
await rm(dataDir, { recursive: true, force: true });
process.exit(wrong > 0 ? 1 : 0);
