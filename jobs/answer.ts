import type { Sought, World } from '../src/ports.ts';
import type { TraceId } from '../src/telemetry/ids.ts';
import type { Answer, Question } from '../src/work.ts';
import { look } from './look.ts';
import type { JobOutcome } from './outcome.ts';
import { showPicture } from './show-picture.ts';

type Touched = Pick<World, 'clock' | 'records' | 'usual' | 'incidents' | 'outbox' | 'chat' | 'archive'>;

/** Somebody asked for a transaction: show it where they asked, or say in words what was looked for or why it cannot be shown. */
export async function answer(job: Answer, world: Touched): Promise<JobOutcome> {
  const traceId = await traceOf(job.question, world);
  const seen = traceId && (await look(world, traceId));
  const sought = traceId && !seen ? await seek(traceId, world) : undefined;
  if (sought?.kind === 'refused' && sought.againInMs !== undefined) return { againInMs: sought.againInMs };
  const scene = sought?.kind === 'sought' && traceId ? await look(world, traceId) : seen;
  if (!scene) {
    await world.chat.respond(job.responseUrl, { kind: 'not-found', question: job.question, searched: sought && inWords(sought) });
    return 'done';
  }
  const incident = await world.incidents.ofTrace(scene.transaction.id);
  const told = { scene, incident, askedBy: job.user, awsCalls: sought?.kind === 'sought' ? sought.calls : undefined };
  const place = { channel: job.channel, ts: undefined };
  const picture = await showPicture(world, { key: `answer:${job.requestId}`, told, place });
  if (picture.kind === 'later') return { againInMs: picture.inMs };
  if (picture.kind === 'refused') await world.chat.respond(job.responseUrl, { kind: 'in-words', told, why: picture.why });
  return 'done';
}

const traceOf = async (question: Question, { records }: Pick<World, 'records'>): Promise<TraceId | undefined> =>
  question.kind === 'trace' ? question.traceId : await records.traceOfRequest(question.requestId);

type Outcome = Sought | { readonly kind: 'failed'; readonly why: string };

/** Nothing is known of the trace: AWS may know it still. Its failure is an answer too; a person waits for one. */
async function seek(traceId: TraceId, { records, archive }: Pick<World, 'records' | 'archive'>): Promise<Outcome | undefined> {
  try {
    const sought = await archive?.seek(traceId, []);
    if (sought?.kind === 'sought') await records.keep(sought.records, []);
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
