import { operationKey } from '../src/diagnosis/usual.ts';
import type { World } from '../src/ports.ts';
import type { Examine } from '../src/work.ts';
import type { JobOutcome } from './outcome.ts';

/** One more transaction in an incident that is open already: its root is edited at most this often. */
const COUNT_EDIT_MS = 5_000;

/** A suspect trace has gone quiet: is it an incident, and is it worth telling? */
export async function examine(
  job: Examine,
  world: Pick<World, 'studio' | 'usual' | 'incidents' | 'queue' | 'archive'>,
): Promise<JobOutcome> {
  const alert = await world.studio.judge(job.traceId);
  if (!alert) return 'done';
  const { incidentId, what } = await world.incidents.report(alert);
  await world.usual.freeze([
    ...new Set([operationKey(alert.service, alert.transaction), operationKey(alert.hop.service, alert.hop.operation)]),
  ]);
  // Also when it is known: a predecessor may have died between its report and its request.
  await world.queue.announce({ v: 1, incidentId }, what === 'counted' ? COUNT_EDIT_MS : 0);
  if (what === 'opened' && alert.outcome === 'failed' && world.archive) await world.queue.gather({ v: 1, traceId: job.traceId });
  return 'done';
}
