import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../src/local/free-port.ts';
import type { Changed } from '../../src/ports.ts';
import { type SlackApp, slackApp } from '../../src/slack/app.ts';
import { slackChat } from '../../src/slack/chat.ts';
import { slackClients } from '../../src/slack/client.ts';
import { ANNOTATE, inputModal } from '../../src/slack/input-modal.ts';
import { micros } from '../../src/units.ts';
import { eventually } from '../eventually.ts';
import { messages, openModal, pressButton, replies, runCommand, submitModal } from '../world/local-slack-control.ts';
import { type SlackProxy, startSlackProxy } from '../world/slack-proxy.ts';
import { emulatedSlack, localSlack, type SlackServer } from '../world/slack-servers.ts';
import { recordedPeople } from './people-recorded.ts';
import { acknowledged, incident, NOON, picture, resolved, telling } from './samples.ts';

/** Everything that the bot says, to two Slack servers by other people, with Slack's published limits checked on the way. */
describe.each([
  ['local-slack', localSlack],
  ['emulate', emulatedSlack],
] as const)('what the bot says, %s takes', (_, start) => {
  let server: SlackServer;
  let proxy: SlackProxy;

  beforeAll(async () => {
    server = await start();
    proxy = await startSlackProxy(server);
  });
  afterAll(async () => {
    await proxy.stop();
    await server.stop();
  });

  test('from the root over its picture to the last edit, and no rule of Slack is broken', async () => {
    const chat = slackChat({ token: server.token, apiUrl: proxy.apiUrl, clock: () => NOON });
    const told = { telling: telling(), incident: undefined, askedBy: undefined };
    const posted = await chat.postRoot(incident(), server.channel);
    if (posted.kind !== 'posted') throw new Error(`expected a root, not ${JSON.stringify(posted)}`);
    const place = { ...posted.thread, since: micros(0) };
    const file = await chat.upload(picture(), told);

    expect(await chat.share(file, told, place)).toMatchObject({ kind: 'posted' });
    expect(await chat.editRoot(acknowledged(), posted.thread)).toBe('edited');
    expect(await chat.editRoot(resolved(), posted.thread)).toBe('edited');
    expect(proxy.violations).toEqual([]);
  });

  test('a change in the thread, and where the rules say so in the channel too', async () => {
    const chat = slackChat({ token: server.token, apiUrl: proxy.apiUrl, clock: () => NOON });
    const known = resolved({ id: 'broadcast' });
    const posted = await chat.postRoot(known, server.channel);
    if (posted.kind !== 'posted') throw new Error(`expected a root, not ${JSON.stringify(posted)}`);

    expect(await chat.postEntry(known, 1, posted.thread, false)).toMatchObject({ kind: 'posted' });
    expect(proxy.calls.at(-1)?.args['reply_broadcast']).toBeUndefined();
    expect(await chat.postEntry(known, 3, posted.thread, true)).toMatchObject({ kind: 'posted' });
    expect(proxy.calls.at(-1)?.args['reply_broadcast']).toBe('true');
    expect(await chat.findEntry(known, 3, posted.thread)).toMatchObject({ channel: server.channel });
    expect(proxy.violations).toEqual([]);
  });

  test('an incident as files, in one message', async () => {
    const chat = slackChat({ token: server.token, apiUrl: proxy.apiUrl, clock: () => NOON });
    const posted = await chat.postRoot(incident({ id: 'exported' }), server.channel);
    if (posted.kind !== 'posted') throw new Error(`expected a root, not ${JSON.stringify(posted)}`);
    const documents = [
      { name: 'incident.md', text: '# POST /checkout' },
      { name: 'transaction.json', text: '{}' },
    ];
    const told = { exported: incident(), documents };
    const place = { ...posted.thread, since: micros(0) };
    const file = await chat.upload(picture(), told);

    expect(file.split(' ').length).toBe(3);
    expect(await chat.share(file, told, place)).toMatchObject({ kind: 'posted' });
    expect(await chat.findFile(file, place)).toEqual(posted.thread);
    expect(proxy.violations).toEqual([]);
  });

  test('how people are called is asked of it, and who is unknown has no name', async () => {
    const chat = slackChat({ token: server.token, apiUrl: proxy.apiUrl, clock: () => NOON });
    const names = await chat.names([server.user, 'U0NOBODY', server.user]);

    expect([...names]).toEqual([[server.user, server.userName]]);
    expect(proxy.violations).toEqual([]);
  });

  test('a private word', async () => {
    const { interactive } = slackClients(server.token, proxy.apiUrl);
    const said = { channel: server.channel, user: server.user, text: '<@U0MAYA> already acknowledged this.', parse: 'none' };

    expect(await interactive.apiCall('chat.postEphemeral', said)).toMatchObject({ ok: true });
    expect(proxy.violations).toEqual([]);
  });

  test('a form, where there is a trigger to open it with', async () => {
    const trigger_id = await server.triggerId();
    const view = inputModal(ANNOTATE, { incident: 'incident-1', channel: server.channel, thread: '' }, 'U0MAYA');
    const { interactive } = slackClients(server.token, proxy.apiUrl);
    const opening = interactive.apiCall('views.open', { trigger_id: trigger_id ?? 'none', view });

    if (trigger_id === undefined) await expect(opening).rejects.toThrow('invalid_trigger_id');
    else expect(await opening).toMatchObject({ ok: true, view: { callback_id: 'annotate' } });
    expect(proxy.violations).toEqual([]);
  });
});

