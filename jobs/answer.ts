import { themeIn } from '../src/incident/rules.ts';
import { byUrgency, isClosed, matchesWords } from '../src/incident/search.ts';
import { similarTo } from '../src/incident/similar.ts';
import type { Reply, World } from '../src/ports.ts';
import type { TraceId } from '../src/telemetry/ids.ts';
import type { Answer, MapQuestion, Question } from '../src/work.ts';
import type { JobOutcome } from './outcome.ts';
import { seekUnknown, soughtInWords } from './seek-unknown.ts';
import { type Portrait, showPicture } from './show-picture.ts';

type Touched = Pick<World, 'clock' | 'records' | 'studio' | 'incidents' | 'outbox' | 'chat' | 'archive' | 'rules'>;

/** Lists and searches look at these many, the last opened first. */
const SEARCHED = 500;

/** Somebody asked: show a picture where they asked, answer with a list, or say in words what was looked for or why it cannot be shown. */
export async function answer(job: Answer, world: Touched): Promise<JobOutcome> {
  const { question } = job;
  const words = await inWords(question, world);
  if (words) return await said(job, words, world);
  const traceId = await traceOf(question, world);
  // The last of an incident's transactions was sent to us.
  const sought = traceId && question.kind !== 'last' ? await seekUnknown(traceId, world) : undefined;
  if (sought?.kind === 'refused' && sought.againInMs !== undefined) return { againInMs: sought.againInMs };
  const awsCalls = sought?.kind === 'sought' ? sought.calls : undefined;
  const picture = await showPicture(world, {
    key: `answer:${job.requestId}`,
    drawing: job.requestId,
    portray: () => (question.kind === 'map' ? mapped(question, job, world) : drawn(traceId, job, awsCalls, world)),
    place: { channel: job.channel, ts: undefined },
  });
  if (picture.kind === 'later') return { againInMs: picture.inMs };
  if (picture.kind === 'unknown')
    return await said(job, { kind: 'not-found', question, searched: sought && soughtInWords(sought) }, world);
  if (picture.kind === 'refused') return await said(job, { kind: 'in-words', told: picture.told, why: picture.why }, world);
  return 'done';
}

async function mapped(question: MapQuestion, { user, channel }: Answer, world: Touched): Promise<Portrait | undefined> {
  const found = await world.studio.portrayMap(question, themeIn(channel, world.rules));
  return found && { picture: found.picture, told: { map: found.map, askedBy: user } };
}

async function drawn(
  traceId: TraceId | undefined,
  { user, channel }: Answer,
  awsCalls: number | undefined,
  { studio, incidents, rules }: Touched,
): Promise<Portrait | undefined> {
  const found = traceId && (await studio.portray(traceId, themeIn(channel, rules)));
  if (!found) return undefined;
  const incident = await incidents.ofTrace(found.telling.id);
  return { picture: found.picture, told: { telling: found.telling, incident, askedBy: user, awsCalls } };
}

async function said({ responseUrl }: Answer, reply: Reply, { chat }: Touched): Promise<JobOutcome> {
  await chat.respond(responseUrl, reply);
  return 'done';
}

/** What is answered by a list. */
async function inWords(question: Question, { incidents }: Touched): Promise<Reply | undefined> {
  switch (question.kind) {
    case 'incidents': {
      const open = (await incidents.newest(SEARCHED)).filter((incident) => !isClosed(incident));
      return { kind: 'listed', title: open.length === 0 ? 'No open incident' : 'Open incidents', incidents: byUrgency(open) };
    }
    case 'search': {
      const found = (await incidents.newest(SEARCHED)).filter((incident) => matchesWords(incident, question.words));
      return { kind: 'listed', title: `${found.length} of the last ${SEARCHED} incidents`, incidents: byUrgency(found) };
    }
    case 'similar': {
      const incident = await incidents.read(question.incidentId);
      return { kind: 'similar', similar: incident ? similarTo(incident, await incidents.newest(SEARCHED)) : [] };
    }
    default:
      return undefined;
  }
}

async function traceOf(question: Question, { records, incidents }: Touched): Promise<TraceId | undefined> {
  if (question.kind === 'trace') return question.traceId;
  if (question.kind === 'request') return await records.traceOfId(question.requestId);
  if (question.kind !== 'last') return undefined;
  const { outcome, name } = question;
  const named = (await incidents.newest(SEARCHED)).filter((incident) => matchesWords(incident, name));
  const kind = named.filter(({ alert }) => outcome === undefined || alert.outcome === outcome);
  return kind.toSorted((a, b) => b.lastSeen - a.lastSeen)[0]?.alert.traceId;
}
