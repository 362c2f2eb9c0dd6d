import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Queue } from 'bullmq';
import { redisIncidents } from '../../src/redis/incidents.ts';
import { QUEUE_PREFIX } from '../../src/redis/queue.ts';
import { fromMillis } from '../../src/units.ts';
import { ANNOUNCE, ANSWER, EXAMINE } from '../../src/work.ts';
import { WHOLE } from '../world/hold-proxy.ts';
import { failpointsIn } from './failpoints.ts';
import { isClean, judge, type Verdict } from './oracle.ts';
import { type Plan, planOf, type Size } from './plan.ts';
import { type Plant, startPlant } from './plant.ts';
import { type Failure, fail, failure } from './workload.ts';

/**
 * Kills the production processes and their Redis, cuts their connections and lets Slack answer badly, while transactions fail; then
 * lets them be, waits until all is quiet, and holds what people see against what was sent. Kills only what it started.
 * Prints one line of JSON; ends with 1 when a promise was broken.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    minutes: { type: 'string', default: '3' },
    kills: { type: 'string', default: '60' },
    random: { type: 'string', default: '20' },
    redis: { type: 'string', default: '5' },
    network: { type: 'string', default: '10' },
    slack: { type: 'string', default: '5' },
  },
});
const size: Size = {
  failpointKills: Number(values.kills),
  randomKills: Number(values.random),
  redisKills: Number(values.redis),
  networkFaults: Number(values.network),
  slackFaultsPercent: Number(values.slack),
};
const seed = Number(values.seed);
const deadline = Date.now() + Number(values.minutes) * 60_000;

/** Some transactions fail so often … */
const FAILURE_EACH_MS = 250;
const MOST_TRANSACTIONS = 3;
/** … and every so many times in a new way: a channel takes one message a second, and each thread begins with two. */
const NEW_KIND_EACH = 10;
const REDIS_AWAY_MS = 2_000;
const FAULT_LASTS_MS = 2_000;
/** Everything is over and at rest within this: a doubt about Slack takes 15 s to settle, a dead worker's job 9 s. */
const QUIET_WITHIN_MS = 120_000;

async function main(): Promise<number> {
  const failpoints = await failpointsIn(new URL('../../', import.meta.url).pathname);
  const plan = planOf(seed, size, failpoints);
  const plant = await startPlant({ botDeath: () => plan.nextDeath('bot'), workerDeath: () => plan.nextDeath('worker') });
  const startedAt = Date.now();
  plant.slackProxy.failWith(({ method }) => (method === 'auth.test' ? undefined : plan.slackFault()));
  const faults = { redisKills: 0, network: {} as Record<string, number> }; // counted up below
  const isOver = (): boolean => Date.now() > deadline || (size.failpointKills + size.randomKills > 0 && plan.deathsLeft() === 0);
  const [sent] = await Promise.all([
    workload(plant, plan, isOver),
    repeatedly(size.redisKills, isOver, async () => {
      await plant.redis.kill();
      await delay(plan.chance() * REDIS_AWAY_MS);
      await plant.redis.start();
      faults.redisKills += 1;
    }),
    repeatedly(size.networkFaults, isOver, async () => {
      const fault = plan.networkFault();
      await disturb(plant, fault);
      faults.network[fault] = (faults.network[fault] ?? 0) + 1;
    }),
  ]);
  plant.slackProxy.failWith(undefined);
  for (const mortal of plant.mortals) mortal.spare();
  const calmAt = Date.now();
  const { verdict, queues } = await quiet(plant, sent);
  const kept = await remembered(plant, verdict);
  const recovery_s = (Date.now() - calmAt) / 1_000;
  const passed = await plant.passed();
  const deaths = plant.mortals.flatMap((mortal) => mortal.deaths);
  const accidents = plant.mortals.flatMap((mortal) => mortal.accidents);
  const neverPassed = failpoints.filter((name) => !passed.has(name));
  await plant.stop();
  const broken = {
    ...verdict,
    ...(kept.length > 0 && { kept }),
    ...(queues.length > 0 && { queues }),
    ...(neverPassed.length > 0 && { neverPassed }),
    ...(plant.slackProxy.violations.length > 0 && { violations: [...new Set(plant.slackProxy.violations)] }),
    ...(accidents.length > 0 && { accidents }),
  };
  const isKept = isClean(verdict) && Object.keys(broken).length === Object.keys(verdict).length;
  console.log(
    JSON.stringify({
      seed,
      kept: isKept,
      failpointKills: deaths.filter(({ kind }) => kind === 'failpoint').length,
      randomKills: deaths.filter(({ kind }) => kind === 'moment').length,
      ...faults,
      incidents: sent.size,
      transactions: [...sent.values()].reduce((sum, count) => sum + count, 0),
      slackCalls: plant.slackProxy.calls.length,
      recovery_s,
      took_s: (Date.now() - startedAt) / 1_000,
      ...broken,
    }),
  );
  return isKept ? 0 : 1;
}

