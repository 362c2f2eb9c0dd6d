import type { Thread } from '../src/incident/incident.ts';
import { faceOf, type Storm } from '../src/incident/storm.ts';
import type { World } from '../src/ports.ts';
import type { TellStorm } from '../src/work.ts';
import { keptTrue } from './bulletin.ts';
import { once } from './once.ts';
import type { JobOutcome } from './outcome.ts';

type Touched = Pick<World, 'clock' | 'outbox' | 'storms' | 'chat' | 'pace' | 'rules'>;

/** Whether there is something new to tell of a storm is looked at this often. */
const LOOK_MS = 10_000;

/** Brings a storm's message up to date, until nothing new has come for a while; then says so in its thread. */
export async function tellStorm({ stormId, channel }: TellStorm, world: Touched): Promise<JobOutcome> {
  const { storms } = world;
  const storm = await storms.read(stormId, world.rules.storm);
  if (!storm) return 'done';
  const thread = await keptTrue(world, {
    ...{ key: `storm:${stormId}`, channel, bulletin: { storm }, face: faceOf(storm), shown: storm.shown, thread: storm.thread },
    setThread: (posted) => storms.setThread(stormId, posted),
    setShown: (face) => storms.setShown(stormId, face),
  });
  if (typeof thread === 'number') return { againInMs: thread };
  if (!storm.over) return { againInMs: LOOK_MS };
  await storms.end(stormId, channel);
  return await saidOver(world, storm, thread);
}

async function saidOver(world: Touched, storm: Storm, thread: Thread): Promise<JobOutcome> {
  const reply = await once(world, `storm-over:${storm.id}`, {
    find: () => world.chat.findStormOver(storm, thread),
    attempt: () => world.chat.postStormOver(storm, thread),
  });
  return reply.kind === 'later' ? { againInMs: reply.inMs } : 'done';
}
