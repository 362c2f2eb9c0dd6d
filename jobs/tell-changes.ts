import type { Incident, Thread } from '../src/incident/incident.ts';
import type { LogEntry } from '../src/incident/life.ts';
import { isBroadcast } from '../src/incident/rules.ts';
import type { World } from '../src/ports.ts';
import { once } from './once.ts';
import type { JobOutcome } from './outcome.ts';
import { paced } from './paced.ts';

type Touched = Pick<World, 'clock' | 'outbox' | 'pace' | 'incidents' | 'chat' | 'rules'>;

/** Every change that the thread does not tell yet, each as one reply, in order. */
export async function tellChanges(world: Touched, incident: Incident, thread: Thread): Promise<JobOutcome> {
  for (let index = incident.told; index < incident.log.length; index++) {
    const entry = incident.log[index];
    if (entry && isNews(entry)) {
      const wait = await paced(world, thread.channel, `entry:${incident.id}:${index}`, async () => {
        const reply = await once(world, `entry:${incident.id}:${thread.ts}:${index}`, {
          find: () => world.chat.findEntry(incident, index, thread),
          attempt: () => world.chat.postEntry(incident, index, thread, isBroadcast(incident, index, thread.channel, world.rules)),
        });
        return reply.kind === 'later' ? reply.inMs : undefined;
      });
      if (wait !== undefined) return { againInMs: wait };
    }
    // failpoint: change-told
    await world.incidents.setTold(incident.id, index + 1);
  }
  return 'done';
}

/** The root says that it was opened, and what a person wrote in the thread stands there. */
const isNews = ({ what, message }: LogEntry): boolean => what !== 'opened' && message === undefined;
