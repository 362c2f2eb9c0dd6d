import type { Incident } from '../src/incident/incident.ts';
import { wakesAt } from '../src/incident/life.ts';
import type { Restored, Roots } from '../src/incident/recalled.ts';
import { channelsOf } from '../src/incident/rules.ts';
import { byUrgency } from '../src/incident/search.ts';
import type { World } from '../src/ports.ts';
import { between, fromSeconds, micros, toMillis } from '../src/units.ts';
import { askWhetherOver } from './examine.ts';

type Touched = Pick<World, 'clock' | 'chat' | 'recollection' | 'usual' | 'queue' | 'rules'>;

/** As long as an incident is kept. */
const LOOKS_BACK = fromSeconds(30 * 24 * 3_600);

/**
 * Redis has lost what it held: the incidents whose roots stand in the channels are taken up again as these tell of them. undefined:
 * another process is at it. Where Slack refuses to be read it goes on without; throws when Slack is away, unless this is the `last` try.
 */
export function recall(world: Touched, last: boolean): Promise<Restored | undefined> {
  return world.recollection.restore(async (adopt) => {
    const read: { readonly channel: string; readonly roots: Roots }[] = [];
    for (const channel of channelsOf(world.rules)) read.push({ channel, roots: await rootsIn(world, channel, last) });
    const found = read.flatMap(({ roots }) => (roots.kind === 'read' ? roots.incidents : []));
    let adopted = 0;
    // Of several with one signature the last one counts its next failure.
    for (const incident of byUrgency(found).toReversed()) {
      // First: whoever dies in between leaves none that nobody looks at again.
      await askAgain(world, incident);
      if (await adopt(incident)) adopted += 1;
    }
    return { at: world.clock(), adopted, unread: read.flatMap(unreadIn) };
  });
}

async function rootsIn({ chat, clock }: Touched, channel: string, last: boolean): Promise<Roots> {
  try {
    return await chat.rootsIn(channel, micros(clock() - LOOKS_BACK));
  } catch (error) {
    if (!last) throw error;
    return { kind: 'refused', why: error instanceof Error ? error.message : String(error) };
  }
}

function unreadIn({ channel, roots }: { readonly channel: string; readonly roots: Roots }): Restored['unread'] {
  if (roots.kind === 'refused') return [{ channel, why: roots.why }];
  return roots.isAll ? [] : [{ channel, why: 'only its newest messages were read: it has too many' }];
}

/** The queue was lost too: what was to be looked at again would never be. */
async function askAgain(world: Touched, { id, alert, life }: Incident): Promise<void> {
  const wakes = wakesAt(life);
  if (wakes !== undefined)
    await world.queue.revisit({ v: 1, why: 'woke', incidentId: id }, toMillis(between(world.clock(), wakes)));
  if (life.state === 'open' || life.state === 'flapping') await askWhetherOver(world, id, alert);
}
