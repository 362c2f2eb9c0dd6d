import { DelayedError, type Job, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { World } from '../src/ports.ts';
import { backoffMs, QUEUE_PREFIX } from '../src/redis/queue.ts';
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
  REVISIT,
  Revisit,
  STORM,
  TellStorm,
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
import { tellStorm } from './tell-storm.ts';
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
const MOST_STARTS = 10_000;

/** While a new version is rolled out, old workers see its jobs: they leave them to the new ones. */
const FOR_A_NEWER_WORKER: JobOutcome = { againInMs: 15_000 };

export type Workers = { readonly close: () => Promise<void> };

/** Runs every kind of job until closed; `close` lets those that run finish. */
export function startWorkers(world: World, redis: Redis, log: Logger): Workers {
  const workers = [
    run({ queue: EXAMINE, schema: Examine, job: (data) => examine(data, world) }, redis, log),
    run({ queue: ANNOUNCE, schema: Announce, job: (data) => announce(data, world) }, redis, log),
    run({ queue: ANSWER, schema: Answer, job: (data) => answer(data, world) }, redis, log),
    run({ queue: LEARN, schema: Learn, job: (data) => learn(data, world) }, redis, log),
    run({ queue: REVISIT, schema: Revisit, job: (data) => revisit(data, world) }, redis, log),
    run({ queue: STORM, schema: TellStorm, job: (data) => tellStorm(data, world) }, redis, log),
    run({ queue: GATHER, schema: Gather, job: (data) => gather(data, world) }, redis, log),
    run({ queue: HOME, schema: Home, job: (data) => showHome(data, world) }, redis, log),
    run({ queue: UNFURL, schema: Unfurl, job: (data) => unfurl(data, world) }, redis, log),
    run({ queue: PUBLISH, schema: Publish, job: (data) => publish(data, world) }, redis, log),
  ];
  return {
    close: async () => {
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
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

type Line<S extends z.ZodType> = {
  readonly queue: string;
  readonly schema: S;
  readonly job: (data: z.output<S>) => Promise<JobOutcome>;
};

function run<S extends z.ZodType>({ queue, schema, job }: Line<S>, redis: Redis, log: Logger): Worker {
  const walk = async (bull: Job, token?: string): Promise<void> => {
    const read = schema.safeParse(bull.data);
    if (!read.success && !isNewer(bull.data))
      throw new UnrecoverableError(`payload of ${queue} ${bull.id}: ${read.error.message}`);
    const outcome = read.success ? await restrained(() => job(read.data)) : FOR_A_NEWER_WORKER;
    if (outcome === 'done') return;
    if (bull.attemptsStarted > MOST_STARTS) throw new UnrecoverableError(`${queue} ${bull.id} was put off ${MOST_STARTS} times`);
    // Not a failure: it waits without using up one of its attempts.
    await bull.moveToDelayed(Date.now() + outcome.againInMs, token);
    throw new DelayedError();
  };
  const worker = new Worker(queue, walk, {
    connection: redis,
    prefix: QUEUE_PREFIX,
    concurrency: CONCURRENCY,
    maxStalledCount: MAX_STALLED,
    lockDuration: LOCK_MS,
    stalledInterval: LOCK_MS / 2,
    settings: { backoffStrategy: backoffMs },
  });
  worker.on('error', (error) => log.error({ err: error, queue }, 'worker'));
  worker.on('failed', (failed, error) => {
    const what = failed?.finishedOn === undefined ? 'job failed' : 'job given up: tracefall replay';
    log.error({ err: error, queue, job: failed?.id, attempt: failed?.attemptsMade }, what);
  });
  worker.on('completed', (done) =>
    log.info({ queue, job: done.id, took_ms: Date.now() - (done.processedOn ?? Date.now()) }, 'job done'),
  );
  return worker;
}
