import { arch, cpus, release } from 'node:os';
import { parseArgs } from 'node:util';
import { armFailpoints } from './failpoints.ts';
import { inflict } from './faults.ts';
import { isClean } from './oracle.ts';
import { planOf } from './plan.ts';
import { startPlant } from './plant.ts';
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
  plant.slackProxy.failWith(({ method }) => plan.slackFault(method));
  let isInflicted = false;
  const isOver = (): boolean => Date.now() > until || (isInflicted && plan.deathsLeft() === 0);
  const inflicted = inflict(plant, wanted, { chance: plan.chance, until, isOver }).finally(() => {
    isInflicted = true;
  });
  const sent = await send(plant, plan.chance, isOver);
  const faults = await inflicted;
  plant.slackProxy.failWith(undefined);
  const calmAt = Date.now();
  const { verdict, queues } = await atRest(plant, sent);
  const recovery_s = (Date.now() - calmAt) / 1_000;
  const kept = await remembered(plant, verdict);
  const passed = await plant.passed();
  const deaths = plant.mortals.flatMap((mortal) => mortal.deaths);
  const accidents = plant.mortals.flatMap((mortal) => mortal.accidents);
  const late = plant.mortals.reduce((sum, { stops }) => sum + stops.late, 0);
  const neverPassed = size.failpointKills > 0 ? failpoints.filter((name) => !passed.has(name)) : [];
  await plant.stop();
  const broken = {
    ...(kept.length > 0 && { kept }),
    ...(queues.length > 0 && { queues }),
    ...(neverPassed.length > 0 && { neverPassed }),
    ...(plant.slackProxy.violations.length > 0 && { violations: [...new Set(plant.slackProxy.violations)] }),
    ...(accidents.length > 0 && { accidents }),
  };
  const isKept = isClean(verdict) && Object.keys(broken).length === 0;
  console.log(
    JSON.stringify({
      ...{ seed, kept: isKept, at: new Date(startedAt).toISOString() },
      failpointKills: deaths.filter(({ kind }) => kind === 'failpoint').length,
      randomKills: deaths.filter(({ kind }) => kind === 'moment').length,
      ...faults,
      stoppedLate: late,
      slackFaults: plan.slackFaults(),
      incidents: sent.size,
      transactions: [...sent.values()].reduce((sum, count) => sum + count, 0),
      slackCalls: plant.slackProxy.calls.length,
      recovery_s,
      took_s: (Date.now() - startedAt) / 1_000,
      machine: `${cpus().length} × ${cpus()[0]?.model ?? arch()}, Linux ${release()}, Node ${process.version}`,
      ...verdict,
      ...broken,
    }),
  );
  return isKept ? 0 : 1;
}

process.exitCode = await main();
