import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStudio } from '../../jobs/start-studio.ts';
import { startWorkers } from '../../jobs/worker.ts';
import { startBot } from '../../src/bot.ts';
import { freePort } from '../../src/local/free-port.ts';
import { type Shop, startShop } from '../../src/local/shop/shop.ts';
import { type LocalSlack, startLocalSlack } from '../../src/local/slack.ts';
import { logger } from '../../src/log.ts';
import { Secret } from '../../src/secret.ts';
import { type OpenWorld, openWorld } from '../../src/world.ts';
import { testRedisUrl } from '../world/redis.ts';
import { type SlackProxy, startSlackProxy } from '../world/slack-proxy.ts';

/** Node 20 reads no TypeScript: the threads run the build that `npm test` makes first. */
const STUDIO_THREAD = new URL('../../dist/jobs/start-studio-thread.js', import.meta.url);

export type Line = {
  readonly slack: LocalSlack;
  /** Stands between us and Slack and holds every call against Slack's published rules. */
  readonly proxy: SlackProxy;
  readonly shop: Shop;
  readonly botUrl: string;
  readonly open: OpenWorld;
  readonly stop: () => Promise<void>;
};

/** The whole line on real parts: Redis, BullMQ, Bolt over HTTP, a local Slack behind a strict proxy, a shop that exports over OTLP/HTTP. */
export async function startLine(log = logger('warn')): Promise<Line> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tracefall-line-'));
  const port = await freePort();
  const slack = await startLocalSlack({ dataDir, appUrl: `http://127.0.0.1:${port}/slack/events` });
  const proxy = await startSlackProxy(slack);
  const settings = {
    botToken: new Secret(slack.botToken),
    signingSecret: new Secret(slack.signingSecret),
    appToken: undefined,
    apiUrl: proxy.apiUrl,
    channel: slack.channel.id,
  };
  const open = openWorld({ redisUrl: testRedisUrl(), slack: settings, log });
  await open.prompt.flushdb();
  const studio = openStudio({ redisUrl: testRedisUrl(), log, thread: STUDIO_THREAD });
  const workers = startWorkers({ ...open.world, studio }, open.patient, log);
  const bot = await startBot({
    slack: settings,
    port,
    otlpTokens: [new Secret('otlp-secret')],
    world: open.world,
    redis: open.prompt,
    log,
  });
  const botUrl = `http://127.0.0.1:${bot.port}`;
  const shop = await startShop({ otlpUrl: botUrl, otlpToken: 'otlp-secret', ordersPerMinute: 0, visibilityTimeoutMs: 300 });
  return {
    ...{ slack, proxy, shop, botUrl, open },
    stop: async () => {
      await shop.stop();
      await bot.close();
      await workers.close();
      await studio.close();
      await open.close();
      await proxy.stop();
      await slack.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
