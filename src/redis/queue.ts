import { createHash } from 'node:crypto';
import { Queue as BullQueue, type JobsOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Clock, Queue } from '../ports.ts';
import { fromMillis, toMillis } from '../units.ts';
import { ANNOUNCE, ANSWER, EXAMINE, GATHER, HOME, LEARN, PUBLISH, REVISIT, STORM, TROUBLE, UNFURL } from '../work.ts';
import { openExamination } from './examinations.ts';
import { GIVEN_UP_TTL_MS, INCIDENTS_TTL_MS } from './keys.ts';
import { replicated } from './replicated.ts';

/** All of BullMQ's keys begin with this. */
export const QUEUE_PREFIX = 'tf:queue';

/** Tries over about a day: Slack may be away for hours, and nothing accepted is lost. */
const ATTEMPTS = 5_800;
/** What waits for Slack is told within a minute of its return; while it is away, `pace` lets one a second of a channel ask. */
const LONGEST_BACKOFF_MS = 15_000;
const FAILED_KEPT = { age: GIVEN_UP_TTL_MS / 1_000, count: 10_000 };

/** To examine takes nothing but Redis, and however long that is away costs one try: what fails for eight minutes will not succeed. */
const EXAMINE_ATTEMPTS = 36;
/** Nobody looks for a preview or a tab later. */
const LOOKED_AT_ATTEMPTS = 3;
/** Evidence that could not be had in some minutes is not worth more calls. */
const GATHER_ATTEMPTS = 3;
/** What goes wrong seldom goes wrong once: told together. */
const TROUBLE_GATHERS_MS = 5_000;
/** A job of that id is not taken again while it is kept: for as long as its incident may be announced. */
const TOLD_KEPT = { age: INCIDENTS_TTL_MS / 1_000 };

const options: JobsOptions = {
  attempts: ATTEMPTS,
  backoff: { type: 'custom' },
  removeOnComplete: true,
  removeOnFail: FAILED_KEPT,
};

/** 1 s, 2 s, 4 s … 15 s. */
export const backoffMs = (attempt: number): number => Math.min(LONGEST_BACKOFF_MS, 1_000 * 2 ** Math.min(20, attempt - 1));

/**
 * What learning costs at most: one lesson a minute for each entry operation, which reads one transaction and adds its counts in one
 * script; asking for it is one more write to Redis a minute for each entry operation in each process, not one a transaction.
 */
const LESSON_EVERY_MS = 60_000;
/** Late spans and the longest wait for an examination are over then. */
const LESSON_DELAY_MS = 45_000;
/** Entry operations remembered in this process; beyond it the memory starts anew, and the queue itself still lets one a minute through. */
const ENTRIES_REMEMBERED = 10_000;

/** Says of each name that it is its turn, at most once in so many milliseconds. */
function everySoOften(everyMs: number): (name: string) => boolean {
  const turns = new Map<string, number>();
  return (name) => {
    const now = performance.now();
    if (now - (turns.get(name) ?? -Infinity) < everyMs) return false;
    if (turns.size >= ENTRIES_REMEMBERED) turns.clear();
    turns.set(name, now);
    return true;
  };
}

export type Queues = Queue & { readonly close: () => Promise<void> };

const wallClock: Clock = () => fromMillis(Date.now());

export function redisQueue(redis: Redis, onError: (error: Error, queue?: string) => void, clock = wallClock): Queues {
  // BullMQ waits by wall clocks. Of one that is ahead a job would come late; too early does no harm: who runs it asks the time again.
  const after = (delay: number): JobsOptions => ({ delay, timestamp: Math.min(Date.now(), Math.round(toMillis(clock()))) });
  const opened: BullQueue[] = [];
  const open = (name: string): BullQueue => {
    const queue = new BullQueue(name, { connection: redis, prefix: QUEUE_PREFIX, defaultJobOptions: options });
    opened.push(queue.on('error', (error) => onError(error, name)));
    return queue;
  };
  const [examine, announce, answer, learn] = [open(EXAMINE), open(ANNOUNCE), open(ANSWER), open(LEARN)];
  const [revisit, storm, home, trouble] = [open(REVISIT), open(STORM), open(HOME), open(TROUBLE)];
  const isDue = everySoOften(LESSON_EVERY_MS);
  const safe = replicated(redis);
  return {
    // `reschedule` puts it off, `keepLastIfActive` runs it once more when asked while it runs: with neither, that request is lost.
    examine: async (traceId, delayMs) => {
      const deduplication = { id: traceId, reschedule: true, keepLastIfActive: true };
      await openExamination(redis, traceId);
      await examine.add(EXAMINE, { v: 1, traceId }, { ...after(delayMs), deduplication, attempts: EXAMINE_ATTEMPTS });
      // The sender is told next that we have it.
      await safe();
    },
    // A count may wait for the next one and is not put off by it; what a person did goes at once.
    announce: async (job, delayMs) => {
      const deduplication = { id: job.incidentId, keepLastIfActive: true, ...(delayMs === 0 && { reschedule: true }) };
      await announce.add(ANNOUNCE, job, { ...after(delayMs), deduplication });
    },
    answer: async (job) => {
      await answer.add(ANSWER, job, { jobId: job.requestId.replaceAll(':', '-') });
    },
    learn: async (job) => {
      if (!isDue(job.entry)) return;
      const deduplication = { id: createHash('sha256').update(job.entry).digest('base64url'), ttl: LESSON_EVERY_MS };
      await learn.add(LEARN, job, { delay: LESSON_DELAY_MS, deduplication, attempts: 3, removeOnFail: true });
    },
    revisit: async (job, delayMs) => {
      const deduplication = { id: `${job.why} ${job.incidentId}`, replace: true, keepLastIfActive: true };
      await revisit.add(REVISIT, job, { ...after(delayMs), deduplication });
    },
    storm: async (job, delayMs) => {
      await storm.add(STORM, job, { ...after(delayMs), deduplication: { id: job.stormId, keepLastIfActive: true } });
    },
    // Whoever was given up is told of here: if this cannot be told, the log and the doctor say it.
    trouble: async (job) => {
      const deduplication = { id: job.of, keepLastIfActive: true };
      await trouble.add(TROUBLE, job, { delay: TROUBLE_GATHERS_MS, deduplication, removeOnFail: true });
    },
    home: async (job) => {
      const deduplication = { id: job.user, keepLastIfActive: true };
      await home.add(HOME, job, { deduplication, attempts: LOOKED_AT_ATTEMPTS, removeOnFail: true });
    },
    ...onceEach(open(GATHER), open(PUBLISH), open(UNFURL)),
    close: async () => {
      await Promise.all(opened.map((queue) => queue.close()));
    },
  };
}

/** What is done once for what it is about, however often it is asked. */
const onceEach = (gather: BullQueue, publish: BullQueue, unfurl: BullQueue): Pick<Queue, 'gather' | 'publish' | 'unfurl'> => ({
  unfurl: async (job) => {
    await unfurl.add(UNFURL, job, { jobId: `${job.channel}-${job.ts}`, attempts: LOOKED_AT_ATTEMPTS });
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
});
