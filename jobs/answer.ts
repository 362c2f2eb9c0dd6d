import type { World } from '../src/ports.ts';
import type { TraceId } from '../src/telemetry/ids.ts';
import type { Answer, Question } from '../src/work.ts';
import { look } from './look.ts';
import type { JobOutcome } from './outcome.ts';
import { showPicture } from './show-picture.ts';

type Touched = Pick<World, 'clock' | 'records' | 'usual' | 'changes' | 'incidents' | 'outbox' | 'chat'>;

/** Somebody asked for a transaction: show it where they asked, or say in words what was looked for or why it cannot be shown. */
export async function answer(job: Answer, world: Touched): Promise<JobOutcome> {
  const traceId = await traceOf(job.question, world);
  const scene = traceId && (await look(world, traceId));
  if (!scene) {
    await world.chat.respond(job.responseUrl, { kind: 'not-found', question: job.question });
    return 'done';
  }
  const incident = await world.incidents.ofTrace(scene.transaction.id);
  const told = { scene, incident, askedBy: job.user };
  const place = { channel: job.channel, ts: undefined };
  const picture = await showPicture(world, { key: `answer:${job.requestId}`, told, place });
  if (picture.kind === 'later') return { againInMs: picture.inMs };
  if (picture.kind === 'refused') await world.chat.respond(job.responseUrl, { kind: 'in-words', told, why: picture.why });
  return 'done';
}

const traceOf = async (question: Question, { records }: Pick<World, 'records'>): Promise<TraceId | undefined> =>
  question.kind === 'trace' ? question.traceId : await records.traceOfRequest(question.requestId);
