import type { World } from '../src/ports.ts';
import type { Learn } from '../src/work.ts';
import type { JobOutcome } from './outcome.ts';

/** One of the healthy transactions, now that all of it has come: its tree tells what is usual. */
export async function learn(job: Learn, world: Pick<World, 'studio' | 'usual'>): Promise<JobOutcome> {
  const study = await world.studio.study(job.traceId);
  if (study) await world.usual.learn(study.id, study.lesson);
  return 'done';
}
