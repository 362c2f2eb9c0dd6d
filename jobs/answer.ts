import type { Incident } from '../src/incident/incident.ts';
import { themeIn } from '../src/incident/rules.ts';
import { byUrgency, isClosed, matchesWords } from '../src/incident/search.ts';
import { similarTo } from '../src/incident/similar.ts';
import type { Reply, World } from '../src/ports.ts';
import { peopleIn, postMortem } from '../src/post-mortem.ts';
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
  const sought = traceId && SOUGHT.has(question.kind) ? await seekUnknown(traceId, world) : undefined;
  if (sought?.kind === 'refused' && sought.againInMs !== undefined) return { againInMs: sought.againInMs };
  const awsCalls = sought?.kind === 'sought' ? sought.calls : undefined;
  const picture = await showPicture(world, {
    key: `answer:${job.requestId}`,
    drawing: job.requestId,
    portray: () => portrayed(job, { traceId, awsCalls }, world),
    place: { channel: job.channel, ts: job.thread },
  });
  if (picture.kind === 'later') return { againInMs: picture.inMs };
  if (picture.kind === 'unknown')
    return await said(job, { kind: 'not-found', question, searched: sought && soughtInWords(sought) }, world);
  if (picture.kind === 'refused') return await said(job, { kind: 'in-words', told: picture.told, why: picture.why }, world);
  return 'done';
}

/** AWS may know what a person names by id; what is found through an incident was sent to us. */
const SOUGHT: ReadonlySet<Question['kind']> = new Set(['trace', 'request']);

type Found = { readonly traceId: TraceId | undefined; readonly awsCalls: number | undefined };

async function portrayed(job: Answer, found: Found, world: Touched): Promise<Portrait | undefined> {
  const { question } = job;
  if (question.kind === 'map') return await mapped(question, job, world);
  if (question.kind !== 'about' || question.what === 'trace') return await drawn(found, job, world);
  const incident = await world.incidents.read(question.incidentId);
  if (!incident) return undefined;
  return question.what === 'export'
    ? await exported(incident, job, world)
    : await mapped({ kind: 'map', traceId: incident.alert.traceId }, job, world);
}

async function mapped(question: MapQuestion, { user, channel }: Answer, world: Touched): Promise<Portrait | undefined> {
  const found = await world.studio.portrayMap(question, themeIn(channel, world.rules));
  return found && { picture: found.picture, told: { map: found.map, askedBy: user } };
}

async function drawn({ traceId, awsCalls }: Found, { user, channel }: Answer, world: Touched): Promise<Portrait | undefined> {
  const found = traceId && (await world.studio.portray(traceId, themeIn(channel, world.rules)));
  if (!found) return undefined;
  const incident = await world.incidents.ofTrace(found.telling.id);
  return { picture: found.picture, told: { telling: found.telling, incident, askedBy: user, awsCalls } };
}

async function exported(
  incident: Incident,
  { channel }: Answer,
  { studio, rules, chat }: Touched,
): Promise<Portrait | undefined> {
  const found = await studio.dossier(incident.alert.traceId, themeIn(channel, rules));
  if (!found) return undefined;
  const names = await chat.names(peopleIn(incident));
  const documents = [
    { name: `incident-${incident.id}.md`, text: postMortem(incident, found.telling, names) },
    { name: 'transaction.json', text: found.json },
    { name: 'spans.otlp.json', text: found.otlp },
  ];
  return { picture: found.picture, told: { exported: incident, documents } };
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
      return { kind: 'open', incidents: byUrgency(open) };
    }
    case 'search': {
      const all = await incidents.newest(SEARCHED);
      const found = all.filter((incident) => matchesWords(incident, question.words));
      return { kind: 'found', words: question.words, among: all.length, incidents: byUrgency(found) };
    }
    case 'about': {
      if (question.what !== 'similar') return undefined;
      const incident = await incidents.read(question.incidentId);
      return incident && { kind: 'similar', similar: similarTo(incident, await incidents.newest(SEARCHED)) };
    }
    default:
      return undefined;
  }
}

async function traceOf(question: Question, { records, incidents }: Touched): Promise<TraceId | undefined> {
  switch (question.kind) {
    case 'trace':
      return question.traceId;
    case 'request':
      return await records.traceOfId(question.requestId);
    case 'about':
      return (await incidents.read(question.incidentId))?.alert.traceId;
    case 'last': {
      const { outcome, name } = question;
      const named = (await incidents.newest(SEARCHED)).filter((incident) => matchesWords(incident, name));
      const kind = named.filter(({ alert }) => outcome === undefined || alert.outcome === outcome);
      return kind.toSorted((a, b) => b.lastSeen - a.lastSeen)[0]?.newest.traceId;
    }
    default:
      return undefined;
  }
}
