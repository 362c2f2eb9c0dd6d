import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { people } from '../../src/people.ts';
import { redactor } from '../../src/redaction/redact.ts';
import { redisAskings } from '../../src/redis/askings.ts';
import { redisIncidents } from '../../src/redis/incidents.ts';
import { redisQueue } from '../../src/redis/queue.ts';
import { slackApp } from '../../src/slack/app.ts';
import { viewSeal } from '../../src/slack/sealed-views.ts';
import { fromMillis } from '../../src/units.ts';
import { eventually } from '../eventually.ts';
import { alert } from '../slack/samples.ts';
import { testRedis, testRedisUrl } from '../world/redis.ts';
import { commandForm, now, pressForm, sendSigned, submissionForm } from '../world/slack-signed.ts';
import { type Lambda, lambda } from './lambda.ts';

const SECRET = 'a-signing-secret';
const RESPONSE = 'http://127.0.0.1:1/_hooks/response/1';
const redis = testRedis();
/** All keys but those by which BullMQ names a queue as soon as it is opened, and what only says that a request was here or Redis is whole. */
const written = async () => (await redis().keys('*')).filter((key) => !/:meta$|^tf:once:|^tf:whole$/.test(key));
const clock = () => fromMillis(1_785_830_304_824);
const incidents = () => redisIncidents(redis(), clock);

let sandbox: Lambda;
beforeEach(async () => {
  sandbox = await lambda('slack', {
    ...{ REDIS_URL: testRedisUrl(), SLACK_BOT_TOKEN: 'xoxb-test', SLACK_SIGNING_SECRET: SECRET },
    SLACK_API_URL: 'http://127.0.0.1:1/api/',
  });
});
afterEach(() => sandbox.stop());

type Form = Readonly<Record<string, string>>;

/** As an HTTP API hands it to a function, format 2.0. */
function request(body: string, { stamp = now(), secret = SECRET }: { stamp?: string; secret?: string } = {}) {
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${stamp}:${body}`).digest('hex')}`;
  const headers = { 'x-slack-request-timestamp': stamp, 'x-slack-signature': signature };
  return { version: '2.0', rawPath: '/slack/events', headers, body: Buffer.from(body).toString('base64'), isBase64Encoded: true };
}
const form = (fields: Form): string => new URLSearchParams(fields).toString();
const sent = async (fields: Form) => await sandbox.invoke(request(form(fields)));
const answered = (statusCode: number) => ({ kind: 'returned', value: { statusCode } });

const opened = async (): Promise<string> => (await incidents().report(alert())).incidentId;
const submission = (incident: string, value: string): Form =>
  submissionForm({
    private_metadata: viewSeal([SECRET]).seal(JSON.stringify({ incident, channel: 'C0INCIDENTS', thread: '1.2' })),
    state: { values: { field: { value: { value } } } },
  });

describe('a request that Slack did not send, or not now, is turned away', () => {
  const body = form(pressForm('acknowledge', 'incident-1', RESPONSE));
  test.each([
    ['of another secret', request(body, { secret: 'another' })],
    ['of six minutes ago', request(body, { stamp: now(-360) })],
    ['of six minutes ahead', request(body, { stamp: now(360) })],
    ['with a body that was changed', { ...request(body), body: Buffer.from(`${body}&x=1`).toString('base64') }],
    ['without a signature', { ...request(body), headers: { 'x-slack-request-timestamp': now() } }],
    ['without headers', { body }],
  ])('%s', async (_what, event) => {
    expect(await sandbox.invoke(event)).toMatchObject(answered(401));
    expect(await written()).toEqual([]);
  });
});

test('the same request is taken once', async () => {
  const id = await opened();
  const event = request(form(pressForm('acknowledge', id, RESPONSE)));

  expect(await sandbox.invoke(event)).toMatchObject(answered(200));
  expect(await sandbox.invoke(event)).toMatchObject(answered(401));

  expect(await redis().llen('tf:queue:announce:wait')).toBe(1);
});

test('a stranger met in a shared channel is answered, and changes nothing', async () => {
  const id = await opened();
  const press = JSON.parse(pressForm('acknowledge', id, RESPONSE)['payload'] ?? '');
  const payload = JSON.stringify({ ...press, user: { id: 'U0STRANGER', team_id: 'T0OTHERS' } });

  expect(await sent({ payload })).toMatchObject(answered(200));

  expect(await incidents().read(id)).toMatchObject({ life: { state: 'open' } });
});

test('a note on what is not sealed by us is kept nowhere', async () => {
  const id = await opened();
  const about = JSON.stringify({ incident: id, channel: 'C0INCIDENTS', thread: '1.2' });
  const forged = submissionForm({ private_metadata: about, state: { values: { field: { value: { value: 'forged' } } } } });

  await sent(forged);

  expect(await incidents().read(id)).toMatchObject({ log: [{ what: 'opened' }] });
});

test('a secret in a note does not come in', async () => {
  const id = await opened();

  expect(await sent(submission(id, 'ask maya@example.com'))).toMatchObject(answered(200));

  expect(await incidents().read(id)).toMatchObject({ log: [{}, { text: 'ask [email]' }] });
});

