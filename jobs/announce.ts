import { createHash } from 'node:crypto';
import type { Incident, Thread } from '../src/incident/incident.ts';
import { quietFor, tellingOf, themeIn } from '../src/incident/rules.ts';
import { isInStorm } from '../src/incident/storm.ts';
import type { World } from '../src/ports.ts';
import { toMillis } from '../src/units.ts';
import type { Announce } from '../src/work.ts';
import { type Once, once, oneByOne } from './once.ts';
import { type JobOutcome, soonest } from './outcome.ts';
import { EDITS, paced } from './paced.ts';
import { showPicture } from './show-picture.ts';
import { showTrend } from './show-trend.ts';
import { tellChanges } from './tell-changes.ts';

type Touched = Pick<World, 'clock' | 'studio' | 'incidents' | 'storms' | 'pace' | 'outbox' | 'queue' | 'chat' | 'rules' | 'bus'>;

/** A storm that has just begun is told with those that come in this time. */
const STORM_GATHERS_MS = 2_000;

/** Brings the incident's thread up to date: one root, edited in place, one picture, every change told once. */
export async function announce(job: Announce, world: Touched): Promise<JobOutcome> {
  const incident = await world.incidents.read(job.incidentId);
  if (!incident) return 'done';
  if (world.bus) await world.queue.publish(incident.log.map((_, entry) => ({ v: 1, incidentId: incident.id, entry })));
  if (incident.thread) return await keepTrue(world, incident, incident.thread);
  const telling = tellingOf(incident.alert, undefined, world.rules);
  if (telling.kind === 'untold' || incident.life.state === 'merged') return 'done';
  if (await world.incidents.isMuted(incident)) return 'done';
  const quiet = quietFor(incident.alert, world.clock(), world.rules);
  if (quiet > 0) return { againInMs: toMillis(quiet) };
  const storm = await stormOf(world, incident, telling.channel);
  if (storm === undefined) return await openThread(world, incident, telling.channel);
  await world.queue.storm({ v: 1, stormId: storm, channel: telling.channel }, STORM_GATHERS_MS);
  return 'done';
}

const rootKey = ({ id }: Incident): string => `root:${id}`;
const pictureKey = ({ id }: Incident): string => `picture:${id}`;
const trendKey = ({ id }: Incident): string => `trend:${id}`;

async function stormOf({ storms, rules }: Touched, incident: Incident, channel: string): Promise<string | undefined> {
  if (incident.storm !== undefined) return isInStorm(incident) ? incident.storm : undefined;
  return await storms.join(incident.id, channel, rules.storm);
}

async function keepTrue(world: Touched, incident: Incident, thread: Thread): Promise<JobOutcome> {
  const edited = await edit(world, incident, thread);
  if (edited !== 'gone') return soonest(edited, await fill(world, incident, thread));
  await forgetThread(world, incident);
  return await openThread(world, incident, thread.channel);
}

/** `gone`: somebody deleted the root. */
async function edit(world: Touched, incident: Incident, thread: Thread): Promise<JobOutcome | 'gone'> {
  if (incident.shown === incident.version) return 'done';
  let isGone = false;
  const wait = await paced(world, EDITS, rootKey(incident), async () => {
    const edited = await oneByOne(world, `edit:${incident.id}`, () => world.chat.editRoot(incident, thread));
    isGone = edited === 'gone';
    return typeof edited === 'object' ? edited.inMs : undefined;
  });
  if (wait !== undefined) return { againInMs: wait };
  if (isGone) return 'gone';
  // failpoint: announce-edited
  await world.incidents.setShown(incident.id, incident.version, world.clock());
  return 'done';
}

async function openThread(world: Touched, incident: Incident, channel: string): Promise<JobOutcome> {
  let root: Once | undefined;
  const wait = await paced(world, channel, rootKey(incident), async () => {
    root = await once(world, rootKey(incident), {
      find: (since) => world.chat.findRoot(incident, channel, since),
      attempt: () => world.chat.postRoot(incident, channel),
    });
    return root.kind === 'later' ? root.inMs : undefined;
  });
  if (!root || root.kind === 'later') return { againInMs: wait ?? 0 };
  // failpoint: announce-posted
  await world.incidents.setThread(incident.id, root.thread);
  // failpoint: announce-threaded
  // What an earlier attempt has posted tells what was known then.
  if (root.kind === 'found') return await keepTrue(world, incident, root.thread);
  await world.incidents.setShown(incident.id, incident.version);
  return await fill(world, incident, root.thread);
}

/** Somebody deleted the root, and it still happens: it gets a new thread. */
async function forgetThread({ incidents, outbox }: Touched, incident: Incident): Promise<void> {
  await outbox.clear(pictureKey(incident));
  await outbox.clear(trendKey(incident));
  await outbox.clear(rootKey(incident));
  await incidents.setThread(incident.id, undefined);
}

/** The picture first: it is what people open the thread for. */
async function fill(world: Touched, incident: Incident, thread: Thread): Promise<JobOutcome> {
  return soonest(await show(world, incident, thread), await tellChanges(world, incident, thread));
}

/** The transaction that the incident's alert is about, drawn again when its alert tells more of it: not when only the count grew. */
async function show(world: Touched, incident: Incident, { channel, ts }: Thread): Promise<JobOutcome> {
  const picture = await showPicture(world, {
    key: pictureKey(incident),
    drawing: drawingOf(incident),
    portray: async () => {
      const portrait = await world.studio.portray(incident.alert.traceId, themeIn(channel, world.rules));
      return portrait && { picture: portrait.picture, told: { telling: portrait.telling, incident, askedBy: undefined } };
    },
    place: { channel, ts },
    turn: () => world.pace.turn(channel, pictureKey(incident)),
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
