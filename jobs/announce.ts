import type { Incident, Thread } from '../src/incident/incident.ts';
import type { World } from '../src/ports.ts';
import type { Announce } from '../src/work.ts';
import { look } from './look.ts';
import { once } from './once.ts';
import type { JobOutcome } from './outcome.ts';
import { showPicture } from './show-picture.ts';

type Touched = Pick<World, 'clock' | 'records' | 'usual' | 'incidents' | 'outbox' | 'chat'>;

/** Brings the incident's thread up to date: one root, edited in place, and one picture. */
export async function announce(job: Announce, world: Touched): Promise<JobOutcome> {
  const incident = await world.incidents.read(job.incidentId);
  if (!incident) return 'done';
  if (incident.thread && (await world.chat.editRoot(incident, incident.thread)) === 'edited')
    return await show(world, incident, incident.thread);
  if (incident.thread) await forgetThread(world, incident);
  const root = await once(world, rootKey(incident), {
    find: (since) => world.chat.findRoot(incident, since),
    attempt: () => world.chat.postRoot(incident),
  });
  if (root.kind === 'later') return { againInMs: root.inMs };
  // failpoint: announce-posted
  await world.incidents.setThread(incident.id, root.thread);
  // failpoint: announce-threaded
  return await show(world, incident, root.thread);
}

const rootKey = ({ id }: Incident): string => `root:${id}`;
const pictureKey = ({ id }: Incident): string => `picture:${id}`;

/** Somebody deleted the root, and it still happens: it gets a new thread. */
async function forgetThread({ incidents, outbox }: Touched, incident: Incident): Promise<void> {
  await outbox.clear(pictureKey(incident));
  await outbox.clear(rootKey(incident));
  await incidents.setThread(incident.id, undefined);
}

/** The transaction that the incident's alert is about, drawn again when late spans tell more. */
async function show(world: Touched, incident: Incident, { channel, ts }: Thread): Promise<JobOutcome> {
  const scene = await look(world, incident.alert.traceId);
  if (!scene) return 'done';
  const told = { scene, incident, askedBy: undefined };
  const picture = await showPicture(world, { key: pictureKey(incident), told, place: { channel, ts } });
  if (picture.kind === 'refused') throw new Error(`Slack refused the picture of incident ${incident.id}: ${picture.why}`);
  return picture.kind === 'later' ? { againInMs: picture.inMs } : 'done';
}
