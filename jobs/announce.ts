import { createHash } from 'node:crypto';
import type { Incident, Thread } from '../src/incident/incident.ts';
import type { World } from '../src/ports.ts';
import type { Announce } from '../src/work.ts';
import { once } from './once.ts';
import type { JobOutcome } from './outcome.ts';
import { showPicture } from './show-picture.ts';
import { showTrend } from './show-trend.ts';

type Touched = Pick<World, 'clock' | 'studio' | 'incidents' | 'outbox' | 'chat' | 'queue' | 'bus'>;

/** Brings the incident's thread up to date: one root, edited in place, and one picture. */
export async function announce(job: Announce, world: Touched): Promise<JobOutcome> {
  const incident = await world.incidents.read(job.incidentId);
  if (!incident) return 'done';
  if (world.bus) await world.queue.publish(incident.log.map((_, entry) => ({ v: 1, incidentId: incident.id, entry })));
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

/** The transaction that the incident's alert is about, drawn again when its alert tells more of it: not when only the count grew. */
async function show(world: Touched, incident: Incident, { channel, ts }: Thread): Promise<JobOutcome> {
  const picture = await showPicture(world, {
    key: pictureKey(incident),
    drawing: drawingOf(incident),
    portray: async () => {
      const portrait = await world.studio.portray(incident.alert.traceId);
      return portrait && { picture: portrait.picture, told: { telling: portrait.telling, incident, askedBy: undefined } };
    },
    place: { channel, ts },
  });
  if (picture.kind === 'refused') throw new Error(`Slack refused the picture of incident ${incident.id}: ${picture.why}`);
  if (picture.kind === 'later') return { againInMs: picture.inMs };
  return incident.alert.outcome === 'slow'
    ? await showTrend(world, { key: trendKey(incident), traceId: incident.alert.traceId, place: { channel, ts } })
    : 'done';
}

/** What can be seen of an alert. The words of the blame are left out: their numbers drift with what is usual. */
function drawingOf({ alert: { traceId, outcome, spans, duration, error, hop, causes } }: Incident): string {
  const seen = [traceId, outcome, spans, duration, error, hop, causes[0]?.kind, causes[0]?.spanIds];
  return createHash('sha256').update(JSON.stringify(seen)).digest('base64url');
}
