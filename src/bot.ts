import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { receiveEvent, receiveFirehose } from './aws/receive.ts';
import type { AwsDoorsConfig, SlackConfig } from './config.ts';
import { pressure } from './http/pressure.ts';
import { intake, type Settling } from './intake.ts';
import type { Metrics } from './metrics.ts';
import { type OtlpDoor, receive } from './otlp/receive.ts';
import { type Commands, people } from './people.ts';
import type { World } from './ports.ts';
import { type Redactor, redactor } from './redaction/redact.ts';
import { redisOnce } from './redis/once.ts';
import type { Secret } from './secret.ts';
import { slackApp } from './slack/app.ts';
import { REMEMBERED_SECONDS } from './slack/genuine.ts';
import type { Route } from './slack/routes.ts';
import { parseOtlp } from './telemetry/otlp.ts';

export type Bot = { readonly port: number; readonly close: () => Promise<void> };

export type BotOptions = {
  readonly slack: SlackConfig;
  readonly port: number;
  /** undefined: every interface. */
  readonly host?: string;
  readonly otlpToken: string | undefined;
  /** undefined: neither door of AWS is there. */
  readonly aws?: AwsDoorsConfig;
  readonly world: Omit<World, 'studio'>;
  readonly redis: Redis;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly settling?: Settling;
  /** What must not be kept; by default what is known to be a secret or a person's. */
  readonly redact?: Redactor;
  /** Slash commands besides `/trace`, by name. */
  readonly commands?: Commands;
};

/** Starts the process that people and telemetry talk to: Slack, OTLP/HTTP and what an operator asks, on one port. */
export async function startBot(options: BotOptions): Promise<Bot> {
  const { slack, world, metrics, log, commands = {}, redact = redactor() } = options;
  const app = slackApp({
    signingSecret: slack.signingSecret?.reveal(),
    previousSecret: slack.previousSecret?.reveal(),
    once: redisOnce(options.redis, REMEMBERED_SECONDS),
    ...(slack.welcome && { welcome: slack.welcome }),
    token: slack.botToken.reveal(),
    apiUrl: slack.apiUrl,
    appToken: slack.appToken?.reveal(),
    port: options.port,
    host: options.host,
    commands: Object.keys(commands),
    routes: [...telemetryRoutes({ ...options, redact }), ...operatorRoutes(options)],
    on: people(world, commands, redact),
    report: {
      refused: (why) => metrics.rejected('slack', why, 1),
      failed: (error, doing) => log.error({ err: error, doing }, 'failed'),
    },
  });
  return { port: await app.start(), close: () => app.stop() };
}

type Doors = BotOptions & { readonly redact: Redactor };

/** What is pushed, by OpenTelemetry and by AWS: one budget of memory for all of it, one way on. */
function telemetryRoutes(options: Doors): readonly Route[] {
  const { otlpToken, aws, redact } = options;
  const shared = pressure();
  const otlp = (signal: OtlpDoor['signal']): Route['handler'] => {
    const parse: OtlpDoor['parse'] = (bytes, encoding) => {
      const parsed = parseOtlp(signal, bytes, encoding);
      return { ...parsed, rejects: redact.rejects(parsed.rejects) };
    };
    const door = { signal, token: otlpToken, parse, pressure: shared, ...wayOn(options, 'otlp') };
    return (request, response) => receive(door, request, response);
  };
  const pushed = (key: Secret, take: typeof receiveEvent): Route['handler'] => {
    const door = {
      key: key.reveal(),
      accounts: aws?.accounts,
      redact: redact.rejects,
      pressure: shared,
      ...wayOn(options, 'aws'),
    };
    return (request, response) => take(door, request, response);
  };
  const post = (path: string, handler: Route['handler']): Route => ({ path, method: 'POST', handler });
  return [
    post('/v1/traces', otlp('Spans')),
    post('/v1/logs', otlp('LogRecords')),
    ...(aws?.eventsKey ? [post('/aws/events', pushed(aws.eventsKey, receiveEvent))] : []),
    ...(aws?.firehoseKey ? [post('/aws/firehose', pushed(aws.firehoseKey, receiveFirehose))] : []),
  ];
}

function wayOn(
  { world, metrics, log, settling, redact }: Doors,
  door: 'otlp' | 'aws',
): Pick<OtlpDoor, 'take' | 'onRejects' | 'onAnswer'> {
  return {
    take: async (records) => {
      try {
        metrics.kept(await intake(world, records, settling, redact));
      } catch (error) {
        log.error({ err: error, records: records.length }, 'telemetry not kept');
        throw error;
      }
    },
    onRejects: (rejects) => {
      metrics.rejected(door, 'unreadable', rejects.length);
      if (rejects[0]) log.warn({ ...rejects[0], of: rejects.length }, 'telemetry rejected');
    },
    onAnswer: (status) => metrics.request(door, status),
  };
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
