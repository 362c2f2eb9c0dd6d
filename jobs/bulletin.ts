import type { Thread } from '../src/incident/incident.ts';
import type { Bulletin, World } from '../src/ports.ts';
import { type Once, once, oneByOne } from './once.ts';
import { EDITS, paced } from './paced.ts';

type Touched = Pick<World, 'clock' | 'outbox' | 'chat' | 'pace'>;

/** One message that stands in a channel and says how things are. */
export type Standing = {
  readonly key: string;
  readonly channel: string;
  readonly bulletin: Bulletin;
  /** What the message should show; `shown`: what it shows. */
  readonly face: string;
  readonly shown: string | undefined;
  readonly thread: Thread | undefined;
  readonly setThread: (thread: Thread) => Promise<void>;
  readonly setShown: (face: string) => Promise<void>;
};

/** Posts the message, or edits it where it says something else. Gives where it is when it is true; until then, how long to wait in ms. */
export async function keptTrue(world: Touched, standing: Standing): Promise<Thread | number> {
  const { thread, face, shown } = standing;
  if (!thread) return await posted(world, standing);
  return face === shown ? thread : ((await edited(world, standing, thread)) ?? thread);
}

async function posted(world: Touched, standing: Standing): Promise<Thread | number> {
  const { key, channel, bulletin } = standing;
  let root: Once | undefined;
  const wait = await paced(world, channel, key, async () => {
    root = await once(world, key, {
      find: (since) => world.chat.findBulletin(bulletin, channel, since),
      attempt: () => world.chat.postBulletin(bulletin, channel),
    });
    return root.kind === 'later' ? root.inMs : undefined;
  });
  if (!root || root.kind === 'later') return wait ?? 0;
  await standing.setThread(root.thread);
  // What an earlier attempt has posted tells what was known then.
  if (root.kind === 'posted') await standing.setShown(standing.face);
  return root.kind === 'found' ? ((await edited(world, standing, root.thread)) ?? root.thread) : root.thread;
}

/** Gives how long to wait, in ms; undefined: it tells what there is to tell. Where somebody deleted it, somebody has read it. */
async function edited(world: Touched, { key, bulletin, face, setShown }: Standing, thread: Thread): Promise<number | undefined> {
  return await paced(world, EDITS, key, async () => {
    const what = await oneByOne(world, `edit:${key}`, () => world.chat.editBulletin(bulletin, thread));
    if (typeof what === 'object') return what.inMs;
    await setShown(face);
    return undefined;
  });
}