test('answers the question by which Slack tries an address', async () => {
  const outcome = await sandbox.invoke(request(JSON.stringify({ type: 'url_verification', challenge: 'abc', token: 'x' })));

  expect(outcome).toMatchObject({ value: { statusCode: 200, body: '{"challenge":"abc"}' } });
});

test('a press changes the incident and asks for its thread to be brought up to date', async () => {
  const id = await opened();

  expect(await sent(pressForm('acknowledge', id, RESPONSE))).toMatchObject(answered(200));

  expect(await incidents().read(id)).toMatchObject({
    life: { state: 'acknowledged' },
    log: [{}, { by: 'U0MAYA', what: 'acknowledged' }],
  });
  expect(await redis().llen('tf:queue:announce:wait')).toBe(1);
});

test('a note is kept; an empty one comes back with what is wrong', async () => {
  const id = await opened();

  const wrong = await sent(submission(id, ' '));
  expect(wrong).toMatchObject({ value: { statusCode: 200, body: expect.stringContaining('"response_action":"errors"') } });
  expect(await sent(submission(id, 'rolled back'))).toMatchObject(answered(200));

  expect(await incidents().read(id)).toMatchObject({ log: [{}, { what: 'noted', text: 'rolled back' }] });
});

test('a reply that begins with note: is kept once, however often Slack tells of it', async () => {
  const id = await opened();
  await incidents().setThread(id, { channel: 'C0INCIDENTS', ts: '1.2' });
  const event = {
    type: 'message',
    user: 'U0MAYA',
    text: 'note: rolled back',
    channel: 'C0INCIDENTS',
    ts: '1.3',
    thread_ts: '1.2',
  };
  const told = (event_time: number) => request(JSON.stringify({ type: 'event_callback', team_id: 'T0', event_time, event }));

  expect(await sandbox.invoke(told(1))).toMatchObject(answered(200));
  expect(await sandbox.invoke(told(2))).toMatchObject(answered(200));

  const { log } = (await incidents().read(id)) ?? {};
  expect(log).toMatchObject([{ what: 'opened' }, { what: 'noted', text: 'rolled back', message: '1.3' }]);
});

test('an event of which nothing follows is answered, or Slack would send it again', async () => {
  const body = JSON.stringify({ type: 'event_callback', team_id: 'T0', event: { type: 'team_join' } });

  expect(await sandbox.invoke(request(body))).toMatchObject(answered(200));
  expect(await written()).toEqual([]);
});

test('what nobody here takes is answered as not found, and changes nothing', async () => {
  for (const fields of [commandForm('/shop', 'break it', RESPONSE), pressForm('unheard-of', 'x', RESPONSE), { payload: '{' }, {}])
    expect(await sent(fields)).toMatchObject(answered(404));
  expect(await written()).toEqual([]);
});

test('acknowledges nothing that it could not keep', async () => {
  const id = await opened();
  await redis().client('PAUSE', 6_000);

  const outcome = await sent(pressForm('acknowledge', id, RESPONSE));

  await redis().client('UNPAUSE');
  expect(outcome).toMatchObject(answered(503));
});

describe('the same request makes the same job here and at the bot', () => {
  const question = { name: 'tf:queue:answer' };
  const jobs = async () => {
    const ids = await redis().lrange(`${question.name}:wait`, 0, -1);
    const fields = await Promise.all(ids.map((id) => redis().hmget(`${question.name}:${id}`, 'name', 'data', 'opts')));
    await redis().flushdb();
    return { ids, fields };
  };

  /** It answers before it has kept the job. */
  async function atTheBot(fields: Form, kept: number): Promise<{ readonly job: unknown; readonly answer: unknown }> {
    const queue = redisQueue(redis(), () => undefined);
    const app = slackApp({
      ...{ signingSecret: SECRET, token: 'xoxb-test', apiUrl: 'http://127.0.0.1:1/api/', appToken: undefined, port: 0 },
      ...{ commands: [], routes: [], once: async () => 'first' },
      on: people({ clock, incidents: incidents(), askings: redisAskings(redis()), queue }, {}, redactor()),
      report: { refused: () => undefined, failed: () => undefined },
    });
    const port = await app.start();
    const response = await sendSigned({ url: `http://127.0.0.1:${port}/slack/events`, secret: SECRET, form: fields });
    const answer = await response.json();
    await eventually(async () => (await redis().llen(`${question.name}:wait`)) === kept);
    await app.stop();
    await queue.close();
    return { job: await jobs(), answer };
  }

  test.each(['1-5759e988-bd862e3fe1be46a994272793', '8f507cfc-4697-4697-b07a-ac58fc914c95', 'no id in this', ''])(
    '/trace %s',
    async (text) => {
      const fields = commandForm('/trace', text, RESPONSE);

      const outcome = await sent(fields);
      const here = { job: await jobs(), answer: JSON.parse(String(Object(Object(outcome)['value'])['body'])) };

      expect(here).toEqual(await atTheBot(fields, here.job.ids.length));
    },
  );
});
