import { createHash } from 'node:crypto';
import type { Incident, Thread } from '../src/incident/incident.ts';
import type { World } from '../src/ports.ts';
import { drawWaterfall } from '../src/waterfall/draw.ts';
import type { Scene } from '../src/waterfall/scene.ts';
import type { Announce } from '../src/work.ts';
import { look } from './look.ts';
import { once } from './once.ts';
import type { JobOutcome } from './outcome.ts';
import { showPicture } from './show-picture.ts';
import { showTrend } from './show-trend.ts';

type Touched = Pick<World, 'clock' | 'records' | 'usual' | 'latencies' | 'incidents' | 'outbox' | 'chat'>;

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
  await world.incidents.setThread(incident.id, root.thread);
  return await show(world, incident, root.thread);
}

const rootKey = ({ id }: Incident): string => `root:${id}`;
const pictureKey = ({ id }: Incident): string => `picture:${id}`;
const trendKey = ({ id }: Incident): string => `trend:${id}`;

/** Somebody deleted the root, and it still happens: it gets a new thread. */
async function forgetThread({ incidents, outbox }: Touched, incident: Incident): Promise<void> {
  await outbox.clear(pictureKey(incident));
  await outbox.clear(trendKey(incident));
  await outbox.clear(rootKey(incident));
  await incidents.setThread(incident.id, undefined);
}

/** The transaction that the incident's alert is about, drawn again when late spans tell more. */
async function show(world: Touched, incident: Incident, { channel, ts }: Thread): Promise<JobOutcome> {
  const scene = await look(world, incident.alert.traceId);
  if (!scene) return 'done';
  const picture = await showPicture(world, {
    key: pictureKey(incident),
    drawing: fingerprint(scene),
    portray: async () => ({ picture: await drawWaterfall(scene), told: { scene, incident, askedBy: undefined } }),
    place: { channel, ts },
  });
  if (picture.kind === 'refused') throw new Error(`Slack refused the picture of incident ${incident.id}: ${picture.why}`);
  if (picture.kind === 'later') return { againInMs: picture.inMs };
  return scene.outcome === 'slow'
    ? await showTrend(world, { key: trendKey(incident), of: scene.transaction, place: { channel, ts } })
    : 'done';
}

/** What can be seen: the spans, how it ended, what is blamed. The words of the blame are left out: their numbers drift with what is usual. */
const fingerprint = ({ transaction, outcome, causes }: Scene): string =>
  createHash('sha256')
    .update(JSON.stringify([transaction, outcome, causes[0]?.kind, causes[0]?.spanIds]))
    .digest('base64url');
