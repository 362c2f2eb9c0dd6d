import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmulator } from 'emulate';
import { freePort } from '../../src/local/free-port.ts';
import { startLocalSlack } from '../../src/local/slack.ts';

/** A Slack to test against; two of them, made by others than us. */
export type SlackServer = {
  readonly name: string;
  readonly apiUrl: string;
  readonly token: string;
  readonly signingSecret: string;
  readonly channel: string;
  readonly user: string;
  readonly userName: string;
  /** A trigger id that this server takes, where it can give one without a press. */
  triggerId(): Promise<string | undefined>;
  stop(): Promise<void>;
};

/** `appUrl`: where it sends commands and presses. */
export async function localSlack(appUrl = 'http://127.0.0.1:9/slack/events'): Promise<SlackServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tracefall-slack-'));
  const slack = await startLocalSlack({ dataDir, appUrl });
  return {
    name: 'local-slack',
    apiUrl: slack.apiUrl,
    token: slack.botToken,
    signingSecret: slack.signingSecret,
    channel: slack.channel.id,
    ...{ user: 'U0MAYA', userName: 'Maya Okafor' },
    triggerId: async () => undefined,
    stop: async () => {
      await slack.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export async function emulatedSlack(): Promise<SlackServer> {
  const token = 'xoxb-emulated-token';
  const port = await freePort();
  const emulator = await createEmulator({
    service: 'slack',
    port,
    seed: {
      slack: {
        strict_scopes: true,
        oauth_apps: [
          {
            app_id: 'A0TRACEFALL',
            client_id: '1.1',
            client_secret: 'unused',
            name: 'Tracefall',
            redirect_uris: ['http://127.0.0.1/unused'],
            scopes: SCOPES,
          },
        ],
        tokens: [{ token, user: 'admin', scopes: SCOPES, app_id: 'A0TRACEFALL' }],
      },
    },
  });
  const apiUrl = `${emulator.url}/api/`;
  return {
    name: 'emulate',
    apiUrl,
    token,
    signingSecret: 'unused',
    // Its own first channel and user.
    channel: 'C000000001',
    ...{ user: 'U000000001', userName: 'Admin User' },
    triggerId: async () => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const answer = await fetch(`${apiUrl}views.generateTriggerId`, { method: 'POST', headers, body: '{}' });
      const given: unknown = await answer.json();
      return typeof given === 'object' && given !== null && 'trigger_id' in given ? String(given.trigger_id) : undefined;
    },
    stop: () => emulator.close(),
  };
}

/** Exactly those of our manifest: this server answers `missing_scope` to any other method. */
const SCOPES = ['chat:write', 'commands', 'files:write', 'channels:history', 'groups:history', 'users:read'];
