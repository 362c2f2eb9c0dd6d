import type { Thread } from '../src/incident/incident.ts';
import { faceOf, type Storm } from '../src/incident/storm.ts';
import type { World } from '../src/ports.ts';
import type { TellStorm } from '../src/work.ts';
import { type Once, once, oneByOne } from './once.ts';
import type { JobOutcome } from './outcome.ts';
import { EDITS, paced } from './paced.ts';

type Touched = Pick<World, 'clock' | 'outbox' | 'storms' | 'chat' | 'pace' | 'rules'>;

/** Whether there is something new to tell of a storm is looked at this often. */
const LOOK_MS = 10_000;

/** Brings a storm's message up to date, until nothing new has come for a while; then says so in its thread. */
export async function tellStorm({ stormId, channel }: TellStorm, world: Touched): Promise<JobOutcome> {
  const storm = await world.storms.read(stormId, world.rules.storm);
  if (!storm) return 'done';
  const thread = storm.thread ?? (await posted(world, storm, channel));
  if (typeof thread === 'number') return { againInMs: thread };
  const wait = storm.thread && (await edited(world, storm, thread));
  if (wait !== undefined) return { againInMs: wait };
  if (!storm.over) return { againInMs: LOOK_MS };
  await world.storms.end(stormId, channel);
  return await saidOver(world, storm, thread);
}

/** Gives how long to wait, in ms, while it is not posted. */
async function posted(world: Touched, storm: Storm, channel: string): Promise<Thread | number> {
  let root: Once | undefined;
  const wait = await paced(world, channel, `storm:${storm.id}`, async () => {
    root = await once(world, `storm:${storm.id}`, {
      find: (since) => world.chat.findStorm(storm, channel, since),
      attempt: () => world.chat.postStorm(storm, channel),
    });
    return root.kind === 'later' ? root.inMs : undefined;
  });
  if (!root || root.kind === 'later') return wait ?? 0;
  await world.storms.setThread(storm.id, root.thread);
  return root.thread;
}

/** Gives how long to wait, in ms; undefined: it tells what there is to tell. */
async function edited(world: Touched, storm: Storm, thread: Thread): Promise<number | undefined> {
  const face = faceOf(storm);
  if (face === storm.shown) return undefined;
  return await paced(world, EDITS, `storm:${storm.id}`, async () => {
    const what = await oneByOne(world, `edit:storm:${storm.id}`, () => world.chat.editStorm(storm, thread));
    if (typeof what === 'object') return what.inMs;
    await world.storms.setShown(storm.id, face);
    return undefined;
  });
}

async function saidOver(world: Touched, storm: Storm, thread: Thread): Promise<JobOutcome> {
  const reply = await once(world, `storm-over:${storm.id}`, {
    find: () => world.chat.findStormOver(storm, thread),
    attempt: () => world.chat.postStormOver(storm, thread),
  });
  return reply.kind === 'later' ? { againInMs: reply.inMs } : 'done';
}
