import type { World } from '../src/ports.ts';
import { lacksLines } from '../src/trace/log-groups.ts';
import type { Gather } from '../src/work.ts';
import type { JobOutcome } from './outcome.ts';

/** A new incident is told already; what AWS still knows of its transaction may tell more. Keeps it and has it examined again. */
export async function gather({ traceId }: Gather, world: Pick<World, 'records' | 'queue' | 'archive'>): Promise<JobOutcome> {
  if (!world.archive) return 'done';
  const { records: known } = await world.records.read(traceId);
  if (!lacksLines(known)) return 'done';
  const sought = await world.archive.seek(traceId, known);
  if (sought.kind === 'refused' && sought.againInMs !== undefined) return { againInMs: sought.againInMs };
  if (sought.kind !== 'sought' || sought.records.length === 0) return 'done';
  await world.records.keep(sought.records, [traceId]);
  await world.queue.examine(traceId, 0);
  return 'done';
}
