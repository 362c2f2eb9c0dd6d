import { expect } from 'vitest';
import { slackChat } from '../../src/slack/chat.ts';
import { chatContract } from '../contract/chat.contract.ts';
import { startSlackProxy } from '../world/slack-proxy.ts';
import type { SlackServer } from '../world/slack-servers.ts';
import { emulatedSlack, localSlack } from '../world/slack-servers.ts';
import { NOON } from './samples.ts';

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
