import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type SlackApp, slackApp } from '../../src/slack/app.ts';
import { slackClients } from '../../src/slack/client.ts';
import { guestsOf, personOf } from '../../src/slack/guests.ts';
import { EVERYBODY } from '../../src/slack/strangers.ts';
import { commandForm, pressForm, sendSigned } from '../world/slack-signed.ts';
import { recordedPeople } from './people-recorded.ts';

const SECRET = 'a-signing-secret';
const press = pressForm('acknowledge', 'incident-1', 'http://127.0.0.1:1/_hooks/response/1');

let said: object | undefined;
let calls: number;
let slack: Server;
let apiUrl: string;
let people: ReturnType<typeof recordedPeople>;
let app: SlackApp | undefined;

beforeEach(async () => {
  people = recordedPeople();
  calls = 0;
  slack = createServer((_, response) => {
    calls += 1;
    response.writeHead(said ? 200 : 503, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ok: true, user: { id: 'U0MAYA', ...said } }));
  });
  await new Promise<void>((resolve) => slack.listen(0, '127.0.0.1', resolve));
  // A TCP server's address is an object; a string only comes from a pipe.
  apiUrl = `http://127.0.0.1:${(slack.address() as AddressInfo).port}/api/`;
});
afterEach(async () => {
  await app?.stop();
  app = undefined;
  await new Promise((resolve) => slack.close(resolve));
});

/** Where people ask and press. */
async function door(guests: boolean): Promise<string> {
  const { on, report } = people;
  app = slackApp({
    ...{ signingSecret: SECRET, token: 'xoxb-test', apiUrl, appToken: undefined, port: 0, commands: [], routes: [], on, report },
    ...{ once: async () => 'first' as const, welcome: { ...EVERYBODY, guests } },
  });
  return `http://127.0.0.1:${await app.start()}/slack/events`;
}

test.each<[string, object | undefined, boolean, boolean]>([
  ['a member', {}, false, true],
  ['a guest of several channels', { is_restricted: true }, false, false],
  ['a guest of one channel', { is_restricted: true, is_ultra_restricted: true }, false, false],
  ['a guest where guests are allowed', { is_restricted: true }, true, true],
  ['somebody of whom Slack does not tell', undefined, false, true],
])('%s', async (_, user, guests, isTaken) => {
  said = user;
  const url = await door(guests);

  expect((await sendSigned({ url, secret: SECRET, form: press })).status).toBe(200);
  expect((await sendSigned({ url, secret: SECRET, form: commandForm('/trace', 'help', 'http://127.0.0.1:1/') })).status).toBe(
    200,
  );
  expect(people.refused).toEqual(isTaken ? [] : ['guest', 'guest']);
  expect(people.asked.map(([what]) => what)).toEqual(isTaken ? ['change'] : []);
});

test('what Slack said of somebody is believed for ten minutes, what it did not say is asked again', async () => {
  let nowMs = 0;
  const isGuest = guestsOf(slackClients('xoxb-test', apiUrl).posting, () => nowMs);
  said = undefined;
  expect([await isGuest('U1'), calls]).toEqual([false, 1]);
  said = { is_restricted: true };
  expect([await isGuest('U1'), await isGuest('U1'), calls]).toEqual([true, true, 2]);
  nowMs = 600_000;
  said = {};
  expect([await isGuest('U1'), calls]).toEqual([false, 3]);
});

test('of simultaneous requests one asks', async () => {
  said = { is_restricted: true };
  const isGuest = guestsOf(slackClients('xoxb-test', apiUrl).posting);

  expect(await Promise.all([isGuest('U1'), isGuest('U1')])).toEqual([true, true]);
  expect(calls).toBe(1);
});

test('whoever presses, asks, or does what means something is somebody; who only talks asks nothing', () => {
  const event = (of: object) => ({ type: 'event_callback', team_id: 'T0ACME', event: { user: 'U0MAYA', channel: 'C0', ...of } });
  const reacted = (reaction: string) => event({ type: 'reaction_added', reaction, item: { channel: 'C0', ts: '1.2' } });
  const wrote = (text: string) => event({ type: 'message', text, ts: '1.3', thread_ts: '1.2' });

  for (const body of [{ user_id: 'U0MAYA' }, { user: { id: 'U0MAYA' } }, reacted('eyes'), wrote('note: seen')])
    expect(personOf(body)).toBe('U0MAYA');
  expect(personOf(event({ type: 'app_home_opened' }))).toBe('U0MAYA');
  for (const body of [reacted('tada'), wrote('thanks'), {}, 7]) expect(personOf(body)).toBeUndefined();
});
