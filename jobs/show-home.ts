import type { World } from '../src/ports.ts';
import type { Home } from '../src/work.ts';
import type { JobOutcome } from './outcome.ts';

/** As many as lists look at elsewhere. */
const LISTED = 500;

/** Completes a person's tab with the map of the last minutes, whose traces take a while to read. */
export async function showHome({ user }: Home, world: Pick<World, 'incidents' | 'studio' | 'chat'>): Promise<JobOutcome> {
  const map = await world.studio.tellMap({ kind: 'map' });
  await world.chat.showHome(user, await world.incidents.newest(LISTED), map);
  return 'done';
}
