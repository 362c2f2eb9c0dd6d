import { DelayedError, type Job, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { withoutSecrets } from '../src/redaction/thrown.ts';
import { outageLog } from '../src/redis/outage-log.ts';
import { backoffMs, QUEUE_PREFIX } from '../src/redis/queue.ts';
import { RateLimited } from '../src/slack/errors.ts';
import { ANNOUNCE, EXAMINE, isNewer, PUBLISH, type QueueName, REVISIT, STORM } from '../src/work.ts';
import type { JobOutcome } from './outcome.ts';

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

/** `tell`: that jobs of a queue were given up. */
export type Ground = {
  readonly redis: Redis;
  readonly log: Logger;
  readonly tell: (of: QueueName) => void;
  readonly running: Set<Promise<void>>;
  readonly isWhole: () => Promise<boolean>;
};

/** While Redis is not whole these would take what it says for the truth, and tell it over what the roots say. */
const ON_TRUE_MEMORY: ReadonlySet<QueueName> = new Set([EXAMINE, ANNOUNCE, REVISIT, STORM, PUBLISH]);
const UNTIL_RECALLED: JobOutcome = { againInMs: 1_000 };

export type Line<S extends z.ZodType> = {
  readonly queue: QueueName;
  readonly schema: S;
  readonly job: (data: z.output<S>) => Promise<JobOutcome>;
};

/** Does the jobs of one queue until it is closed. */
export function startQueueWorker<S extends z.ZodType>(
  { queue, schema, job }: Line<S>,
  { redis, log, tell, running, isWhole }: Ground,
): Worker {
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
