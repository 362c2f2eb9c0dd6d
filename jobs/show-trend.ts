import { themeIn } from '../src/incident/rules.ts';
import type { World } from '../src/ports.ts';
import type { TraceId } from '../src/telemetry/ids.ts';
import type { JobOutcome } from './outcome.ts';
import { type Showing, showPicture } from './show-picture.ts';

type Touched = Pick<World, 'clock' | 'studio' | 'outbox' | 'chat' | 'rules'>;
type Trend = Pick<Showing, 'key' | 'place'> & { readonly traceId: TraceId };

/** Whether it has been getting slower, or was slow once: the last day of the operation, shown once in a thread. */
export async function showTrend(world: Touched, { key, traceId, place }: Trend): Promise<JobOutcome> {
  const shown = await showPicture(world, {
    ...{ key, place, drawing: 'trend' },
    portray: async () => {
      const found = await world.studio.portrayTrend(traceId, themeIn(place.channel, world.rules));
      return found && { picture: found.picture, told: { trend: found.trend } };
    },
  });
  // Refused or unknown: the waterfall is there, and says how slow it was.
  return shown.kind === 'later' ? { againInMs: shown.inMs } : 'done';
}
