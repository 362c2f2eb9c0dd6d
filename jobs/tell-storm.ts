import { isOver } from '../src/incident/storm.ts';
import type { World } from '../src/ports.ts';
import { toMillis } from '../src/units.ts';
import type { TellStorm } from '../src/work.ts';
import { once } from './once.ts';
import type { JobOutcome } from './outcome.ts';
import { EDITS, paced } from './paced.ts';

type Touched = Pick<World, 'clock' | 'outbox' | 'storms' | 'chat' | 'pace' | 'rules'>;

/** The root of a storm is edited at most this often. */
const EDIT_MS = 10_000;

/** Brings a storm's message up to date, until nothing new has come for a while; then says so in its thread. */
export async function tellStorm({ stormId, channel }: TellStorm, world: Touched): Promise<JobOutcome> {
  const storm = await world.storms.read(stormId);
  if (!storm) return 'done';
  const over = isOver(storm, world.clock(), world.rules.storm);
  const wait = await paced(world, storm.thread ? EDITS : channel, `storm:${stormId}`, async () => {
    if (storm.thread) return void (await world.chat.editStorm(storm, storm.thread));
    const root = await once(world, `storm:${stormId}`, {
      find: (since) => world.chat.findStorm(storm, channel, since),
      attempt: () => world.chat.postStorm(storm, channel),
    });
    if (root.kind === 'later') return root.inMs;
    await world.storms.setThread(stormId, root.thread);
    return undefined;
  });
  if (wait !== undefined) return { againInMs: wait };
  if (!over) return { againInMs: Math.min(EDIT_MS, toMillis(world.rules.storm.within)) };
  await world.storms.end(stormId, channel);
  const told = await world.storms.read(stormId);
  if (!told?.thread) return 'done';
  const { thread } = told;
  const reply = await once(world, `storm-over:${stormId}`, {
    find: () => world.chat.findStormOver(told, thread),
    attempt: () => world.chat.postStormOver(told, thread),
  });
  return reply.kind === 'later' ? { againInMs: reply.inMs } : 'done';
}
