import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SlackApp, slackApp } from '../../src/slack/app.ts';
import { eventually } from '../eventually.ts';
import { messages, runCommand } from '../world/local-slack-control.ts';
import { type SocketSlack, socketSlack } from '../world/slack-socket.ts';
import { recordedPeople } from './people-recorded.ts';

const people = recordedPeople();
let slack: SocketSlack;
let app: SlackApp;
let origin: string;

beforeAll(async () => {
  slack = await socketSlack();
  app = slackApp({
    signingSecret: undefined,
    token: slack.botToken,
    apiUrl: slack.apiUrl,
    appToken: slack.appToken,
    port: 0,
    commands: [],
    routes: [{ path: '/healthz', method: 'GET', handler: (_, response) => void response.end('ok') }],
    on: people.on,
    report: people.report,
    once: async () => 'first',
  });
  origin = `http://127.0.0.1:${await app.start()}`;
});
afterAll(async () => {
  await app.stop();
  await slack.stop();
});

test('commands come in over the socket', async () => {
  await runCommand(slack.url, {
    channel: slack.channel,
    user: 'U0MAYA',
    command: '/trace',
    text: '5759e988bd862e3fe1be46a994272793',
  });

  expect(await eventually(() => people.asked[0]?.[0])).toBe('trace');
  const said = await messages(slack.url, slack.channel);
  expect(said.map(({ text }) => text)).toContain('Looking for trace `1-5759e988-bd862e3fe1be46a994272793` …');
});

test('the port still serves telemetry and operators', async () => {
  expect(await (await fetch(`${origin}/healthz`)).text()).toBe('ok');
});

test('nothing that claims to be Slack comes in over HTTP', async () => {
  expect((await fetch(`${origin}/slack/events`, { method: 'POST', body: 'command=%2Ftrace' })).status).toBe(404);
});
