import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Once } from '../../src/ports.ts';
import { type SlackApp, slackApp } from '../../src/slack/app.ts';
import type { Route } from '../../src/slack/routes.ts';
import { viewSeal } from '../../src/slack/sealed-views.ts';
import { askedTooOften } from '../../src/slack/too-often.ts';
import { eventually } from '../eventually.ts';
import { choiceForm, commandForm, now, pressForm, sendSigned, submissionForm } from '../world/slack-signed.ts';
import { recordedPeople } from './people-recorded.ts';

const SECRET = 'a-signing-secret';
const RESPONSE = 'http://127.0.0.1:1/_hooks/response/1';

const routes: readonly Route[] = [
  { path: '/healthz', method: 'GET', handler: (_, response) => void response.end('ok') },
  { path: '/v1/traces', method: 'POST', handler: (_, response) => void response.end('taken') },
  {
    path: '/broken',
    method: 'GET',
    handler: async () => {
      throw new Error('no luck');
    },
  },
];

/** What Redis remembers, without Redis. */
function remembered(): Once {
  const seen = new Set<string>();
  return async (name) => {
    const first = !seen.has(name);
    seen.add(name);
    return first ? 'first' : 'again';
  };
}

let once: Once;
let people: ReturnType<typeof recordedPeople>;
let app: SlackApp;
let origin: string;
let url: string;

beforeEach(async () => {
  people = recordedPeople();
  once = remembered();
  app = slackApp({
    signingSecret: SECRET,
    token: 'xoxb-test',
    apiUrl: 'http://127.0.0.1:1/api/',
    appToken: undefined,
    port: 0,
    commands: ['/shop'],
    routes,
    on: people.on,
    report: people.report,
    once: (name) => once(name),
  });
  origin = `http://127.0.0.1:${await app.start()}`;
  url = `${origin}/slack/events`;
});
afterEach(() => app.stop());

test('a connection outlives the minute for which a load balancer keeps it', async () => {
  const { headers } = await fetch(`${origin}/healthz`);
  expect(Number(/timeout=(\d+)/.exec(headers.get('keep-alive') ?? '')?.[1])).toBeGreaterThan(60);
});

const trace = (text: string) => commandForm('/trace', text, RESPONSE);
const press = pressForm('acknowledge', 'incident-1', RESPONSE);

