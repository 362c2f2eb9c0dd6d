import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { SlackConfig } from './config.ts';
import type { Deed } from './incident/life.ts';
import { snoozeEnd } from './incident/snooze.ts';
import { intake, type Settling } from './intake.ts';
import type { Metrics } from './metrics.ts';
import { pressure } from './otlp/pressure.ts';
import { type OtlpDoor, receive } from './otlp/receive.ts';
import type { Changed, World } from './ports.ts';
import { type Redactor, redactor } from './redaction/redact.ts';
import { redisOnce } from './redis/once.ts';
import { slackApp } from './slack/app.ts';
import { REMEMBERED_SECONDS } from './slack/genuine.ts';
import type { People } from './slack/people.ts';
import type { Route } from './slack/routes.ts';
import { parseOtlp } from './telemetry/otlp.ts';
import { between, toMillis } from './units.ts';

export type Bot = { readonly port: number; readonly close: () => Promise<void> };

export type BotOptions = {
  readonly slack: SlackConfig;
  readonly port: number;
  /** undefined: every interface. */
  readonly host?: string;
  readonly otlpToken: string | undefined;
  readonly world: Omit<World, 'studio'>;
  readonly redis: Redis;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly settling?: Settling;
  /** What must not be kept; by default what is known to be a secret or a person's. */
  readonly redact?: Redactor;
  /** Slash commands besides `/trace`, by name. */
  readonly commands?: Readonly<Record<string, (text: string, user: string) => Promise<string>>>;
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

/** Enough for every list that people see. */
const LISTED = 200;

/** A note is written down for good. */
const redacted = (deed: Deed, redact: Redactor): Deed =>
  deed.kind === 'note' ? { ...deed, text: redact.text(deed.text) } : deed;

function people(
  { clock, incidents, queue }: BotOptions['world'],
  commands: NonNullable<BotOptions['commands']>,
  redact: Redactor,
): People {
  const change = async (incidentId: string, deed: Deed): Promise<Changed> => {
    const changed = await incidents.change(incidentId, redacted(deed, redact));
    // Also when it was refused: an earlier press may have been kept and not announced.
    if (changed.kind !== 'unknown') await queue.announce({ v: 1, incidentId }, 0);
    return changed;
  };
  return {
    change,
    snooze: async (incidentId, by, choice, zone = 'UTC') => {
      const now = clock();
      const version = (await incidents.read(incidentId))?.alert.version;
      const until = snoozeEnd(choice, { now, zone, version });
      if (until.kind === 'time') await queue.revisit({ v: 1, why: 'woke', incidentId }, toMillis(between(now, until.at)));
      return await change(incidentId, { kind: 'snooze', by, until });
    },
    inThread: async (thread, deed) => {
      const incident = await incidents.ofThread(thread);
      return incident && (await change(incident.id, deed));
    },
    mute: (incidentId, user) => incidents.mute(incidentId, user),
    unmute: (incidentId) => incidents.unmute(incidentId),
    incidents: () => incidents.newest(LISTED),
    trace: (question) => queue.answer(question),
    command: async (name, text, user) => (await commands[name]?.(text, user)) ?? `There is no ${name} here.`,
  };
}

function telemetryRoutes({
  otlpToken,
  world,
  metrics,
  log,
  settling,
  redact,
}: BotOptions & { redact: Redactor }): readonly Route[] {
  const shared = pressure();
  const door = (signal: OtlpDoor['signal']): OtlpDoor => ({
    signal,
    pressure: shared,
    token: otlpToken,
    parse: (bytes, encoding) => {
      const parsed = parseOtlp(signal, bytes, encoding);
      return { ...parsed, rejects: redact.rejects(parsed.rejects) };
    },
    take: async (records) => {
      try {
        metrics.kept(await intake(world, records, settling, redact));
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
