import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { look } from '../../jobs/look.ts';
import { logger } from '../../src/log.ts';
import { traceId } from '../../src/telemetry/ids.ts';
import { layoutOf } from '../../src/waterfall/layout.ts';
import { eventually } from '../eventually.ts';
import { canaries } from '../redaction/canaries.ts';
import { foundIn, needlesOf } from '../redaction/needles.ts';
import { sign } from '../slack/forgeries.ts';
import { logsRequest, otlpAttributes, otlpSpan, traceRequest } from '../telemetry/samples.ts';
import { openHome, openModal, pressButton, roots, runCommand, submitModal } from '../world/local-slack-control.ts';
import { testRedisUrl } from '../world/redis.ts';
import { now } from '../world/slack-signed.ts';
import { type Line, startLine } from './line.ts';

/** Every kind of secret in every writing, so many times over; the long run asks for more. */
const TIMES = Number(process.env['TRACEFALL_CANARIES'] ?? 1);
const SEED = Number(process.env['TRACEFALL_SEED'] ?? 20_261_122);
const CHANNEL = 'C0INCIDENTS';
const MAYA = { channel: CHANNEL, user: 'U0MAYA' };
const SPANS_A_TRACE = 90;

const released = canaries(SEED, TIMES);
const logged: string[] = [];
let line: Line;
beforeAll(async () => {
  line = await startLine(logger('info', { write: (said) => void logged.push(said) }));
});
afterAll(() => line.stop());

const headers = { authorization: 'Bearer otlp-secret', 'content-type': 'application/json' };
const answers: string[] = [];
const requests: string[] = [];

async function sent(path: string, body: string): Promise<number> {
  const response = await fetch(`${line.botUrl}${path}`, { method: 'POST', headers, body });
  answers.push(await response.text());
  return response.status;
}

const hex = (n: number, length: number): string => (n + 1).toString(16).padStart(length, 'a');
const at = (n: number): string => `${1_785_830_304_000 + n}000000`;

/** Where telemetry has room for words: one canary, one place, in turn. */
const PLACES: readonly ((words: string) => Readonly<Record<string, unknown>>)[] = [
  (words) => ({ name: words }),
  (words) => ({ attributes: otlpAttributes({ 'db.query.text': words }) }),
  (words) => ({ attributes: otlpAttributes({ [words]: 'x' }) }),
  (words) => ({ status: { code: 2, message: words } }),
  (words) => ({
    status: { code: 2 },
    events: [{ attributes: otlpAttributes({ 'exception.type': 'Error', 'exception.message': words }) }],
  }),
  (words) => ({ attributes: [{ key: 'args', value: { arrayValue: { values: [{ stringValue: words }] } } }] }),
  (words) => ({
    attributes: [{ key: 'body', value: { kvlistValue: { values: [{ key: 'note', value: { stringValue: words } }] } } }],
  }),
];

function spansOf(trace: number, words: readonly string[]): string {
  const root = otlpSpan({
    traceId: hex(trace, 32),
    spanId: hex(0, 16),
    parentSpanId: '',
    name: `POST /canaries/${'abcdefghij'[trace % 10]}`,
    startTimeUnixNano: at(0),
    endTimeUnixNano: at(900),
  });
  const spans = words.map((each, n) =>
    otlpSpan({
      ...{ traceId: hex(trace, 32), spanId: hex(n + 1, 16), parentSpanId: hex(0, 16) },
      ...{ startTimeUnixNano: at(n), endTimeUnixNano: at(n + 5), status: { code: 2, message: 'it failed' } },
      ...PLACES[n % PLACES.length]?.(each),
    }),
  );
  return JSON.stringify(
    traceRequest([{ ...root, status: { code: 2, message: words[0] } }, ...spans], { 'service.name': `shop ${words[1] ?? ''}` }),
  );
}

test('no secret that telemetry or a person brings in is found anywhere afterwards', async () => {
  const words = released.map(({ written }) => written);
  const traces = Math.ceil(words.length / SPANS_A_TRACE);
  for (let trace = 0; trace < traces; trace += 1) {
    const some = words.slice(trace * SPANS_A_TRACE, (trace + 1) * SPANS_A_TRACE);
    const spans = spansOf(trace, some);
    requests.push(spans);
    expect(await sent('/v1/traces', spans)).toBe(200);
    const logs = some.map((each, n) => ({
      timeUnixNano: at(n),
      traceId: hex(trace, 32),
      body: { stringValue: each },
      severityText: 'ERROR',
    }));
    expect(await sent('/v1/logs', JSON.stringify(logsRequest(logs)))).toBe(200);
  }
  // What cannot be read is told, in words of the sender.
  for (const each of words.slice(0, 40)) {
    await sent('/v1/traces', JSON.stringify(traceRequest([otlpSpan({ traceId: each })])));
    await sent('/v1/logs', each);
  }
  const [root] = await eventually(
    async () => {
      const all = (await roots(line.slack.url, CHANNEL)).filter((one) => JSON.stringify(one).includes('canaries'));
      return all.length >= Math.min(traces, 3) && all;
    },
    { withinMs: 50_000, what: 'incidents of the canaries' },
  );
  await noted(root?.ts ?? '', words.slice(-3).join(' and '));
  await runCommand(line.slack.url, { ...MAYA, command: '/trace', text: hex(0, 32) });
  await eventually(async () => (await roots(line.slack.url, CHANNEL)).some((one) => one.files !== undefined), {
    withinMs: 30_000,
    what: 'a picture',
  });
  await takenAway();

  const places: Readonly<Record<string, string>> = {
    'Redis, all that was ever written': await everWritten(),
    'what Slack was sent': JSON.stringify(line.proxy.calls),
    'the log': logged.join(''),
    'answers to senders': answers.join('\n'),
    'what an operator sees': await operatorsView(),
    'the words of pictures': await drawnWords(traces),
    'what inspect prints': await inspected(),
  };
  const needles = needlesOf(released);
  for (const [place, text] of Object.entries(places)) {
    expect(foundIn(text, needles), place).toEqual([]);
    expect(text.length, place).toBeGreaterThan(100);
  }
  expect(places['Redis, all that was ever written']).toContain('[aws-key]');
  expect(places['what Slack was sent']).toContain('canaries');
  for (const taken of ['[aws-key]', '[email]']) expect(places['the words of pictures']).toContain(taken);
  expect(line.proxy.violations).toEqual([]);
}, 600_000);

