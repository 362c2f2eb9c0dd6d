import type { Redis } from 'ioredis';
import type { Examined } from '../ledger.ts';
import { EXAMINE, Examine } from '../work.ts';
import { forgetOldExaminations } from './examinations.ts';
import { keys } from './keys.ts';
import { QUEUE_PREFIX } from './queue.ts';
import { pipelined } from './scripts.ts';

/** BullMQ's own. https://docs.bullmq.io/guide/architecture */
const key = (what: string): string => `${QUEUE_PREFIX}:${EXAMINE}:${what}`;

/** Of all processes together: what was asked for, by what we wrote down, and what waits or failed, by what the queue has. */
export async function readExamined(redis: Redis): Promise<Examined> {
  const [, closed, open, waiting, active, delayed, failed] = await pipelined(redis, [
    forgetOldExaminations,
    ['hmget', keys.examinations, 'asked', 'counted', 'muted', 'healthy', 'forgotten'],
    ['zcard', keys.openExaminations],
    ['llen', key('wait')],
    ['llen', key('active')],
    ['zcard', key('delayed')],
    ['zrange', key('failed'), 0, -1],
  ]);
  const [asked = 0, counted = 0, muted = 0, healthy = 0, forgotten = 0] = numbers(closed);
  const givenUp = await stillOpen(redis, Array.isArray(failed) ? failed.map(String) : []);
  const left = Number(open) - givenUp;
  const underWay = Math.min(left, Number(waiting) + Number(active) + Number(delayed));
  return { asked, counted, muted, healthy, givenUp, forgotten, underWay, lost: left - underWay };
}

const numbers = (fields: unknown): readonly number[] => (Array.isArray(fields) ? fields.map(Number) : []);

/** Traces of these jobs of which nothing came since: one that said more later was examined again. */
async function stillOpen(redis: Redis, jobs: readonly string[]): Promise<number> {
  const payloads = await pipelined(
    redis,
    jobs.map((id) => ['hget', key(id), 'data']),
  );
  const traces = new Set(payloads.flatMap((json) => Examine.safeParse(JSON.parse(String(json))).data?.traceId ?? []));
  if (traces.size === 0) return 0;
  const [openedAt] = await pipelined(redis, [['zmscore', keys.openExaminations, ...traces]]);
  return Array.isArray(openedAt) ? openedAt.filter((at) => at !== null).length : 0;
}
