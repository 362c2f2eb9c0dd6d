import { decide } from '../src/incident/decide.ts';
import type { World } from '../src/ports.ts';
import type { Examine } from '../src/work.ts';
import { look } from './look.ts';
import type { JobOutcome } from './outcome.ts';

/** One more transaction in an incident that is open already: its root is edited at most this often. */
const COUNT_EDIT_MS = 5_000;

/** A suspect trace has gone quiet: is it an incident, and is it worth telling? */
export async function examine(
  job: Examine,
  world: Pick<World, 'records' | 'usual' | 'incidents' | 'queue'>,
): Promise<JobOutcome> {
  const scene = await look(world, job.traceId);
  const alert = scene && decide(scene.transaction, scene.outcome, scene.causes);
  if (!alert) return 'done';
  const { incidentId, what } = await world.incidents.report(alert);
  // failpoint: examine-reported
  // Also when it is known: a predecessor may have died between its report and its request.
  await world.queue.announce({ v: 1, incidentId }, what === 'counted' ? COUNT_EDIT_MS : 0);
  // failpoint: examine-asked
  return 'done';
}
