import { arch, cpus, loadavg, release } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { seeded } from '../../src/local/shop/chance.ts';
import { armFailpoints } from './failpoints.ts';
import { inflict } from './faults.ts';
import { type Asked, optionsIn } from './options.ts';
import { type Plan, planOf } from './plan.ts';
import { type Plant, startPlant } from './plant.ts';
import { promisesOf } from './promises.ts';
import { recoveries } from './recovery.ts';
import { atRest, remembered } from './rest.ts';
import { type Sent, send } from './workload.ts';

/**
 * Kills the production processes and their Redis, takes its memory, its disk, its replica and its connections away and lets Slack answer
 * badly, while transactions fail; then lets them be, waits until all is quiet, and holds what people see against what was sent. Kills
 * only what it started. Prints one line of JSON; ends with 1 when a promise was broken, or less was done to them than was asked for.
 */
const LOOK_MS = 250;
/** On a busy machine deaths take longer than everything else. */
const UNTIL_ALL_DIED_MS = 90_000;

const BUILD = new URL('../../', import.meta.url).pathname;
const ARMED = new URL('../../armed/', import.meta.url).pathname;

async function main(asked: Asked): Promise<number> {
  const failpoints = await armFailpoints(BUILD, ARMED);
  const plan = planOf(asked.seed, asked.size, failpoints);
  const startedAt = Date.now();
  const plant = await startPlant({
    ...{ program: ARMED, plan },
    isFollowed: asked.faults.failover > 0,
    hasDisk: asked.faults.diskFull > 0,
  });
  const { faults, sent, recovered, neverPassed } = await endured(plant, plan, asked, failpoints);
  const calmAt = Date.now();
  const { verdict, queues } = await atRest(plant, sent);
  const recovery_s = (Date.now() - calmAt) / 1_000;
  const broken = withoutEmpty({
    ...{ kept: await remembered(plant, verdict), queues, neverPassed },
    accidents: plant.mortals.flatMap((mortal) => mortal.accidents),
    violations: [...new Set(plant.slackProxy.violations)],
  });
  const late = plant.mortals.flatMap(({ stops }) => stops.late);
  await plant.stop();
  const done = { ...plan.deaths(), ...faults };
  const promises = promisesOf(asked, done, recovered, verdict, broken);
  for (const said of late) console.error(`stopped late: ${said}`);
  const isKept = Object.values(promises).every(Boolean);
  console.log(
    JSON.stringify({
      ...{ seed: asked.seed, kept: isKept, at: new Date(startedAt).toISOString() },
      ...done,
      stoppedLate: late.length,
      stops_s: plant.mortals.flatMap(({ stops }) => stops.tookMs.map((ms) => Math.round(ms) / 1_000)),
      slackFaults: plan.slackFaults(),
      incidents: sent.size,
      transactions: [...sent.values()].reduce((sum, count) => sum + count, 0),
      slackCalls: plant.slackProxy.calls.length,
      ...{ recovered, recovery_s },
      took_s: (Date.now() - startedAt) / 1_000,
      machine: `${cpus().length} × ${cpus()[0]?.model ?? arch()}, Linux ${release()}, Node ${process.version}`,
      load: loadavg().map((load) => Math.round(load)),
      ...verdict,
      ...{ promises, broken, asked },
    }),
  );
  return isKept ? 0 : 1;
}

/** Transactions fail and everything else goes wrong, until all of it has happened or the time is over. */
async function endured(plant: Plant, plan: Plan, { seed, minutes, size, ...asked }: Asked, failpoints: readonly string[]) {
  const until = Date.now() + minutes * 60_000;
  plant.slackProxy.failWith(({ method }) => plan.slackFault(method));
  let neverPassed = size.failpointKills > 0 ? failpoints : [];
  let isInflicted = false;
  const isOver = (): boolean => Date.now() > until + UNTIL_ALL_DIED_MS || (isInflicted && plan.areOver());
  const inflicted = inflict(plant, asked.faults, { chance: seeded(seed + 2), until, isOver }).finally(() => {
    isInflicted = true;
  });
  const sent: Sent = new Map();
  let isCalm = false;
  const sending = send(plant, seeded(seed + 3), sent, () => isCalm);
  while (!isOver()) {
    await delay(LOOK_MS);
    const passed = await plant.passed();
    neverPassed = neverPassed.filter((name) => !passed.has(name));
  }
  const faults = await inflicted;
  plant.slackProxy.failWith(undefined);
  await Promise.all(plant.mortals.map((mortal) => mortal.spare()));
  const recovered = await recoveries(plant, asked.measured, sent);
  isCalm = true;
  await sending;
  return { faults, sent, recovered, neverPassed };
}

const withoutEmpty = (faults: Readonly<Record<string, readonly string[]>>) =>
  Object.fromEntries(Object.entries(faults).filter(([, found]) => found.length > 0));

const code = await main(optionsIn(process.argv.slice(2)));
// All that it started has ended and is told. Left to itself, Node 20.20 was once seen to close its handles for ever (uv_run in CleanupHandles).
process.stdout.write('', () => process.exit(code));
