import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { World } from '../src/ports.ts';
import { countGivenUp } from '../src/redis/given-up.ts';
import { toldTroubles } from '../src/redis/troubles.ts';
import {
  ANNOUNCE,
  ANSWER,
  Announce,
  Answer,
  EXAMINE,
  Examine,
  GATHER,
  Gather,
  HOME,
  Home,
  LEARN,
  Learn,
  PUBLISH,
  Publish,
  REVISIT,
  Revisit,
  STORM,
  TellStorm,
  TellTrouble,
  TROUBLE,
  UNFURL,
  Unfurl,
} from '../src/work.ts';
import { announce } from './announce.ts';
import { answer } from './answer.ts';
import { examine } from './examine.ts';
import { gather } from './gather.ts';
import { learn } from './learn.ts';
import { publish } from './publish.ts';
import { revisit } from './revisit.ts';
import { showHome } from './show-home.ts';
import { type Ground, startQueueWorker } from './start-queue-worker.ts';
import { keepRecollection } from './start-recollection.ts';
import { tellStorm } from './tell-storm.ts';
import { tellTrouble } from './tell-trouble.ts';
import { unfurl } from './unfurl.ts';

/** Sources of telemetry are looked at this often, for one that has fallen silent. */
const LOOK_MS = 60_000;

export type Workers = { readonly close: () => Promise<void> };

/** Runs every kind of job until closed; `close` lets those that run finish. */
export function startWorkers(world: World, redis: Redis, log: Logger, lookMs = LOOK_MS): Workers {
  const tell = (of: TellTrouble['of']): void => {
    world.queue.trouble({ v: 1, of }).catch((error: unknown) => log.error({ err: error, of }, 'trouble is not told'));
  };
  const ground: Ground = { redis, log, tell, running: new Set(), isWhole: world.recollection.keep };
  const recollection = keepRecollection(world, log);
  const workers = [
    startQueueWorker({ queue: EXAMINE, schema: Examine, job: (data) => examine(data, world) }, ground),
    startQueueWorker({ queue: ANNOUNCE, schema: Announce, job: (data) => announce(data, world) }, ground),
    startQueueWorker({ queue: ANSWER, schema: Answer, job: (data) => answer(data, world) }, ground),
    startQueueWorker({ queue: LEARN, schema: Learn, job: (data) => learn(data, world) }, ground),
    startQueueWorker({ queue: REVISIT, schema: Revisit, job: (data) => revisit(data, world) }, ground),
    startQueueWorker({ queue: STORM, schema: TellStorm, job: (data) => tellStorm(data, world) }, ground),
    startQueueWorker({ queue: TROUBLE, schema: TellTrouble, job: (data) => tellTrouble(data, world) }, ground),
    startQueueWorker({ queue: GATHER, schema: Gather, job: (data) => gather(data, world) }, ground),
    startQueueWorker({ queue: HOME, schema: Home, job: (data) => showHome(data, world) }, ground),
    startQueueWorker({ queue: UNFURL, schema: Unfurl, job: (data) => unfurl(data, world) }, ground),
    startQueueWorker({ queue: PUBLISH, schema: Publish, job: (data) => publish(data, world) }, ground),
  ];
  // Whoever gave them up may have died before it said so; and nobody says when what was told is forgotten.
  Promise.all([countGivenUp(redis), toldTroubles(redis)]).then(
    ([counts, told]) => [...new Set([...counts.keys(), ...told])].map(tell),
    () => undefined,
  );
  const looks = setInterval(() => {
    const notLooked = (error: unknown): void => log.warn({ err: error }, 'sources of telemetry were not looked at');
    world.troubles.silent().then((sources) => sources.forEach(tell), notLooked);
  }, lookMs);
  return {
    close: async () => {
      clearInterval(looks);
      await recollection.close();
      const closed = Promise.all(workers.map((worker) => worker.close()));
      await Promise.race([closed, over(ground.running).then(() => delay(HAND_BACK_MS))]);
    },
  };
}

/**
 * A worker of BullMQ never closes while its connection is being made anew, also when Redis is back (taskforcesh/bullmq#4656). When what it
 * ran is over it has this long to hand it back; what it could not is done again by another, which does no harm.
 */
const HAND_BACK_MS = 2_000;

async function over(running: ReadonlySet<Promise<void>>): Promise<void> {
  while (running.size > 0) await Promise.allSettled(running);
}
