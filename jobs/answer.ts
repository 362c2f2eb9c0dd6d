import type { World } from '../src/ports.ts';
import type { TraceId } from '../src/telemetry/ids.ts';
import type { Answer, Question } from '../src/work.ts';
import type { JobOutcome } from './outcome.ts';
import { type Portrait, showPicture } from './show-picture.ts';

type Touched = Pick<World, 'clock' | 'records' | 'studio' | 'incidents' | 'outbox' | 'chat'>;

/** Somebody asked for a picture: show it where they asked, or say in words what was looked for or why it cannot be shown. */
export async function answer(job: Answer, world: Touched): Promise<JobOutcome> {
  const picture = await showPicture(world, {
    key: `answer:${job.requestId}`,
    drawing: job.requestId,
    portray: () => portrait(job, world),
    place: { channel: job.channel, ts: undefined },
  });
  if (picture.kind === 'later') return { againInMs: picture.inMs };
  if (picture.kind === 'unknown') await world.chat.respond(job.responseUrl, { kind: 'not-found', question: job.question });
  if (picture.kind === 'refused') {
    await world.chat.respond(job.responseUrl, { kind: 'in-words', told: picture.told, why: picture.why });
  }
  return 'done';
}

async function portrait({ question, user }: Answer, world: Touched): Promise<Portrait | undefined> {
  if (question.kind === 'map') {
    const found = await world.studio.portrayMap(question);
    return found && { picture: found.picture, told: { map: found.map, askedBy: user } };
  }
  const traceId = await traceOf(question, world);
  const found = traceId && (await world.studio.portray(traceId));
  if (!found) return undefined;
  const incident = await world.incidents.ofTrace(found.telling.id);
  return { picture: found.picture, told: { telling: found.telling, incident, askedBy: user } };
}

type Asked = Exclude<Question, { kind: 'map' }>;

const traceOf = async (question: Asked, { records }: Pick<World, 'records'>): Promise<TraceId | undefined> =>
  question.kind === 'trace' ? question.traceId : await records.traceOfRequest(question.requestId);
