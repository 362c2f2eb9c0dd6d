import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { receiveEvent, receiveFirehose } from './aws/receive.ts';
import { believed } from './believed.ts';
import type { AwsDoorsConfig, SlackConfig } from './config.ts';
import { doorKeys } from './http/keys.ts';
import { pressure } from './http/pressure.ts';
import { intake, type Settling } from './intake.ts';
import { type Ledger, ledger, type Source } from './ledger.ts';
import { type Metrics, metrics } from './metrics.ts';
import { type OtlpDoor, receive } from './otlp/receive.ts';
import { type Commands, people } from './people.ts';
import type { World } from './ports.ts';
import { type Redactor, redactor } from './redaction/redact.ts';
import { readExamined } from './redis/examined.ts';
import { countGivenUp } from './redis/given-up.ts';
import { type Published, publishing, redisLedger } from './redis/ledgers.ts';
import { redisOnce } from './redis/once.ts';
import { readSeen } from './redis/silences.ts';
import { refusedNames } from './redis/usual-names.ts';
import type { Secret } from './secret.ts';
import { slackApp } from './slack/app.ts';
import { REMEMBERED_SECONDS } from './slack/genuine.ts';
import type { Route } from './slack/routes.ts';

export type Bot = { readonly port: number; readonly close: () => Promise<void> };

export type BotOptions = {
  readonly slack: SlackConfig;
  readonly port: number;
  /** undefined: every interface. */
  readonly host?: string;
  /** Each may send; none: anybody may. */
  readonly otlpTokens: readonly Secret[];
  /** Records a second of each token; undefined: as many as it likes. */
  readonly otlpRate?: number | undefined;
  /** undefined: `/metrics` is open to whoever reaches the port. */
  readonly metricsToken?: Secret | undefined;
  /** undefined: neither door of AWS is there. */
  readonly aws?: AwsDoorsConfig;
  readonly world: Omit<World, 'studio'>;
  readonly redis: Redis;
  readonly log: Logger;
  readonly settling?: Settling;
  /** What must not be kept; by default what is known to be a secret or a person's. */
  readonly redact?: Redactor;
  /** Slash commands besides `/trace`, by name. */
  readonly commands?: Commands;
};

/** It reads every job that was given up, of which there may be ten thousand, and scrapers come as often as they like. */
const EXAMINED_BELIEVED_MS = 45_000;

/** Starts the process that people and telemetry talk to: Slack, OTLP/HTTP and what an operator asks, on one port. */
export async function startBot(options: BotOptions): Promise<Bot> {
  const { slack, world, log, commands = {}, redact = redactor() } = options;
  const books = ledger();
  const examined = believed(EXAMINED_BELIEVED_MS, () => readExamined(options.redis));
  const counts = metrics(books, async () => ({
    examined: await examined(),
    givenUp: await countGivenUp(options.redis),
    refusedNames: await refusedNames(options.redis, world.clock()),
    arrivals: await readSeen(options.redis),
  }));
  const published = publishing(books, redisLedger(options.redis));
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
    routes: [...telemetryRoutes({ ...options, redact, books, counts, published }), ...operatorRoutes({ ...options, counts })],
    on: people(world, commands, redact),
    report: {
      refused: (why) => counts.refused('slack', why),
      failed: (error, doing) => log.error({ err: error, doing }, 'failed'),
    },
  });
  const close = async (): Promise<void> => {
    await app.stop();
    await published.last();
  };
  return { port: await app.start(), close };
}

type Doors = BotOptions & {
  readonly redact: Redactor;
  readonly books: Ledger;
  readonly counts: Metrics;
  readonly published: Published;
};

/** What is pushed, by OpenTelemetry and by AWS: one budget of memory for all of it, one way on. */
function telemetryRoutes(doors: Doors): readonly Route[] {
  const { otlpTokens, otlpRate, aws } = doors;
  const shared = pressure();
  const tokens = doorKeys({ secrets: otlpTokens.map((token) => `Bearer ${token.reveal()}`), rate: otlpRate });
  const otlp = (signal: OtlpDoor['signal'], source: Source): Route['handler'] => {
    const door = { signal, source, keys: tokens, pressure: shared, ...wayOn(doors, 'otlp') };
    return (request, response) => receive(door, request, response);
  };
  const pushed = (secrets: readonly Secret[], source: Source, take: typeof receiveEvent): Route['handler'] => {
    const awsKeys = doorKeys({ secrets: secrets.map((key) => key.reveal()) });
    const door = { source, keys: awsKeys, accounts: aws?.accounts, pressure: shared, ...wayOn(doors, 'aws') };
    return (request, response) => take(door, request, response);
  };
  const post = (path: string, handler: Route['handler']): Route => ({ path, method: 'POST', handler });
  const { eventsKeys = [], firehoseKeys = [] } = aws ?? {};
  return [
    post('/v1/traces', otlp('Spans', 'otlp-traces')),
    post('/v1/logs', otlp('LogRecords', 'otlp-logs')),
    ...(eventsKeys.length > 0 ? [post('/aws/events', pushed(eventsKeys, 'eventbridge', receiveEvent))] : []),
    ...(firehoseKeys.length > 0 ? [post('/aws/firehose', pushed(firehoseKeys, 'firehose', receiveFirehose))] : []),
  ];
}

function wayOn(
  { world, counts, books, published, log, settling, redact }: Doors,
  door: 'otlp' | 'aws',
): Pick<OtlpDoor, 'redact' | 'take' | 'settle' | 'onAnswer'> {
  return {
    redact: redact.rejects,
    take: async (records) => {
      try {
        return await intake(world, records, settling, redact);
      } catch (error) {
        log.error({ err: error, records: records.length }, 'telemetry not kept');
        throw error;
      }
    },
    settle: (source, entry, [first, ...more]) => {
      books.enter(source, entry);
      published.soon();
      if (first) log.warn({ source, ...first, of: 1 + more.length }, 'telemetry rejected');
    },
    onAnswer: (status) => counts.request(door, status),
  };
}

function operatorRoutes({ redis, counts, metricsToken }: Pick<Doors, 'redis' | 'counts' | 'metricsToken'>): readonly Route[] {
  const route = (path: string, handler: Route['handler']): Route => ({ path, method: 'GET', handler });
  const readers = doorKeys({ secrets: metricsToken ? [`Bearer ${metricsToken.reveal()}`] : [] });
  return [
    route('/healthz', (_request, response) => void response.end('ok\n')),
    route('/readyz', async (_request, response) => {
      const ready = await redis.ping().then(
        () => true,
        () => false,
      );
      response.writeHead(ready ? 200 : 503).end(ready ? 'ready\n' : 'Redis does not answer\n');
    }),
    route('/metrics', async (request, response) => {
      if (readers(request.headers.authorization).kind === 'unknown') return void response.writeHead(401).end();
      response.writeHead(200, { 'content-type': counts.contentType }).end(await counts.text());
    }),
  ];
}
