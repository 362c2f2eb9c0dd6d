import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { startBot } from '../src/bot.ts';
import type { Config } from '../src/config.ts';
import { logger } from '../src/log.ts';
import type { World } from '../src/ports.ts';
import { fitnessOf } from '../src/redis/fitness.ts';
import { redisQueryBudget } from '../src/redis/query-budget.ts';
import { openWorld } from '../src/world.ts';
import { readRules } from './start-rules.ts';
import { openStudio } from './start-studio.ts';
import { startWorkers } from './worker.ts';

/** The two production processes, apart or in one. */
export async function serve(
  config: Config,
  roles: readonly ('bot' | 'worker')[],
): Promise<{ readonly close: () => Promise<void> }> {
  const log = logger();
  const { slack, port, redisUrl, aws, otlpTokens, otlpRate, metricsToken } = config;
  const rules = await readRules(config.rules, slack.channel);
  const { world, prompt, patient, close } = openWorld({ redisUrl, slack, log, rules });
  const fitness = await fitnessOf(patient);
  for (const { what, state } of fitness) if (state === 'noted') log.warn(`Redis ${what}`);
  const faults = fitness.flatMap(({ what, state }) => (state === 'missing' ? [`Redis: ${what}`] : []));
  if (faults.length > 0) {
    await close();
    throw new Error(faults.join('\n'));
  }
  const studio = roles.includes('worker') ? openStudio({ redisUrl, log }) : undefined;
  const workers =
    studio &&
    startWorkers({ ...world, studio, ...(await awsPorts(config, { redis: prompt, clock: world.clock, log })) }, patient, log);
  const bot = roles.includes('bot')
    ? await startBot({ slack, port, otlpTokens, otlpRate, metricsToken, aws, world, redis: prompt, log })
    : undefined;
  log.info({ roles, port: bot?.port }, 'started');
  return {
    close: async () => {
      await bot?.close();
      await workers?.close();
      await studio?.close();
      await close();
      log.info('stopped');
    },
  };
}

/** Loaded only where it is switched on: the SDK is large, and a process without it needs no credential. */
async function awsPorts(
  { awsCalls }: Config,
  { redis, clock, log }: { readonly redis: Redis; readonly clock: World['clock']; readonly log: Logger },
): Promise<Pick<World, 'archive' | 'bus'>> {
  if (!awsCalls.pull && awsCalls.eventBus === undefined) return {};
  const { openAws } = await import('../src/aws/open-aws.ts');
  const opened = openAws(awsCalls, redisQueryBudget(redis), clock);
  // Not awaited: whoever may ask AWS works without it too.
  opened.archive?.ready().then(
    (found) => log.info(found, 'AWS may be asked for what is missing'),
    (error: unknown) => log.warn({ err: error }, 'AWS cannot be asked for what is missing: tracefall doctor says more'),
  );
  return opened;
}
