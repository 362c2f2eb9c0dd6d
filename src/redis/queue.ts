import { Queue as BullQueue, type JobsOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Queue } from '../ports.ts';
import { ANNOUNCE, ANSWER, EXAMINE, GATHER, PUBLISH } from '../work.ts';
import { INCIDENTS_TTL_MS } from './keys.ts';

/** All of BullMQ's keys begin with this. */
export const QUEUE_PREFIX = 'tf:queue';

/** Tries over about a day: Slack may be away for hours, and nothing accepted is lost. */
const ATTEMPTS = 300;
const LONGEST_BACKOFF_MS = 5 * 60_000;
/** Failed jobs stay to be read. */
const FAILED_KEPT = { age: 14 * 24 * 3_600, count: 10_000 };

/** Evidence that could not be had in some minutes is not worth more calls. */
const GATHER_ATTEMPTS = 3;
/** A job of that id is not taken again while it is kept: for as long as its incident may be announced. */
const TOLD_KEPT = { age: INCIDENTS_TTL_MS / 1_000 };

const options: JobsOptions = {
  attempts: ATTEMPTS,
  backoff: { type: 'custom' },
  removeOnComplete: true,
  removeOnFail: FAILED_KEPT,
};

/** 1 s, 2 s, 4 s … five minutes. */
export const backoffMs = (attempt: number): number => Math.min(LONGEST_BACKOFF_MS, 1_000 * 2 ** Math.min(20, attempt - 1));

export type Queues = Queue & { readonly close: () => Promise<void> };

export function redisQueue(redis: Redis, onError: (error: Error) => void): Queues {
  const [examine, announce, answer, gather, publish] = [EXAMINE, ANNOUNCE, ANSWER, GATHER, PUBLISH].map((name) =>
    new BullQueue(name, { connection: redis, prefix: QUEUE_PREFIX, defaultJobOptions: options }).on('error', onError),
  ) as [BullQueue, BullQueue, BullQueue, BullQueue, BullQueue]; // five names in, five queues out
  return {
    // `reschedule` puts it off, `keepLastIfActive` runs it once more when asked while it runs: with neither, that request is lost.
    examine: async (traceId, delayMs) => {
      const deduplication = { id: traceId, reschedule: true, keepLastIfActive: true };
      await examine.add(EXAMINE, { v: 1, traceId }, { delay: delayMs, deduplication });
    },
    // A count may wait for the next one and is not put off by it; what a person did goes at once.
    announce: async (job, delayMs) => {
      const deduplication = { id: job.incidentId, keepLastIfActive: true, ...(delayMs === 0 && { reschedule: true }) };
      await announce.add(ANNOUNCE, job, { delay: delayMs, deduplication });
    },
    answer: async (job) => {
      await answer.add(ANSWER, job, { jobId: job.requestId.replaceAll(':', '-') });
    },
    gather: async (job) => {
      await gather.add(GATHER, job, { jobId: job.traceId, attempts: GATHER_ATTEMPTS });
    },
    publish: async (jobs) => {
      const told = jobs.map((job) => ({
        name: PUBLISH,
        data: job,
        opts: { jobId: `${job.incidentId}-${job.entry}`, removeOnComplete: TOLD_KEPT },
      }));
      await publish.addBulk(told);
    },
    close: async () => {
      await Promise.all([examine, announce, answer, gather, publish].map((queue) => queue.close()));
    },
  };
}