describe('a request that Slack did not send, or not now', () => {
  const forged: [string, Parameters<typeof sendSigned>[0]['headers'], (() => string) | undefined, string][] = [
    ['a signature of another secret', { 'x-slack-signature': `v0=${'0'.repeat(64)}` }, undefined, 'signature'],
    ['a signature of another version', { 'x-slack-signature': `v1=${'0'.repeat(64)}` }, undefined, 'signature'],
    ['an empty signature', { 'x-slack-signature': '' }, undefined, 'signature'],
    ['a time 301 s ago', {}, () => now(-301), 'timestamp'],
    ['a time 302 s ahead', {}, () => now(302), 'timestamp'],
    ['a time a year ahead', {}, () => now(31_536_000), 'timestamp'],
    ['an infinite time', {}, () => 'Infinity', 'timestamp'],
    ['a time in hex', {}, () => '0x6b027f5f', 'timestamp'],
    ['a fraction of a second', {}, () => `${now()}.5`, 'timestamp'],
    ['a negative time', {}, () => '-1', 'timestamp'],
    ['no time', {}, () => '', 'timestamp'],
  ];

  test.each(forged)('with %s is turned away and counted', async (_, headers = {}, timestamp, why) => {
    const answer = await sendSigned({
      url,
      secret: SECRET,
      form: press,
      headers,
      ...(timestamp && { timestamp: timestamp() }),
    });

    expect(answer.status).toBe(401);
    expect(people.refused).toEqual([why]);
    expect(people.asked).toEqual([]);
  });

  test('with no headers at all is turned away', async () => {
    const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(press) });

    expect(answer.status).toBe(401);
    expect(people.refused).toEqual(['timestamp']);
  });

  test('that pretends to be an ssl_check does nothing', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = new URLSearchParams({ ssl_check: '1', ...press }).toString();
    const answer = await fetch(url, { method: 'POST', headers, body });

    expect(answer.status).toBe(200);
    expect(people.asked).toEqual([]);
  });

  test('for the second time is turned away, however often', async () => {
    const request = { url, secret: SECRET, form: press, timestamp: now(-5) };
    const again = () => sendSigned(request);
    expect((await again()).status).toBe(200);
    for (let n = 0; n < 20; n += 1) expect((await again()).status).toBe(401);

    expect(people.refused).toEqual(Array.from({ length: 20 }, () => 'replay'));
    expect(people.asked.length).toBe(1);
  });

  test('while nobody can tell whether it is the second time may ask, and may change nothing', async () => {
    once = async () => 'unknown';
    expect((await sendSigned({ url, secret: SECRET, form: press })).status).toBe(503);
    expect((await sendSigned({ url, secret: SECRET, form: commandForm('/shop', 'buy', RESPONSE) })).status).toBe(503);
    expect((await sendSigned({ url, secret: SECRET, form: trace('5759e988bd862e3fe1be46a994272793') })).status).toBe(200);

    expect(await eventually(() => people.asked.length > 0 && people.asked.map(([what]) => what))).toEqual(['trace']);
  });

  test('larger than anything of Slack is turned away', async () => {
    expect((await sendSigned({ url, secret: SECRET, form: { payload: 'x'.repeat(1_100_000) } })).status).toBe(413);
  });

  test('from a stranger of Slack Connect does nothing', async () => {
    const form = { payload: press['payload']?.replace('"team_id":"T0ACME"', '"team_id":"T0OTHER"') ?? '' };
    expect((await sendSigned({ url, secret: SECRET, form })).status).toBe(200);

    expect(people.refused).toEqual(['stranger']);
    expect(people.asked).toEqual([]);
  });

  test('from just within five minutes on either side is taken', async () => {
    for (const shift of [-295, 295]) {
      expect((await sendSigned({ url, secret: SECRET, form: press, timestamp: now(shift) })).status).toBe(200);
    }
    expect(people.asked.length).toBe(2);
  });
});

test('an app without a signing secret does not start', () => {
  const options = { token: 'x', apiUrl: undefined, appToken: undefined, port: 0, commands: [], routes: [], once: remembered() };

  for (const signingSecret of ['', undefined]) {
    expect(() => slackApp({ ...options, signingSecret, on: people.on, report: people.report })).toThrow(/signing ?secret/i);
  }
});