/** local-slack lets a person press, type and submit, and sends what Slack would, signed. */
describe('a person in local-slack', () => {
  const people = recordedPeople();
  let server: SlackServer;
  let proxy: SlackProxy;
  let app: SlackApp;
  let page: string;

  beforeAll(async () => {
    const port = await freePort();
    server = await localSlack(`http://127.0.0.1:${port}/slack/events`);
    proxy = await startSlackProxy(server);
    page = new URL(server.apiUrl).origin;
    app = slackApp({
      signingSecret: server.signingSecret,
      token: server.token,
      apiUrl: proxy.apiUrl,
      appToken: undefined,
      port,
      commands: ['/shop'],
      routes: [],
      on: people.on,
      report: people.report,
      once: async () => 'first',
    });
    await app.start();
  });
  afterAll(async () => {
    await app.stop();
    await proxy.stop();
    await server.stop();
    expect(proxy.violations).toEqual([]);
    expect(people.refused).toEqual([]);
  });

  const posted = async (): Promise<string> => {
    const chat = slackChat({ token: server.token, apiUrl: proxy.apiUrl, clock: () => NOON });
    const root = await chat.postRoot(incident(), server.channel);
    if (root.kind !== 'posted') throw new Error('expected a root');
    return root.thread.ts;
  };
  const whispered = () => messages(page, server.channel).then((all) => all.filter(({ subtype }) => subtype === 'ephemeral'));

  test('acknowledges with a button', async () => {
    const ts = await posted();
    await pressButton(page, { channel: server.channel, user: 'U0JONAS', ts, actionId: 'acknowledge' });

    expect(await eventually(() => people.asked.findLast(([what]) => what === 'change'))).toEqual([
      'change',
      incident().id,
      { kind: 'acknowledge', by: 'U0JONAS' },
    ]);
  });

  test('is told in private who was first', async () => {
    people.answering(async () => ({ kind: 'refused', incident: acknowledged() }));
    const ts = await posted();
    await pressButton(page, { channel: server.channel, user: 'U0JONAS', ts, actionId: 'acknowledge' });

    const told = await eventually(async () => (await whispered()).find(({ text }) => text.includes('already acknowledged')));
    expect(told).toMatchObject({ ephemeral_to: 'U0JONAS', text: '<@U0MAYA> already acknowledged this, 2026-11-22 14:03 UTC.' });
  });

  test('is told when it takes long, and then that it is done, not before', async () => {
    let save: (changed: Changed) => void = () => undefined;
    people.answering(
      () =>
        new Promise((resolve) => {
          save = resolve;
        }),
    );
    const ts = await posted();
    await pressButton(page, { channel: server.channel, user: 'U0PRIYA', ts, actionId: 'resolve' });
    const said = async () => (await whispered()).flatMap(({ text, ephemeral_to }) => (ephemeral_to === 'U0PRIYA' ? text : []));

    expect(await eventually(async () => (await said()).includes('Working on it …'))).toBe(true);
    expect(await said()).not.toContain('Done.');
    save({ kind: 'changed', incident: resolved() });
    expect(await eventually(async () => (await said()).includes('Done.'))).toBe(true);
  });

  test('writes a note in a form, after a blank one was sent back', async () => {
    people.answering(async () => ({ kind: 'changed', incident: incident() }));
    const ts = await posted();
    await pressButton(page, { channel: server.channel, user: 'U0PRIYA', ts, actionId: 'annotate' });
    const form = await eventually(() => openModal(page));
    const fill = (value: string) =>
      submitModal(page, { user: 'U0PRIYA', values: { field: { value: { type: 'plain_text_input', value } } } });

    expect(form.callback_id).toBe('annotate');
    expect(await fill('   ')).toEqual({ field: 'Please write something.' });
    expect(await fill('Rolled back to v41')).toBeUndefined();
    expect(await eventually(() => people.asked.find(([, , deed]) => Object(deed).kind === 'note'))).toEqual([
      'change',
      incident().id,
      { kind: 'note', by: 'U0PRIYA', text: 'Rolled back to v41' },
    ]);
  });

  test('is told when the note could not be saved', async () => {
    people.answering(async () => {
      throw new Error('Redis is away');
    });
    const ts = await posted();
    await pressButton(page, { channel: server.channel, user: 'U0PRIYA', ts, actionId: 'annotate' });
    await eventually(() => openModal(page));
    await submitModal(page, { user: 'U0PRIYA', values: { field: { value: { type: 'plain_text_input', value: 'x' } } } });

    const told = await eventually(async () =>
      (await replies(page, server.channel, ts)).find(({ text }) => text.includes('could not confirm')),
    );
    expect(told).toMatchObject({ ephemeral_to: 'U0PRIYA' });
  });

  test('asks for a trace and sees at once that it is looked for', async () => {
    people.answering(async () => ({ kind: 'changed', incident: incident() }));
    await runCommand(page, {
      channel: server.channel,
      user: 'U0MAYA',
      command: '/trace',
      text: '5759e988bd862e3fe1be46a994272793',
    });

    expect(await eventually(() => people.asked.some(([what]) => what === 'trace'))).toBe(true);
    expect((await whispered()).some(({ text }) => text.startsWith('Looking for trace `1-5759e988-'))).toBe(true);
  });

  test('uses a further command and hears back', async () => {
    await runCommand(page, { channel: server.channel, user: 'U0MAYA', command: '/shop', text: 'buy' });

    expect(await eventually(async () => (await whispered()).find(({ text }) => text === '*/shop* heard buy'))).toMatchObject({
      ephemeral_to: 'U0MAYA',
    });
  });
});
