import { expect, test } from 'vitest';
import { slackChat } from '../../src/slack/chat.ts';
import { chatContract } from '../contract/chat.contract.ts';
import { startSlackProxy } from '../world/slack-proxy.ts';
import type { SlackServer } from '../world/slack-servers.ts';
import { emulatedSlack, localSlack } from '../world/slack-servers.ts';
import { incident, NOON } from './samples.ts';

/** The door to Slack, against two servers made by others, with Slack's own limits checked in between. */
for (const [name, start] of [
  ['local-slack', localSlack],
  ['emulate', emulatedSlack],
] as const) {
  chatContract(`Slack, as ${name} plays it`, async () => {
    const server: SlackServer = await start();
    const proxy = await startSlackProxy(server);
    return {
      chat: slackChat({ token: server.token, apiUrl: proxy.apiUrl, clock: () => NOON }),
      channel: server.channel,
      stop: async () => {
        await proxy.stop();
        await server.stop();
        expect(proxy.violations).toEqual([]);
      },
    };
  });
}

test('a root whose metadata Slack does not take is told without its memo', async () => {
  const server = await emulatedSlack();
  const proxy = await startSlackProxy(server);
  try {
    const chat = slackChat({ token: server.token, apiUrl: proxy.apiUrl, clock: () => NOON });
    const body = JSON.stringify({ ok: false, error: 'metadata_too_large' });
    const how = { status: 200, headers: { 'content-type': 'application/json' }, body };
    proxy.failWith(({ args }) => (JSON.stringify(args).includes('memo') ? { when: 'before', how } : undefined));

    const root = await chat.postRoot(incident(), server.channel);
    expect(root.kind).toBe('posted');
    const thread = root.kind === 'posted' ? root.thread : expect.fail();
    expect(await chat.editRoot(incident({ count: 2 }), thread)).toBe('edited');
    expect(await chat.findRoot(incident(), server.channel, NOON)).toEqual(thread);
  } finally {
    await proxy.stop();
    await server.stop();
  }
});
