import { setTimeout as delay } from 'node:timers/promises';
import { DelayedError, type Job, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { World } from '../src/ports.ts';
import { redactor } from '../src/redaction/redact.ts';
import { countGivenUp } from '../src/redis/given-up.ts';
import { outageLog } from '../src/redis/outage-log.ts';
import { backoffMs, QUEUE_PREFIX } from '../src/redis/queue.ts';
import { toldTroubles } from '../src/redis/troubles.ts';
import { RateLimited } from '../src/slack/errors.ts';
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
  isNewer,
  LEARN,
  Learn,
  PUBLISH,
  Publish,
  type QueueName,
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
import type { JobOutcome } from './outcome.ts';
import { publish } from './publish.ts';
import { revisit } from './revisit.ts';
import { showHome } from './show-home.ts';
import { keepRecollection } from './start-recollection.ts';
import { tellStorm } from './tell-storm.ts';
import { tellTrouble } from './tell-trouble.ts';
import { unfurl } from './unfurl.ts';

/** A job outlives this many crashes of its workers; BullMQ's default of 1 gives it up at the second. */
const MAX_STALLED = 100;
/** At once in one process, of each kind: nearly all of the time a job waits, for Redis, for Slack or for the studio, which has threads of its own. */
const CONCURRENCY = 8;
/** A dead worker's jobs are taken up again after one and a half times this; running one twice does no harm. */
const LOCK_MS = 6_000;

/**
 * A job that is put off again and again is stuck: better in the failed set, to be read, than for ever at it. While Slack is away for a
 * day, a job is put off until its turn before each of its tries.
 */
const MOST_STARTS = 20_000;

/** While a new version is rolled out, old workers see its jobs: they leave them to the new ones. */
const FOR_A_NEWER_WORKER: JobOutcome = { againInMs: 15_000 };

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
    run({ queue: EXAMINE, schema: Examine, job: (data) => examine(data, world) }, ground),
    run({ queue: ANNOUNCE, schema: Announce, job: (data) => announce(data, world) }, ground),
    run({ queue: ANSWER, schema: Answer, job: (data) => answer(data, world) }, ground),
    run({ queue: LEARN, schema: Learn, job: (data) => learn(data, world) }, ground),
    run({ queue: REVISIT, schema: Revisit, job: (data) => revisit(data, world) }, ground),
    run({ queue: STORM, schema: TellStorm, job: (data) => tellStorm(data, world) }, ground),
    run({ queue: TROUBLE, schema: TellTrouble, job: (data) => tellTrouble(data, world) }, ground),
    run({ queue: GATHER, schema: Gather, job: (data) => gather(data, world) }, ground),
    run({ queue: HOME, schema: Home, job: (data) => showHome(data, world) }, ground),
    run({ queue: UNFURL, schema: Unfurl, job: (data) => unfurl(data, world) }, ground),
    run({ queue: PUBLISH, schema: Publish, job: (data) => publish(data, world) }, ground),
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

/** Among those that run until it is over. */
async function among(running: Set<Promise<void>>, walk: Promise<void>): Promise<void> {
  running.add(walk);
  await walk.finally(() => running.delete(walk));
}

/** When Slack says until when, then until then. */
async function restrained(walk: () => Promise<JobOutcome>): Promise<JobOutcome> {
  try {
    return await walk();
  } catch (error) {
    if (error instanceof RateLimited) return { againInMs: error.retryAfterMs };
    throw error;
  }
}

const isGivenUp = (job: Job | undefined): boolean => job?.finishedOn !== undefined;

/** Reasons are kept, logged and shown, and quote what others wrote. */
async function withoutSecrets<T>(walk: () => Promise<T>): Promise<T> {
  try {
    return await walk();
  } catch (error) {
    for (let each = error, depth = 0; each instanceof Error && depth < CAUSES; each = each.cause, depth++) {
      // Of a DOMException, as of a call that was given up, they cannot be assigned.
      for (const part of ['message', 'stack'] as const)
        if (each[part] !== undefined)
          Object.defineProperty(each, part, { value: redact.text(each[part]), configurable: true, writable: true });
    }
    throw error;
  }
}
/** As many as the log tells. */
const CAUSES = 4;
const redact = redactor();

/** `tell`: that jobs of a queue were given up. */
type Ground = {
  readonly redis: Redis;
  readonly log: Logger;
  readonly tell: (of: QueueName) => void;
  readonly running: Set<Promise<void>>;
  readonly isWhole: () => Promise<boolean>;
};

/** While Redis is not whole these would take what it says for the truth, and tell it over what the roots say. */
const ON_TRUE_MEMORY: ReadonlySet<QueueName> = new Set([EXAMINE, ANNOUNCE, REVISIT, STORM, PUBLISH]);
const UNTIL_RECALLED: JobOutcome = { againInMs: 1_000 };

type Line<S extends z.ZodType> = {
  readonly queue: QueueName;
  readonly schema: S;
  readonly job: (data: z.output<S>) => Promise<JobOutcome>;
};

function run<S extends z.ZodType>({ queue, schema, job }: Line<S>, { redis, log, tell, running, isWhole }: Ground): Worker {
  const walk = async (bull: Job, token?: string): Promise<void> => {
    const read = schema.safeParse(bull.data);
    if (!read.success && !isNewer(bull.data))
      throw new UnrecoverableError(`payload of ${queue} ${bull.id}: ${read.error.message}`);
    const isEarly = ON_TRUE_MEMORY.has(queue) && !(await isWhole());
    const done = (payload: z.output<S>): Promise<JobOutcome> | JobOutcome =>
      isEarly ? UNTIL_RECALLED : restrained(() => job(payload));
    const outcome = read.success ? await done(read.data) : FOR_A_NEWER_WORKER;
    if (outcome === 'done') return;
    if (bull.attemptsStarted > MOST_STARTS) throw new UnrecoverableError(`${queue} ${bull.id} was put off ${MOST_STARTS} times`);
    // Not a failure: it waits without using up one of its attempts.
    await bull.moveToDelayed(Date.now() + outcome.againInMs, token);
    throw new DelayedError();
  };
  const worker = new Worker(
    queue,
    (bull, token) =>
      among(
        running,
        withoutSecrets(() => walk(bull, token)),
      ),
    {
      connection: redis,
      prefix: QUEUE_PREFIX,
      concurrency: CONCURRENCY,
      maxStalledCount: MAX_STALLED,
      lockDuration: LOCK_MS,
      stalledInterval: LOCK_MS / 2,
      settings: { backoffStrategy: backoffMs },
    },
  );
  worker.on('error', (error) => outageLog(log).onError(error, queue));
  worker.on('failed', (failed, error) => {
    const isReplayable = isGivenUp(failed) && failed?.opts.removeOnFail !== true;
    if (isReplayable) tell(queue);
    const after = isGivenUp(failed) ? 'job given up' : 'job failed';
    const what = isReplayable ? 'job given up: tracefall replay' : after;
    log.error({ err: error, queue, job: failed?.id, attempt: failed?.attemptsMade }, what);
  });
  worker.on('completed', (done) =>
    log.info({ queue, job: done.id, took_ms: Date.now() - (done.processedOn ?? Date.now()) }, 'job done'),
  );
  return worker;
}
