import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { SlackConfig } from './config.ts';
import { intake, type Settling } from './intake.ts';
import type { Metrics } from './metrics.ts';
import { pressure } from './otlp/pressure.ts';
import { type OtlpDoor, receive } from './otlp/receive.ts';
import { type Commands, people } from './people.ts';
import type { World } from './ports.ts';
import { slackApp } from './slack/app.ts';
import type { Route } from './slack/routes.ts';
import { parseOtlp } from './telemetry/otlp.ts';

export type Bot = { readonly port: number; readonly close: () => Promise<void> };

export type BotOptions = {
  readonly slack: SlackConfig;
  readonly port: number;
  /** undefined: every interface. */
  readonly host?: string;
  readonly otlpToken: string | undefined;
  readonly world: World;
  readonly redis: Redis;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly settling?: Settling;
  /** Slash commands besides `/trace`, by name. */
  readonly commands?: Commands;
};

/** Starts the process that people and telemetry talk to: Slack, OTLP/HTTP and what an operator asks, on one port. */
export async function startBot(options: BotOptions): Promise<Bot> {
  const { slack, world, metrics, log, commands = {} } = options;
  const app = slackApp({
    signingSecret: slack.signingSecret?.reveal(),
    token: slack.botToken.reveal(),
    apiUrl: slack.apiUrl,
    appToken: slack.appToken?.reveal(),
    port: options.port,
    host: options.host,
    commands: Object.keys(commands),
    routes: [...telemetryRoutes(options), ...operatorRoutes(options)],
    on: people(world, commands),
    report: {
      refused: (why) => metrics.rejected('slack', why, 1),
      failed: (error, doing) => log.error({ err: error, doing }, 'failed'),
    },
  });
  return { port: await app.start(), close: () => app.stop() };
}

function telemetryRoutes({ otlpToken, world, metrics, log, settling }: BotOptions): readonly Route[] {
  const shared = pressure();
  const door = (signal: OtlpDoor['signal']): OtlpDoor => ({
    signal,
    pressure: shared,
    token: otlpToken,
    parse: (bytes, encoding) => parseOtlp(signal, bytes, encoding),
    take: async (records) => {
      try {
        metrics.kept(await intake(world, records, settling));
      } catch (error) {
        log.error({ err: error, records: records.length }, 'telemetry not kept');
        throw error;
      }
    },
    onRejects: (rejects) => {
      metrics.rejected('otlp', 'unreadable', rejects.length);
      if (rejects[0]) log.warn({ ...rejects[0], of: rejects.length }, 'telemetry rejected');
    },
    onAnswer: (status) => metrics.request('otlp', status),
  });
  return [
    { path: '/v1/traces', method: 'POST', handler: (request, response) => receive(door('Spans'), request, response) },
    { path: '/v1/logs', method: 'POST', handler: (request, response) => receive(door('LogRecords'), request, response) },
  ];
}

function operatorRoutes({ redis, metrics }: BotOptions): readonly Route[] {
  const route = (path: string, handler: Route['handler']): Route => ({ path, method: 'GET', handler });
  return [
    route('/healthz', (_request, response) => void response.end('ok\n')),
    route('/readyz', async (_request, response) => {
      const ready = await redis.ping().then(
        () => true,
        () => false,
      );
      response.writeHead(ready ? 200 : 503).end(ready ? 'ready\n' : 'Redis does not answer\n');
    }),
    route('/metrics', async (_request, response) => {
      response.writeHead(200, { 'content-type': metrics.contentType }).end(await metrics.text());
    }),
  ];
}