async function workload(plant: Plant, { chance }: Plan, isOver: () => boolean): Promise<ReadonlyMap<Failure, number>> {
  const sent = new Map<Failure, number>();
  const kinds: Failure[] = [];
  const confirmed: Promise<void>[] = [];
  for (let n = 0; n === 0 || !isOver(); n += 1) {
    if (n % NEW_KIND_EACH === 0) kinds.push(failure(kinds.length));
    const kind = kinds[Math.floor(chance() ** 2 * kinds.length)] ?? failure(0);
    const count = 1 + Math.floor(chance() * MOST_TRANSACTIONS);
    sent.set(kind, (sent.get(kind) ?? 0) + count);
    for (let each = 0; each < count; each += 1) confirmed.push(fail(plant.botUrl, kind));
    await delay(FAILURE_EACH_MS * 2 * chance());
  }
  for (const mortal of plant.mortals) mortal.spare();
  await Promise.all(confirmed);
  return sent;
}

/** So many times, spread over the run. */
async function repeatedly(times: number, isOver: () => boolean, what: () => Promise<void>): Promise<void> {
  const pause = times === 0 ? 0 : Math.min(10_000, (deadline - Date.now()) / (times * 1.5));
  for (let n = 0; n < times && !isOver(); n += 1) {
    await delay(pause);
    await what();
  }
}

async function disturb({ wire }: Plant, fault: ReturnType<Plan['networkFault']>): Promise<void> {
  if (fault === 'reset') return wire.reset();
  if (fault === 'half-open') return wire.halfOpen();
  if (fault === 'hold') wire.hold();
  if (fault === 'latency') wire.travel({ latencyMs: 300, pieceBytes: WHOLE });
  if (fault === 'slices') wire.travel({ latencyMs: 0, pieceBytes: 7 });
  await delay(FAULT_LASTS_MS);
  if (fault === 'hold') wire.release();
  wire.travel({ latencyMs: 0, pieceBytes: WHOLE });
}

/** Until nothing is left to do and all that people see is right, or too long. */
async function quiet(plant: Plant, sent: ReadonlyMap<Failure, number>): Promise<{ verdict: Verdict; queues: readonly string[] }> {
  const until = Date.now() + QUIET_WITHIN_MS;
  for (;;) {
    const queues = await unfinished(plant);
    const verdict = await judge({ url: plant.slack.url, channel: plant.slack.channel.id }, sent);
    if ((queues.length === 0 && isClean(verdict)) || Date.now() > until) return { verdict, queues };
    await delay(500);
  }
}

/** What Redis knows of the incidents that people see wrongly. */
async function remembered({ redis }: Plant, { wrongCounts }: Verdict): Promise<readonly string[]> {
  if (wrongCounts.length === 0) return [];
  const incidents = await redisIncidents(redis.owner, () => fromMillis(Date.now())).newest(10_000);
  const wrong = incidents.filter(({ alert }) => wrongCounts.some((said) => said.startsWith(`${alert.service}:`)));
  return wrong.map(
    ({ alert, count, version, shown, life }) => `${alert.service}: ${count}, version ${version}, shown ${shown}, ${life.state}`,
  );
}

async function unfinished({ redis }: Plant): Promise<readonly string[]> {
  const all = await Promise.all(
    [EXAMINE, ANNOUNCE, ANSWER].map(async (name) => {
      const queue = new Queue(name, { connection: redis.owner, prefix: QUEUE_PREFIX });
      const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'prioritized', 'failed');
      await queue.close();
      return Object.entries(counts).flatMap(([state, count]) => (count > 0 ? [`${name}: ${count} ${state}`] : []));
    }),
  );
  return all.flat();
}

process.exitCode = await main();
