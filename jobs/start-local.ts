import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { type Bot, startBot } from '../src/bot.ts';
import { type LocalConfig, localConfig, type SlackConfig, slackConfig } from '../src/config.ts';
import { freePort } from '../src/local/free-port.ts';
import { startRedis } from '../src/local/redis.ts';
import { shopCommand } from '../src/local/shop/command.ts';
import { type Shop, startShop } from '../src/local/shop/shop.ts';
import { startLocalSlack } from '../src/local/slack.ts';
import { logger } from '../src/log.ts';
import { Secret } from '../src/secret.ts';
import { openWorld } from '../src/world.ts';
import { readRules } from './start-rules.ts';
import { openStudio } from './start-studio.ts';
import { startWorkers } from './worker.ts';

type Local = {
  readonly slackUrl: string | undefined;
  readonly otlpUrl: string;
  readonly shop: Shop;
  /** Resolves when a part has ended without which nothing works, with which and how. */
  readonly broken: Promise<string>;
  readonly close: () => Promise<void>;
};

type Say = (line: string) => void;
type Part = {
  readonly close: () => Promise<unknown>;
  /** Of a program of its own: resolves when that has ended, wanted or not. */
  readonly ended?: Promise<string>;
};

/**
 * Everything on this machine with no account: what the environment does not name (Redis, Slack) is brought, a sample shop sends telemetry.
 * Throws an Error for people when a part cannot be had; what was started until then is stopped.
 */
async function startLocal({ say, log = logger('warn') }: { say: Say; log?: Logger }): Promise<Local> {
  const local = localConfig();
  const parts: Part[] = [];
  const close = async () => {
    for (const part of parts.splice(0).reverse()) await part.close();
  };
  try {
    const running = await started(local, parts, { say, log });
    const ended = parts.flatMap((part) => part.ended ?? []);
    return { ...running, close, broken: Promise.race(ended) };
  } catch (error) {
    await close();
    throw error;
  }
}

async function started(
  local: LocalConfig,
  parts: Part[],
  { say, log }: { say: Say; log: Logger },
): Promise<Omit<Local, 'close' | 'broken'>> {
  const redisUrl = local.REDIS_URL ?? (await redisOfOurOwn(local, parts, say));
  const port = await freePort(local.PORT);
  const slack = await slackOrOurOwn(local, parts, { say, port });
  const rules = await readRules({ file: local.TRACEFALL_CONFIG }, slack.channel);
  const { world, prompt, patient, close } = openWorld({ redisUrl, slack, log, rules });
  parts.push({ close });
  const studio = openStudio({ redisUrl, log });
  parts.push(studio, startWorkers({ ...world, studio }, patient, log));
  // The shop's faults are switched in Slack too, and Slack's commands arrive at the bot, which must be there before the shop sends.
  const shopped: { shop?: Shop } = {};
  const commands = {
    '/shop': async (text: string) => (shopped.shop ? shopCommand(shopped.shop, text) : 'The shop is not open yet.'),
  };
  const bot: Bot = await startBot({
    slack,
    port,
    host: '127.0.0.1',
    otlpTokens: local.OTLP_TOKEN,
    world,
    redis: prompt,
    log,
    commands,
  });
  parts.push(bot);
  const otlpUrl = `http://127.0.0.1:${bot.port}`;
  const shop = await startShop({ otlpUrl, otlpToken: local.OTLP_TOKEN[0]?.reveal(), onProgress: say });
  shopped.shop = shop;
  parts.push({ close: () => shop.stop() });
  return { slackUrl: slack.url, otlpUrl, shop };
}

async function redisOfOurOwn(local: LocalConfig, parts: Part[], say: Say): Promise<string> {
  const dataDir = join(resolve(local.TRACEFALL_DATA), 'redis');
  const redis = await startRedis({ dataDir, cacheDir: join(resolve(local.TRACEFALL_DATA), 'cache'), onProgress: say });
  parts.push({ close: () => redis.stop(), ended: redis.ended.then((how) => `Redis ended (${how})`) });
  return redis.url;
}

type SlackAtUrl = SlackConfig & { readonly url: string | undefined };

/** A workspace of one's own when the environment has a token, the local one otherwise. */
async function slackOrOurOwn(local: LocalConfig, parts: Part[], { say, port }: { say: Say; port: number }): Promise<SlackAtUrl> {
  if (local.SLACK_BOT_TOKEN !== undefined) return { ...slackConfig(), url: undefined };
  const dataDir = join(resolve(local.TRACEFALL_DATA), 'slack');
  const slack = await startLocalSlack({
    dataDir,
    appUrl: `http://127.0.0.1:${port}/slack/events`,
    binary: local.LOCAL_SLACK,
    onProgress: say,
  });
  parts.push({ close: () => slack.stop(), ended: slack.ended.then((how) => `The local Slack ended (${how})`) });
  return {
    botToken: new Secret(slack.botToken),
    signingSecret: new Secret(slack.signingSecret),
    appToken: undefined,
    apiUrl: slack.apiUrl,
    channel: slack.channel.id,
    url: slack.url,
  };
}

/** `tracefall local`, as a person sees it: addresses first, then a first failing order. */
export async function local(say: Say): Promise<Pick<Local, 'close' | 'broken'>> {
  const running = await startLocal({ say });
  say('');
  if (running.slackUrl !== undefined)
    say(`  Slack   ${running.slackUrl}   channel #incidents: acknowledge, annotate, /trace, /shop help`);
  say(`  Shop    ${running.shop.url}   place orders, break things`);
  say(`  OTLP    ${running.otlpUrl}   your own telemetry: POST /v1/traces, /v1/logs`);
  say('');
  running.shop.break('payment-declines');
  const { traceId } = await running.shop.order();
  running.shop.mend();
  say(`A payment was declined (/trace ${traceId}): its alert is on its way to Slack. Ctrl+C ends everything.`);
  return running;
}
