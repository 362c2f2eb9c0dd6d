import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../eventually.ts';
import type { Fault } from '../world/slack-proxy.ts';
import { judge } from './oracle.ts';
import type { Plant } from './plant.ts';
import { failOnce, type Sent } from './workload.ts';

/** How often each is measured. */
export type Measured = { readonly redis: number; readonly halfOpen: number; readonly slack: number };

/** Seconds until the plant worked again: after Redis was back, after its connections fell silent, after Slack was back. */
export type Recoveries = Readonly<Record<keyof Measured, readonly number[]>>;

/** What is promised of each, in seconds. */
export const RECOVERED_WITHIN_S: Readonly<Record<keyof Measured, number>> = { redis: 5, halfOpen: 12, slack: 60 };

/** One by one while transactions fail, when nobody is killed any more: a process that starts anew would hide what another waits for. */
export async function recoveries(plant: Plant, wanted: Measured, sent: Sent): Promise<Recoveries> {
  return {
    redis: await times(wanted.redis, () => afterRedis(plant, sent)),
    halfOpen: await times(wanted.halfOpen, () => afterHalfOpen(plant, sent)),
    slack: await times(wanted.slack, () => afterSlack(plant, sent)),
  };
}

async function times(count: number, measure: () => Promise<number>): Promise<readonly number[]> {
  const all: number[] = [];
  while (all.length < count) all.push(Math.round(await measure()) / 1_000);
  return all;
}

const AWAY_MS = 1_500;

async function afterRedis(plant: Plant, sent: Sent): Promise<number> {
  const server = plant.redis.primary();
  await server.kill();
  await delay(AWAY_MS);
  await server.start();
  return await untilWork(plant, sent, performance.now());
}

/** What was answered before may be read later than this by a starved process only. */
const SILENT_MS = 1_000;

async function afterHalfOpen(plant: Plant, sent: Sent): Promise<number> {
  const began = performance.now();
  plant.wire.halfOpen();
  await delay(SILENT_MS);
  return await untilWork(plant, sent, began);
}

/** It is not waited for longer. */
const GIVE_UP_MS = 120_000;

/** Until a failing transaction is accepted and every worker has done a job. */
async function untilWork({ botUrl, mortals }: Plant, sent: Sent, began: number): Promise<number> {
  const workers = mortals.filter(({ role }) => role === 'worker').map((worker) => ({ worker, before: worker.jobsDone() }));
  const isAtWork = (): boolean => workers.every(({ worker, before }) => worker.jobsDone() > before);
  await Promise.race([
    Promise.all([failOnce(botUrl, sent), eventually(isAtWork, { withinMs: GIVE_UP_MS }).catch(() => undefined)]),
    delay(GIVE_UP_MS, undefined, { ref: false }),
  ]);
  return performance.now() - began;
}

const OUT: Fault = { when: 'before', how: { status: 503 } };
const OUTAGE_MS = 20_000;
const LOOK_MS = 250;

/** Until everything that failed before it was back has its thread and its picture. */
async function afterSlack({ slackProxy, workspace }: Plant, sent: Sent): Promise<number> {
  slackProxy.failWith(() => OUT);
  await delay(OUTAGE_MS);
  slackProxy.failWith(undefined);
  const began = performance.now();
  const waiting = new Map(sent);
  for (;;) {
    const { lost, lostPictures } = await judge(workspace, waiting);
    const tookMs = performance.now() - began;
    if ((lost.length === 0 && lostPictures.length === 0) || tookMs > GIVE_UP_MS) return tookMs;
    await delay(LOOK_MS);
  }
}
