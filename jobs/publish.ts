import type { World } from '../src/ports.ts';
import type { Publish } from '../src/work.ts';
import type { JobOutcome } from './outcome.ts';

/** Tells the bus of one entry of an incident's log. */
export async function publish({ incidentId, entry }: Publish, world: Pick<World, 'incidents' | 'bus'>): Promise<JobOutcome> {
  const incident = world.bus && (await world.incidents.read(incidentId));
  if (incident) await world.bus?.tell(incident, entry);
  return 'done';
}