describe('/trace', () => {
  test('is answered at once and kept as a question', async () => {
    const answer = await sendSigned({ url, secret: SECRET, form: trace('1-5759e988-bd862e3fe1be46a994272793') });

    expect(await answer.json()).toEqual({
      response_type: 'ephemeral',
      text: 'Looking for trace `1-5759e988-bd862e3fe1be46a994272793` …',
    });
    expect(await eventually(() => people.asked[0])).toEqual([
      'trace',
      {
        v: 1,
        requestId: '13345224609.738474920.8088930838d88f008e0',
        question: { kind: 'trace', traceId: '5759e988bd862e3fe1be46a994272793' },
        channel: 'C0INCIDENTS',
        user: 'U0MAYA',
        responseUrl: RESPONSE,
      },
    ]);
  });

  test.each([
    ['help', /^\*What a transaction did/],
    [
      'checkout <!channel>',
      /^I see no id .* in `checkout &lt;!channel&gt;`\. `\/trace search checkout &lt;!channel&gt;` looks .*\. `\/trace help` says/,
    ],
  ])('explains itself on %j and asks nothing', async (text, words) => {
    const answer = await sendSigned({ url, secret: SECRET, form: trace(text) });

    expect(await answer.json()).toEqual({ response_type: 'ephemeral', text: expect.stringMatching(words) });
    expect(people.asked).toEqual([]);
  });

  test('asked too often is answered privately, with when to ask again', async () => {
    people.waiting(40_500);
    await sendSigned({ url, secret: SECRET, form: trace('5759e988bd862e3fe1be46a994272793') });

    // Nobody listens at that address.
    expect(await eventually(() => people.failed[0]?.doing)).toBe('an answer to /trace');
    expect(askedTooOften(40_500)).toMatch(/Please ask again in 41 s\.$/);
  });

  test('is answered in time even when nothing behind it answers', async () => {
    people.answering(() => new Promise(() => undefined));
    // Slack waits three seconds.
    const started = performance.now();
    const answer = await sendSigned({ url, secret: SECRET, form: trace('5759e988bd862e3fe1be46a994272793') });

    expect(answer.status).toBe(200);
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});

test('a further command is handed on by its name', async () => {
  expect((await sendSigned({ url, secret: SECRET, form: commandForm('/shop', 'buy', RESPONSE) })).status).toBe(200);
  expect(await eventually(() => people.asked[0])).toEqual(['command', '/shop', 'buy', 'U0MAYA']);
});

describe('a button', () => {
  test.each(['acknowledge', 'resolve'])('to %s names the incident and the presser', async (action) => {
    await sendSigned({ url, secret: SECRET, form: pressForm(action, 'incident-1', RESPONSE) });

    expect(await eventually(() => people.asked[0])).toEqual(['change', 'incident-1', { kind: action, by: 'U0MAYA' }]);
  });

  test.each([
    ['snooze', '4h incident-1', ['snooze', 'incident-1', 'U0MAYA', '4h', undefined]],
    // Slack cannot be asked here for the zone: a snooze matters more than its exact hour.
    ['snooze', 'tomorrow incident-1', ['snooze', 'incident-1', 'U0MAYA', 'tomorrow', undefined]],
    ['snooze', 'mute incident-1', ['mute', 'incident-1', 'U0MAYA']],
  ])('chosen from the menu %s: %s', async (action, chosen, asked) => {
    await sendSigned({ url, secret: SECRET, form: choiceForm(action, chosen, RESPONSE) });

    expect(await eventually(() => people.asked[0])).toEqual(asked);
  });

  test.each(['trace', 'map', 'similar', 'export'] as const)(
    'chosen from the menu more: %s asks, to be answered in the thread',
    async (what) => {
      await sendSigned({ url, secret: SECRET, form: choiceForm('more', `${what} incident-1`, RESPONSE) });

      expect(await eventually(() => people.asked[0])).toMatchObject([
        'trace',
        { channel: 'C0INCIDENTS', thread: '1795356128.000200', question: { kind: 'about', what, incidentId: 'incident-1' } },
      ]);
    },
  );

  test('whose work fails breaks nothing but itself', async () => {
    people.answering(async () => {
      throw new Error('Redis is away');
    });
    expect((await sendSigned({ url, secret: SECRET, form: press })).status).toBe(200);
    await eventually(() => people.failed.length > 0);
    people.answering(async () => ({ kind: 'unknown' }));

    expect((await sendSigned({ url, secret: SECRET, form: press, timestamp: now(-60) })).status).toBe(200);
    expect(await eventually(() => people.asked.length === 2)).toBe(true);
  });

  test.each([
    ['without a value', pressForm('acknowledge', '', RESPONSE)],
    ['with a value too long', pressForm('acknowledge', 'x'.repeat(300), RESPONSE)],
  ])('%s is reported and does nothing', async (_, form) => {
    expect((await sendSigned({ url, secret: SECRET, form })).status).toBe(200);
    await eventually(() => people.failed.length > 0);

    expect(people.asked).toEqual([]);
  });
});

describe('the form for a note', () => {
  const about = JSON.stringify({ incident: 'incident-1', channel: 'C0INCIDENTS', thread: '1795356128.000200' });
  const { seal } = viewSeal([SECRET]);
  const metadata = seal(about);
  const filled = (value: string | null, private_metadata = metadata) =>
    submissionForm({ private_metadata, state: { values: { field: { value: { type: 'plain_text_input', value } } } } });

  test('is kept, as written', async () => {
    const answer = await sendSigned({ url, secret: SECRET, form: filled('Rolled back <payments> to v41 ') });

    expect(await answer.text()).toBe('');
    expect(await eventually(() => people.asked[0])).toEqual([
      'change',
      'incident-1',
      { kind: 'note', by: 'U0MAYA', text: 'Rolled back <payments> to v41' },
    ]);
  });

  test.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ['left empty', filled(null), /write something/],
    ['blank', filled(' \n\t '), /write something/],
    ['too long', filled('x'.repeat(3_001)), /under 3,000/],
    ['of another make', filled('x', '{"incident":7}'), /not one of mine/],
    ['of no make', filled('x', 'nonsense'), /not one of mine/],
    ['that we never sealed', filled('x', about), /not one of mine/],
    ['sealed with another secret', filled('x', viewSeal(['another']).seal(about)), /not one of mine/],
    ['from long ago', filled('x', viewSeal([SECRET], () => 0).seal(about)), /not one of mine/],
    ['without fields', submissionForm({ private_metadata: metadata, state: { values: {} } }), /not one of mine/],
  ])('says what is wrong with one %s, and stays open', async (_, form, words) => {
    const answer = await sendSigned({ url, secret: SECRET, form });

    expect(await answer.json()).toEqual({ response_action: 'errors', errors: { field: expect.stringMatching(words) } });
    expect(people.asked).toEqual([]);
  });
});

