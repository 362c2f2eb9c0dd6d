import { teaches } from '../src/diagnosis/learn.ts';
import { lessonOf } from '../src/diagnosis/lesson.ts';
import { keysOf } from '../src/diagnosis/usual.ts';
import type { World } from '../src/ports.ts';
import type { Learn } from '../src/work.ts';
import { readTransaction } from './look.ts';
import type { JobOutcome } from './outcome.ts';

/** One of the healthy transactions, now that all of it has come: its tree tells what is usual. */
export async function learn(job: Learn, world: Pick<World, 'records' | 'usual'>): Promise<JobOutcome> {
  const transaction = await readTransaction(world, job.traceId);
  if (!transaction) return 'done';
  const usual = await world.usual.read(keysOf(transaction));
  if (teaches(transaction, usual)) await world.usual.learn(transaction.id, lessonOf(transaction));
  return 'done';
}
