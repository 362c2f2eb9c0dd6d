import { setTimeout as delay } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { redisIncidents } from '../../src/redis/incidents.ts';
import { QUEUE_PREFIX } from '../../src/redis/queue.ts';
import { fromMillis } from '../../src/units.ts';
import { ANNOUNCE, ANSWER, EXAMINE } from '../../src/work.ts';
import { isClean, judge, type Verdict } from './oracle.ts';
import type { Plant } from './plant.ts';
import type { Failure } from './workload.ts';

/** Everything is over and at rest within this: a doubt about Slack takes 15 s to settle, a dead worker's job 9 s, a retry up to a minute. */
const WITHIN_MS = 150_000;

/** Until nothing is left to do and all that people see is right, or too long. */
export async function atRest(
  plant: Plant,
  sent: ReadonlyMap<Failure, number>,
): Promise<{ readonly verdict: Verdict; readonly queues: readonly string[] }> {
  const until = Date.now() + WITHIN_MS;
  for (;;) {
    const queues = await unfinished(plant);
    const verdict = await judge(plant.workspace, sent);
    if ((queues.length === 0 && isClean(verdict)) || Date.now() > until) return { verdict, queues };
    await delay(500);
  }
}

/** What Redis knows of the incidents that people see wrongly. */
export async function remembered({ redis }: Plant, { wrongCounts }: Verdict): Promise<readonly string[]> {
  if (wrongCounts.length === 0) return [];
  const incidents = await redisIncidents(redis.primary().owner, () => fromMillis(Date.now())).newest(10_000);
  const wrong = incidents.filter(({ alert }) => wrongCounts.some((said) => said.startsWith(`${alert.service}:`)));
  return wrong.map(
    ({ alert, count, version, shown, life }) => `${alert.service}: ${count}, version ${version}, shown ${shown}, ${life.state}`,
  );
}

async function unfinished({ redis }: Plant): Promise<readonly string[]> {
  const all = await Promise.all(
    [EXAMINE, ANNOUNCE, ANSWER].map(async (name) => {
      const queue = new Queue(name, { connection: redis.primary().owner, prefix: QUEUE_PREFIX });
      const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'prioritized', 'failed');
      await queue.close();
      return Object.entries(counts).flatMap(([state, count]) => (count > 0 ? [`${name}: ${count} ${state}`] : []));
    }),
  );
  return all.flat();
}
