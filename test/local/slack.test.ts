import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { App, LogLevel } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../src/local/free-port.ts';
import { type LocalSlack, startLocalSlack } from '../../src/local/slack.ts';
import { eventually } from '../eventually.ts';
import * as person from '../world/local-slack-control.ts';

let dataDir: string;
let slack: LocalSlack;
let app: App;
let web: WebClient;
const heard: string[] = [];

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'tracefall-slack-'));
  const port = await freePort();
  slack = await startLocalSlack({ dataDir, appUrl: `http://127.0.0.1:${port}/slack/events` });
  web = new WebClient(slack.botToken, { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } });
  app = realApp();
  await app.start(port);
});

afterAll(async () => {
  await app?.stop();
  await slack?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

/** An app on the real framework, which refuses what is not signed with our secret. */
function realApp(): App {
  const bolt = new App({
    token: slack.botToken,
    signingSecret: slack.signingSecret,
    clientOptions: { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } },
    logLevel: LogLevel.ERROR,
  });
  bolt.command('/trace', async ({ ack, command, respond }) => {
    await ack();
    await respond({ text: `${command.user_name} asked for ${command.text}`, response_type: 'ephemeral' });
  });
  bolt.action('note', async ({ ack, body, client }) => {
    if (!('trigger_id' in body)) throw new Error('expected a click');
    await client.views.open({ trigger_id: body.trigger_id, view: NOTE });
    await ack();
  });
  bolt.view('note-written', async ({ ack, view }) => {
    const text = view.state.values['note']?.['text']?.value;
    if (!text) return ack({ response_action: 'errors', errors: { note: 'Write something.' } });
    heard.push(`note ${text}`);
    return ack();
  });
  bolt.event('reaction_added', async ({ event }) => {
    heard.push(`reaction ${event.reaction} by ${event.user}`);
  });
  bolt.event('app_home_opened', async ({ event }) => {
    heard.push(`home of ${event.user}`);
  });
  bolt.event('app_mention', async ({ event }) => {
    heard.push(`mention ${event.text}`);
  });
  return bolt;
}

const NOTE = {
  type: 'modal' as const,
  callback_id: 'note-written',
  title: { type: 'plain_text' as const, text: 'Note' },
  submit: { type: 'plain_text' as const, text: 'Add' },
  blocks: [
    {
      type: 'input' as const,
      block_id: 'note',
      label: { type: 'plain_text' as const, text: 'Note' },
      element: { type: 'plain_text_input' as const, action_id: 'text' },
    },
  ],
};

const typed = { channel: 'C0INCIDENTS', user: 'U0MAYA' };

async function posted(text: string): Promise<string> {
  const button = { type: 'button' as const, action_id: 'note', value: '7', text: { type: 'plain_text' as const, text: 'Note' } };
  const { ts } = await web.chat.postMessage({
    channel: slack.channel.id,
    text,
    blocks: [{ type: 'actions', elements: [button] }],
  });
  if (ts === undefined) throw new Error('expected a ts');
  return ts;
}

test('shows a posted message, and its thread with a picture', async () => {
  const ts = await posted('checkout fails');
  const bytes = Buffer.from('a picture');
  await web.filesUploadV2({
    channel_id: slack.channel.id,
    thread_ts: ts,
    file: bytes,
    filename: 'waterfall.png',
    title: 'Waterfall',
  });

  const root = (await person.roots(slack.url, slack.channel.id)).find((one) => one.ts === ts);
  const [reply] = await person.replies(slack.url, slack.channel.id, ts);
  const [picture] = reply?.files ?? [];

  expect(root?.text).toBe('checkout fails');
  expect(picture).toMatchObject({ name: 'waterfall.png', title: 'Waterfall', mimetype: 'image/png' });
  if (picture === undefined || !('url_private' in picture)) throw new Error('expected a file');
  expect(Buffer.from(await person.download(picture, slack.botToken))).toEqual(bytes);
});

test('knows the app, its people and its channels', async () => {
  const me = await web.auth.test();
  const users = (await web.users.list({})).members?.filter((user) => !user.is_bot).map((user) => user.real_name);
  const channels = (await web.conversations.list({})).channels?.map((channel) => channel.name);

  expect([me.team, me.user]).toEqual(['Acme', 'Tracefall']);
  expect(users).toEqual(['Maya Okafor', 'Jonas Lindqvist', 'Priya Raman']);
  expect(channels).toEqual(['incidents', 'general']);
});

test('carries a command to the app, and its private answer back', async () => {
  await person.runCommand(slack.url, { ...typed, command: '/trace', text: 'abc' });

  const answer = await eventually(async () =>
    (await person.messages(slack.url, typed.channel)).find((one) => one.text === 'maya asked for abc'),
  );
  expect(answer).toMatchObject({ subtype: 'ephemeral', ephemeral_to: 'U0MAYA' });
});

test('carries a click to the app, whose modal can be refused and then taken', async () => {
  const ts = await posted('press me');
  await person.pressButton(slack.url, { ...typed, ts, actionId: 'note' });

  expect(await person.openModal(slack.url)).toMatchObject({ callback_id: 'note-written' });
  expect(await person.submitModal(slack.url, { user: 'U0MAYA', values: {} })).toEqual({ note: 'Write something.' });

  const text = `it was DNS ${'.'.repeat(200)}`;
  const taken = await person.submitModal(slack.url, {
    user: 'U0MAYA',
    values: { note: { text: { type: 'plain_text_input', value: text } } },
  });
  expect(taken).toBeUndefined();
  expect(heard).toContain(`note ${text}`);
  expect(await person.openModal(slack.url)).toBeUndefined();
});

test('names the buttons that are there when one is missing', async () => {
  const ts = await posted('press me not');

  await expect(person.pressButton(slack.url, { ...typed, ts, actionId: 'resolve' })).rejects.toThrow('which has: note');
});

test('tells the app of reactions, mentions and visits', async () => {
  const ts = await posted('look');
  await person.react(slack.url, { ...typed, ts, name: 'eyes' });
  await person.say(slack.url, { ...typed, text: '<@U0TRACEFALL> help' });
  await person.openHome(slack.url, 'U0JONAS');

  const expected = ['reaction eyes by U0MAYA', 'mention <@U0TRACEFALL> help', 'home of U0JONAS'];
  await eventually(() => expected.every((one) => heard.includes(one)));
  const spoken = (await person.log(slack.url)).filter(
    (entry) => entry.kind === 'web_api' && entry.summary === 'chat.postMessage',
  );
  expect(spoken.length).toBeGreaterThan(0);
});

test('keeps its secrets to itself', async () => {
  expect((await stat(path.join(dataDir, 'workspace.json'))).mode & 0o077).toBe(0);
  expect(slack.signingSecret).toMatch(/^[0-9a-f]{32}$/);
});

test('says what the program said when its port is taken', async () => {
  const second = startLocalSlack({
    dataDir: path.join(dataDir, 'second'),
    port: Number(new URL(slack.url).port),
    appUrl: 'http://127.0.0.1:1/',
  });

  await expect(second).rejects.toThrow(/did not start: exit code 1[\s\S]*in use/);
});

test('refuses a LOCAL_SLACK that is none', async () => {
  const impostor = path.join(dataDir, 'impostor');
  await writeFile(impostor, 'no program');

  await expect(startLocalSlack({ dataDir, appUrl: 'http://127.0.0.1:1/', binary: impostor })).rejects.toThrow(
    `LOCAL_SLACK is ${impostor}`,
  );
});
