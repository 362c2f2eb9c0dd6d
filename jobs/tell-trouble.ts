import { faceOfTrouble } from '../src/incident/trouble.ts';
import type { World } from '../src/ports.ts';
import type { TellTrouble } from '../src/work.ts';
import { keptTrue } from './bulletin.ts';
import type { JobOutcome } from './outcome.ts';

type Touched = Pick<World, 'clock' | 'outbox' | 'troubles' | 'chat' | 'pace' | 'rules'>;

/** Neither memory nor silence says of itself that it is over: they are looked at this often. Jobs that are given up or done again ask for a look. */
const LOOK_MS = 60_000;

/** Brings the message about one kind of trouble up to date, until it is over, or is continued in another, and says so. */
export async function tellTrouble({ of }: TellTrouble, world: Touched): Promise<JobOutcome> {
  const { troubles, rules } = world;
  const trouble = await troubles.read(of);
  if (!trouble) return 'done';
  const { id, what, state, shown, thread } = trouble;
  const key = `trouble:${of}:${id}`;
  // Where an answer is missing, the message may stand all the same.
  if (thread || state !== 'over' || (await world.outbox.isIntended(key))) {
    const told = await keptTrue(world, {
      ...{ key, channel: rules.notices ?? rules.channel, bulletin: { trouble } },
      ...{ face: faceOfTrouble(trouble), shown, thread },
      setThread: (posted) => troubles.setThread(of, posted),
      setShown: (face) => troubles.setShown(of, face),
    });
    if (typeof told === 'number') return { againInMs: told };
  }
  if (state !== 'lasts') await troubles.end(of);
  if (state === 'continued') return { againInMs: 0 };
  return state === 'over' || what.kind === 'given-up' ? 'done' : { againInMs: LOOK_MS };
}
