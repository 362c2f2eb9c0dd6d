import { arch, cpus, release } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { armFailpoints } from './failpoints.ts';
import { inflict } from './faults.ts';
import { isClean } from './oracle.ts';
import { type Plan, planOf } from './plan.ts';
import { type Plant, startPlant } from './plant.ts';
import { atRest, remembered } from './rest.ts';
import { send } from './workload.ts';

/**
 * Kills the production processes and their Redis, takes its memory, its disk, its replica and its connections away and lets Slack answer
 * badly, while transactions fail; then lets them be, waits until all is quiet, and holds what people see against what was sent. Kills
 * only what it started. Prints one line of JSON; ends with 1 when a promise was broken.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    minutes: { type: 'string', default: '3' },
    kills: { type: 'string', default: '60' },
    random: { type: 'string', default: '20' },
    redis: { type: 'string', default: '5' },
    failovers: { type: 'string', default: '0' },
    memory: { type: 'string', default: '0' },
    disk: { type: 'string', default: '0' },
    restarts: { type: 'string', default: '0' },
    network: { type: 'string', default: '10' },
    slack: { type: 'string', default: '5' },
  },
});
const size = {
  failpointKills: Number(values.kills),
  randomKills: Number(values.random),
  slackFaultsPercent: Number(values.slack),
};
const wanted = {
  redisKill: Number(values.redis),
  failover: Number(values.failovers),
  outOfMemory: Number(values.memory),
  diskFull: Number(values.disk),
  restart: Number(values.restarts),
  network: Number(values.network),
};
const seed = Number(values.seed);
const until = Date.now() + Number(values.minutes) * 60_000;

const LOOK_MS = 1_000;
/** What is done in doubt is done 15 s after the doubt, and on a busy machine nobody may live that long while others are killed. */
const UNTIL_ALL_PASSED_MS = 45_000;

const BUILD = new URL('../../', import.meta.url).pathname;
const ARMED = new URL('../../armed/', import.meta.url).pathname;

async function main(): Promise<number> {
  const failpoints = await armFailpoints(BUILD, ARMED);
  const plan = planOf(seed, size, failpoints);
  const startedAt = Date.now();
  const plant = await startPlant({
    program: ARMED,
    botDeath: () => plan.nextDeath('bot'),
    workerDeath: () => plan.nextDeath('worker'),
    isFollowed: wanted.failover > 0,
    hasDisk: wanted.diskFull > 0,
  });
  const { faults, sent, neverPassed } = await endured(plant, plan, size.failpointKills > 0 ? failpoints : []);
  const calmAt = Date.now();
  const { verdict, queues } = await atRest(plant, sent);
  const recovery_s = (Date.now() - calmAt) / 1_000;
  const accidents = plant.mortals.flatMap((mortal) => mortal.accidents);
  const broken = withoutEmpty({
    ...{ kept: await remembered(plant, verdict), queues, neverPassed, accidents },
    violations: [...new Set(plant.slackProxy.violations)],
  });
  await plant.stop();
  const isKept = isClean(verdict) && Object.keys(broken).length === 0;
  const deaths = plant.mortals.flatMap((mortal) => mortal.deaths);
  console.log(
    JSON.stringify({
      ...{ seed, kept: isKept, at: new Date(startedAt).toISOString() },
      failpointKills: deaths.filter(({ kind }) => kind === 'failpoint').length,
      randomKills: deaths.filter(({ kind }) => kind === 'moment').length,
      ...faults,
      stoppedLate: plant.mortals.reduce((sum, { stops }) => sum + stops.late, 0),
      slackFaults: plan.slackFaults(),
      incidents: sent.size,
      transactions: [...sent.values()].reduce((sum, count) => sum + count, 0),
      slackCalls: plant.slackProxy.calls.length,
      recovery_s,
      took_s: (Date.now() - startedAt) / 1_000,
      machine: `${cpus().length} × ${cpus()[0]?.model ?? arch()}, Linux ${release()}, Node ${process.version}`,
      ...verdict,
      broken,
    }),
  );
  return isKept ? 0 : 1;
}

/** Transactions fail and everything else goes wrong, until all of it has happened or the time is over, and every failpoint was passed. */
async function endured(plant: Plant, plan: Plan, failpoints: readonly string[]) {
  plant.slackProxy.failWith(({ method }) => plan.slackFault(method));
  let neverPassed = failpoints;
  let isInflicted = false;
  const isDone = (): boolean => Date.now() > until || (isInflicted && plan.deathsLeft() === 0);
  const isOver = (): boolean => isDone() && (neverPassed.length === 0 || Date.now() > until + UNTIL_ALL_PASSED_MS);
  const inflicted = inflict(plant, wanted, { chance: plan.chance, until, isOver: isDone }).finally(() => {
    isInflicted = true;
  });
  const sending = send(plant, plan.chance, isOver);
  while (!isOver()) {
    await delay(LOOK_MS);
    const passed = await plant.passed();
    neverPassed = neverPassed.filter((name) => !passed.has(name));
    if (isDone()) for (const mortal of plant.mortals) mortal.spare();
  }
  const [faults, sent] = await Promise.all([inflicted, sending]);
  plant.slackProxy.failWith(undefined);
  return { faults, sent, neverPassed };
}

const withoutEmpty = (faults: Readonly<Record<string, readonly string[]>>) =>
  Object.fromEntries(Object.entries(faults).filter(([, found]) => found.length > 0));

process.exitCode = await main();
