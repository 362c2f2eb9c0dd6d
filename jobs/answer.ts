import { drawMap } from '../src/map/draw-map.ts';
import type { World } from '../src/ports.ts';
import type { TraceId } from '../src/telemetry/ids.ts';
import { drawWaterfall } from '../src/waterfall/draw.ts';
import type { Answer, Question } from '../src/work.ts';
import { look } from './look.ts';
import { lookAround } from './look-around.ts';
import type { JobOutcome } from './outcome.ts';
import { type Portrait, showPicture } from './show-picture.ts';

type Touched = Pick<World, 'clock' | 'records' | 'usual' | 'incidents' | 'outbox' | 'chat'>;

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
    const map = await lookAround(world, question);
    return map && { picture: await drawMap(map), told: { map, askedBy: user } };
  }
  const traceId = await traceOf(question, world);
  const scene = traceId && (await look(world, traceId));
  if (!scene) return undefined;
  const incident = await world.incidents.ofTrace(scene.transaction.id);
  return { picture: await drawWaterfall(scene), told: { scene, incident, askedBy: user } };
}

type Asked = Exclude<Question, { kind: 'map' }>;

const traceOf = async (question: Asked, { records }: Pick<World, 'records'>): Promise<TraceId | undefined> =>
  question.kind === 'trace' ? question.traceId : await records.traceOfRequest(question.requestId);