test.each([
  ['whom it names', 'U0JONAS', 'U0JONAS'],
  ['whoever sent it where it names nobody', null, 'U0MAYA'],
])('the form for an assignment assigns to %s', async (_, selected_user, to) => {
  const subject = JSON.stringify({ incident: 'incident-1', channel: 'C0INCIDENTS', thread: '1795356128.000200' });
  const state = { values: { field: { value: { type: 'users_select', selected_user } } } };
  const form = submissionForm({ callback_id: 'assign', private_metadata: viewSeal([SECRET]).seal(subject), state });

  expect(await (await sendSigned({ url, secret: SECRET, form })).text()).toBe('');
  expect(await eventually(() => people.asked[0])).toEqual(['change', 'incident-1', { kind: 'assign', by: 'U0MAYA', to }]);
});

describe('the same port', () => {
  test('serves what else was given to it', async () => {
    expect(await (await fetch(`${origin}/healthz?verbose=1`)).text()).toBe('ok');
    expect(await (await fetch(`${origin}/v1/traces`, { method: 'POST', body: '{}' })).text()).toBe('taken');
  });

  test('knows no other path, and no other method', async () => {
    expect((await fetch(`${origin}/admin`)).status).toBe(404);
    const wrong = await fetch(`${origin}/v1/traces`);

    expect(wrong.status).toBe(405);
    expect(wrong.headers.get('allow')).toBe('POST');
  });

  test('outlives a handler that fails', async () => {
    expect((await fetch(`${origin}/broken`)).status).toBe(500);
    expect(people.failed).toEqual([{ error: new Error('no luck'), doing: 'GET /broken' }]);
    expect((await fetch(`${origin}/healthz`)).status).toBe(200);
  });

  test.each(['//', '/%', '*', '/slack/events/../../x'])('outlives a request for %j', async (path) => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      request(origin, { path }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });

    expect(status).toBe(404);
    expect((await fetch(`${origin}/healthz`)).status).toBe(200);
  });
});
