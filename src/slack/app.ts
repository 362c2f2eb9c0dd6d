import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Receiver } from '@slack/bolt';
import { App, SocketModeReceiver } from '@slack/bolt';
import type { Once } from '../ports.ts';
import { clientOptions, silent, slackClients } from './client.ts';
import { takeCommands } from './commands.ts';
import { guard } from './guard.ts';
import { guestsOf } from './guests.ts';
import { takeHabits } from './habits.ts';
import { takeHome } from './home.ts';
import { boltInteractions } from './interactions.ts';
import { takeLinks } from './links.ts';
import type { People, Report } from './people.ts';
import { takePresses } from './presses.ts';
import { EVENTS_PATH, signedReceiver } from './receiver.ts';
import type { Route } from './routes.ts';
import { routed } from './routes.ts';
import { sealingClient, viewSeal } from './sealed-views.ts';
import { EVERYBODY, type Welcome } from './strangers.ts';

export type SlackAppOptions = {
  /** undefined in Socket Mode only. */
  readonly signingSecret: string | undefined;
  /** The one before, while both are good. */
  readonly previousSecret?: string | undefined;
  /** Refuses what was sent before. */
  readonly once: Once;
  readonly welcome?: Welcome;
  readonly token: string;
  /** undefined: Slack's own. */
  readonly apiUrl: string | undefined;
  /** Socket Mode instead of HTTP. */
  readonly appToken: string | undefined;
  /** 0: any free one. */
  readonly port: number;
  /** undefined: every interface. */
  readonly host?: string | undefined;
  /** Slash commands besides `/trace`. */
  readonly commands: readonly string[];
  /** What else the port serves. */
  readonly routes: readonly Route[];
  readonly on: People;
  readonly report: Report;
};

/**
 * Longer than a load balancer keeps an idle connection (60 s): else it sends a request down one that was just closed, and answers 502.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html#connection-idle-timeout
 */
const KEEP_ALIVE_MS = 75_000;

export type SlackApp = {
  /** Resolves to the port when everything can arrive. */
  start(): Promise<number>;
  /** Takes nothing new and resolves when what is running has been answered. */
  stop(): Promise<void>;
};

/** The door through which people come in. Throws at once on an empty signing secret. */
export function slackApp(options: SlackAppOptions): SlackApp {
  const { apiUrl, on, report, token } = options;
  const entry = options.appToken === undefined ? httpEntry(options) : socketEntry(options, options.appToken);
  const app = new App({
    receiver: entry.receiver,
    // No auth.test on the way in: one token, one workspace, and a slow Slack must not cost the three seconds.
    authorize: async () => ({ botToken: token }),
    convoStore: false,
    logger: silent,
    clientOptions: clientOptions(apiUrl),
  });
  app.error(async (error) => report.failed(error, 'a request of Slack'));
  const seal = viewSeal([options.signingSecret ?? token, options.previousSecret ?? token]);
  const { interactive, posting } = slackClients(token, apiUrl);
  const client = sealingClient(interactive, seal);
  guard(app, { seal, welcome: options.welcome ?? EVERYBODY, isGuest: guestsOf(posting), apiUrl, report });
  const desk = { app: boltInteractions(app), client, apiUrl, on, report };
  takePresses(desk);
  takeHabits(desk);
  takeHome(desk);
  takeLinks(desk);
  takeCommands(desk, options.commands);

  const handler = routed([...entry.routes, ...options.routes], report);
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, handler);
  return {
    start: async () => {
      const port = await listening(server, options);
      await entry.connect();
      return port;
    },
    stop: async () => {
      await entry.disconnect();
      await closed(server);
    },
  };
}

type Entry = {
  readonly receiver: Receiver;
  readonly routes: readonly Route[];
  readonly connect: () => Promise<unknown>;
  readonly disconnect: () => Promise<unknown>;
};

const nothing = async (): Promise<void> => undefined;

function httpEntry({ signingSecret, previousSecret, once, report }: SlackAppOptions): Entry {
  const { receiver, listener } = signedReceiver({ secrets: [signingSecret, previousSecret], once }, report);
  return { receiver, routes: [{ path: EVENTS_PATH, method: 'POST', handler: listener }], connect: nothing, disconnect: nothing };
}

function socketEntry({ apiUrl, report }: SlackAppOptions, appToken: string): Entry {
  const receiver = new SocketModeReceiver({
    appToken,
    logger: silent,
    installerOptions: { clientOptions: apiUrl === undefined ? {} : { slackApiUrl: apiUrl } },
    processEventErrorHandler: async ({ error }) => {
      report.failed(error, 'a request of Slack');
      return false;
    },
  });
  return { receiver, routes: [], connect: () => receiver.start(), disconnect: () => receiver.stop() };
}

function listening(server: Server, { port, host }: Pick<SlackAppOptions, 'port' | 'host'>): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // A TCP server's address is an object; a string only comes from a pipe.
    server.listen({ port, ...(host !== undefined && { host }) }, () => resolve((server.address() as AddressInfo).port));
  });
}

/** What has not been answered this long after the stop will not be. */
const ANSWER_WITHIN_MS = 10_000;

function closed(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error && 'code' in error && error.code !== 'ERR_SERVER_NOT_RUNNING' ? reject(error) : resolve()));
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), ANSWER_WITHIN_MS).unref();
  });
}
