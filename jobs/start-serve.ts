import type { Redis } from 'ioredis';
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
  const rules = await readRules(config.rulesFile, slack.channel);
  const { world, prompt, patient, close } = openWorld({ redisUrl, slack, log, rules });
  const { faults, warnings } = await fitnessOf(patient);
  for (const warning of warnings) log.warn(warning);
  if (faults.length > 0) {
    await close();
    throw new Error(faults.join('\n'));
  }
  const studio = roles.includes('worker') ? openStudio({ redisUrl, log }) : undefined;
  const workers = studio && startWorkers({ ...world, studio, ...(await awsPorts(config, prompt, world.clock)) }, patient, log);
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
async function awsPorts({ awsCalls }: Config, redis: Redis, clock: World['clock']): Promise<Pick<World, 'archive' | 'bus'>> {
  if (!awsCalls.pull && awsCalls.eventBus === undefined) return {};
  const { openAws } = await import('../src/aws/open-aws.ts');
  return openAws(awsCalls, redisQueryBudget(redis), clock);
}