/** What people take elsewhere, and where else they see it: the export with its three documents, a map, lists, Home, the preview of a link. */
async function takenAway(): Promise<void> {
  const [key = ''] = await line.open.prompt.keys('tf:incident:????????????');
  for (const text of [`export ${key.split(':')[2]}`, 'map', 'incidents', 'search canaries'])
    await runCommand(line.slack.url, { ...MAYA, command: '/trace', text });
  await openHome(line.slack.url, MAYA.user);
  await linked(`https://console.aws.amazon.com/cloudwatch/home#xray:traces/${hex(0, 32)}`);
  for (const what of ['# ', '{', 'views.publish', 'chat.unfurl'])
    await eventually(() => line.proxy.calls.some((call) => isOf(call, what)), {
      withinMs: 30_000,
      what: `${what} sent to Slack`,
    });
}

/** Of that method, or the upload of a document that begins so. */
const isOf = ({ method, args }: (typeof line.proxy.calls)[number], what: string): boolean =>
  method.startsWith(what) || (method === 'upload' && String(args['text'] ?? '').startsWith(what));

async function linked(url: string): Promise<void> {
  const event = {
    ...{ type: 'link_shared', channel: CHANNEL, is_bot_user_member: true, user: MAYA.user, message_ts: '1795356128.000200' },
    ...{ source: 'conversations_history', links: [{ domain: 'console.aws.amazon.com', url }] },
  };
  const body = JSON.stringify({ type: 'event_callback', team_id: 'T0ACME', event_id: 'Ev1', event });
  const stamp = now();
  const signature = sign(line.slack.signingSecret, stamp, Buffer.from(body));
  const signed = { 'x-slack-request-timestamp': stamp, 'x-slack-signature': signature, 'content-type': 'application/json' };
  expect((await fetch(`${line.botUrl}/slack/events`, { method: 'POST', headers: signed, body })).status).toBe(200);
}

/** The same telemetry from a file, as it never passed a door. */
async function inspected(): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'tracefall-canaries-')), 'spans.jsonl');
  await writeFile(file, requests.slice(0, 30).join('\n'));
  return (await tracefall(['inspect', file])) + (await tracefall(['inspect', '--json', file]));
}

test('what it looks for it would find', () => {
  for (const canary of released.slice(0, 200)) {
    expect(foundIn(`{"a":${JSON.stringify(canary.text)}}`, needlesOf([canary])), canary.name).not.toEqual([]);
  }
});

async function noted(ts: string, text: string): Promise<void> {
  await pressButton(line.slack.url, { ...MAYA, ts, actionId: 'annotate' });
  const modal = await eventually(() => openModal(line.slack.url), { what: 'the form' });
  expect(JSON.stringify(modal)).toContain('annotate');
  await submitModal(line.slack.url, { user: MAYA.user, values: { field: { value: { type: 'plain_text_input', value: text } } } });
}

/** The append-only file has every command, whatever became of its keys. */
async function everWritten(): Promise<string> {
  const { prompt } = line.open;
  await eventually(async () => (await prompt.keys('tf:incident:*')).length > 0, { what: 'an incident in Redis' });
  const [, dir = ''] = (await prompt.config('GET', 'dir')) as readonly string[]; // Redis answers with name and value
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((file) => readFileSync(join(file.parentPath, file.name), 'latin1')).join('\n');
}

async function operatorsView(): Promise<string> {
  const pages = ['/healthz', '/readyz', '/metrics'].map(async (path) => await (await fetch(line.botUrl + path)).text());
  const { botToken: SLACK_BOT_TOKEN, signingSecret: SLACK_SIGNING_SECRET } = line.slack;
  const slack = { SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET, SLACK_API_URL: line.slack.apiUrl, TRACEFALL_CHANNEL: CHANNEL };
  const env = { ...process.env, ...slack, REDIS_URL: testRedisUrl() };
  return [...(await Promise.all(pages)), await tracefall(['doctor'], env), await tracefall(['replay'], env)].join('\n');
}

/** What it prints, however it ends. */
async function tracefall(words: readonly string[], env = process.env): Promise<string> {
  const cli = new URL('../../dist/jobs/cli.js', import.meta.url).pathname;
  return await new Promise((resolve) => {
    execFile(process.execPath, [cli, ...words], { env, maxBuffer: 2 ** 28 }, (_, stdout) => resolve(stdout));
  });
}

/** Of every transaction, as they are handed to the rasteriser. */
async function drawnWords(traces: number): Promise<string> {
  const drawn: string[] = [];
  for (let trace = 0; trace < traces; trace += 1) {
    const scene = await look(line.open.world, traceId(hex(trace, 32)) ?? expect.fail('a trace id'));
    drawn.push(JSON.stringify(layoutOf(scene ?? expect.fail('a transaction')).sheet));
  }
  return drawn.join('\n');
}
