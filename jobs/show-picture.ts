import { createHash } from 'node:crypto';
import type { Incident, Thread } from '../src/incident/incident.ts';
import type { Delivery, Intent, Place, Told, World } from '../src/ports.ts';
import { drawWaterfall } from '../src/waterfall/draw.ts';
import type { Scene } from '../src/waterfall/scene.ts';
import { untilSettled } from './once.ts';

export type Showing = {
  /** One picture, one key: a new drawing under it takes the old one's place. */
  readonly key: string;
  readonly scene: Scene;
  readonly incident: Incident | undefined;
  readonly askedBy: string | undefined;
  readonly place: Place;
};

export type ShowingResult =
  | { readonly kind: 'there'; readonly thread: Thread | undefined }
  | { readonly kind: 'later'; readonly inMs: number }
  | { readonly kind: 'refused'; readonly why: string };

type Touched = Pick<World, 'clock' | 'outbox' | 'chat'>;

/** Draws the scene and shows it once, whoever crashes when; shows it anew only when there is something new to see. */
export async function showPicture(world: Touched, showing: Showing): Promise<ShowingResult> {
  const { clock, outbox, chat } = world;
  const told: Told = { scene: showing.scene, incident: showing.incident, askedBy: showing.askedBy };
  const intent = await outbox.intend(showing.key, { at: clock(), trying: undefined, shown: undefined });
  if (intent.trying) return await afterDoubt(world, showing, { ...intent, trying: intent.trying });
  const drawing = fingerprint(showing.scene);
  if (intent.shown?.drawing === drawing) return { kind: 'there', thread: undefined };
  const file = await chat.upload(await drawWaterfall(showing.scene), told);
  await outbox.revise(showing.key, { at: clock(), trying: { file, drawing }, shown: intent.shown });
  const delivery = await shared(world, showing, { intent, share: () => chat.share(file, told, showing.place) });
  if (delivery.kind === 'unsure') return { kind: 'later', inMs: untilSettled(clock(), clock()) };
  if (delivery.kind === 'refused') return delivery;
  await replaced(world, showing, { intent, shown: { file, drawing } });
  return { kind: 'there', thread: delivery.thread };
}

/** An attempt did not hear its answer: look whether the file has appeared before trying again. */
async function afterDoubt(
  world: Touched,
  showing: Showing,
  intent: Intent & { trying: NonNullable<Intent['trying']> },
): Promise<ShowingResult> {
  const inMs = untilSettled(intent.at, world.clock());
  if (inMs > 0) return { kind: 'later', inMs };
  const thread = await world.chat.findFile(intent.trying.file, showing.place);
  if (thread) await replaced(world, showing, { intent, shown: intent.trying });
  else await world.outbox.revise(showing.key, { ...intent, trying: undefined });
  return await showPicture(world, showing);
}

/** When it certainly was not shared, nothing is left in doubt. */
async function shared(
  world: Touched,
  showing: Showing,
  step: { intent: Intent; share: () => Promise<Delivery> },
): Promise<Delivery> {
  const forget = () => world.outbox.revise(showing.key, { ...step.intent, trying: undefined });
  try {
    const delivery = await step.share();
    if (delivery.kind === 'refused') await forget();
    return delivery;
  } catch (error) {
    await forget();
    throw error;
  }
}

async function replaced(
  world: Touched,
  showing: Showing,
  step: { intent: Intent; shown: NonNullable<Intent['shown']> },
): Promise<void> {
  await world.outbox.revise(showing.key, { at: step.intent.at, trying: undefined, shown: step.shown });
  if (step.intent.shown) await world.chat.removePicture(step.intent.shown.file, showing.place);
}

/** What can be seen: the spans, how it ended, what is blamed. The words of the blame are left out: their numbers drift with what is usual. */
const fingerprint = ({ transaction, outcome, causes }: Scene): string =>
  createHash('sha256')
    .update(JSON.stringify([transaction, outcome, causes[0]?.kind, causes[0]?.spanIds]))
    .digest('base64url');
