import type { Sought, World } from '../src/ports.ts';
import type { TraceId } from '../src/telemetry/ids.ts';
import type { Answer, Question } from '../src/work.ts';
import type { JobOutcome } from './outcome.ts';
import { type Portrait, showPicture } from './show-picture.ts';

type Touched = Pick<World, 'clock' | 'records' | 'studio' | 'incidents' | 'outbox' | 'chat' | 'archive'>;

/** Somebody asked for a picture: show it where they asked, or say in words what was looked for or why it cannot be shown. */
export async function answer(job: Answer, world: Touched): Promise<JobOutcome> {
  const sought = await seekUnknown(job.question, world);
  if (sought?.kind === 'refused' && sought.againInMs !== undefined) return { againInMs: sought.againInMs };
  const awsCalls = sought?.kind === 'sought' ? sought.calls : undefined;
  const picture = await showPicture(world, {
    key: `answer:${job.requestId}`,
    drawing: job.requestId,
    portray: () => portrait(job, awsCalls, world),
    place: { channel: job.channel, ts: undefined },
  });
  if (picture.kind === 'later') return { againInMs: picture.inMs };
  if (picture.kind === 'unknown') {
    await world.chat.respond(job.responseUrl, { kind: 'not-found', question: job.question, searched: sought && inWords(sought) });
  }
  if (picture.kind === 'refused') {
    await world.chat.respond(job.responseUrl, { kind: 'in-words', told: picture.told, why: picture.why });
  }
  return 'done';
}

async function portrait({ question, user }: Answer, awsCalls: number | undefined, world: Touched): Promise<Portrait | undefined> {
  if (question.kind === 'map') {
    const found = await world.studio.portrayMap(question);
    return found && { picture: found.picture, told: { map: found.map, askedBy: user } };
  }
  const traceId = await traceOf(question, world);
  const found = traceId && (await world.studio.portray(traceId));
  if (!found) return undefined;
  const incident = await world.incidents.ofTrace(found.telling.id);
  return { picture: found.picture, told: { telling: found.telling, incident, askedBy: user, awsCalls } };
}

type Asked = Exclude<Question, { kind: 'map' }>;

const traceOf = async (question: Asked, { records }: Pick<World, 'records'>): Promise<TraceId | undefined> =>
  question.kind === 'trace' ? question.traceId : await records.traceOfRequest(question.requestId);

type Outcome = Sought | { readonly kind: 'failed'; readonly why: string };

/** Of a trace of which nothing is known AWS may know something still. Its failure is an answer too; a person waits for one. */
async function seekUnknown(
  question: Question,
  { records, archive }: Pick<World, 'records' | 'archive'>,
): Promise<Outcome | undefined> {
  const traceId = archive && question.kind !== 'map' ? await traceOf(question, { records }) : undefined;
  if (!archive || !traceId || (await records.read(traceId)).records.length > 0) return undefined;
  try {
    const sought = await archive.seek(traceId, []);
    if (sought.kind === 'sought') await records.keep(sought.records, []);
    return sought;
  } catch (error) {
    return { kind: 'failed', why: error instanceof Error ? error.message : String(error) };
  }
}

function inWords(sought: Outcome): string {
  switch (sought.kind) {
    case 'sought':
      return `AWS does not know it either (${sought.calls} calls)`;
    case 'asked-before':
      return `AWS was asked for it a few minutes ago and did not know it (${sought.calls} calls)`;
    case 'refused':
      return `AWS was not asked: ${sought.why}`;
    case 'failed':
      return `AWS was asked and did not answer: ${sought.why}`;
  }
}
