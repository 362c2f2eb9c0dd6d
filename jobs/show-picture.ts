import type { Thread } from '../src/incident/incident.ts';
import type { Delivery, Intent, Place, Told, World } from '../src/ports.ts';
import type { Picture } from '../src/waterfall/picture.ts';
import { later, untilSettled } from './once.ts';

export type Portrait = { readonly picture: Picture; readonly told: Told };

export type Showing = {
  /** One picture, one key: a new drawing under it takes the old one's place. */
  readonly key: string;
  /** Tells one picture from another: equal means nothing new to see. */
  readonly drawing: string;
  /** Asked for only when there is something new to see; undefined: there is nothing. */
  readonly portray: () => Promise<Portrait | undefined>;
  readonly place: Omit<Place, 'since'>;
  /** How many ms to wait before it may appear; asked for what is new only. */
  readonly turn?: () => Promise<number>;
};

export type ShowingResult =
  | { readonly kind: 'there'; readonly thread: Thread | undefined }
  | { readonly kind: 'later'; readonly inMs: number }
  | { readonly kind: 'refused'; readonly why: string; readonly told: Told }
  /** Nothing is known of it. */
  | { readonly kind: 'unknown' };

type Touched = Pick<World, 'clock' | 'outbox' | 'chat'>;
type Trying = Intent & { readonly trying: NonNullable<Intent['trying']> };

/** Has it drawn and shows it once, whoever crashes when; shows it anew only when there is something new to see. */
export async function showPicture(world: Touched, showing: Showing): Promise<ShowingResult> {
  const { clock, outbox } = world;
  const { intent } = await outbox.intend(showing.key, { at: clock(), trying: undefined, shown: undefined });
  if (isTrying(intent)) return await afterDoubt(world, showing, intent);
  if (intent.shown?.drawing === showing.drawing) return { kind: 'there', thread: undefined };
  const inMs = (await showing.turn?.()) ?? 0;
  if (inMs > 0) return { kind: 'later', inMs };
  const portrait = await showing.portray();
  if (!portrait) return { kind: 'unknown' };
  const { picture, told } = portrait;
  const file = await world.chat.upload(picture, told);
  // failpoint: picture-uploaded
  const attempt: Trying = { at: clock(), trying: { file, drawing: showing.drawing }, shown: intent.shown };
  // Whoever lost here has uploaded a file that nobody will see.
  if (!(await outbox.revise(showing.key, intent, attempt))) return later;
  // failpoint: picture-revised
  const delivery = await shared(world, showing, { attempt, told });
  // failpoint: picture-shared
  if (delivery.kind === 'unsure') return later;
  if (delivery.kind === 'refused') return { ...delivery, told };
  await settle(world, showing, attempt);
  return { kind: 'there', thread: delivery.thread };
}

const isTrying = (intent: Intent): intent is Trying => intent.trying !== undefined;

/** An attempt did not hear its answer: look whether the file has appeared before trying again. */
async function afterDoubt(world: Touched, showing: Showing, intent: Trying): Promise<ShowingResult> {
  const inMs = untilSettled(intent.at, world.clock());
  if (inMs > 0) return { kind: 'later', inMs };
  const thread = await world.chat.findFile(intent.trying.file, placeOf(showing, intent));
  // failpoint: picture-looked
  if (thread) await settle(world, showing, intent);
  else if (!(await world.outbox.revise(showing.key, intent, { ...intent, trying: undefined }))) return later;
  return await showPicture(world, showing);
}

/** When it certainly was not shared, nothing is left in doubt. */
async function shared(
  world: Touched,
  showing: Showing,
  { attempt, told }: { readonly attempt: Trying; readonly told: Told },
): Promise<Delivery> {
  const forget = () => world.outbox.revise(showing.key, attempt, { ...attempt, trying: undefined });
  try {
    const delivery = await world.chat.share(attempt.trying.file, told, placeOf(showing, attempt));
    if (delivery.kind === 'refused') await forget();
    return delivery;
  } catch (error) {
    await forget();
    throw error;
  }
}

/** The old picture goes before the new one is noted as the one: a death in between repeats this step, not forgets it. */
async function settle(world: Touched, showing: Showing, attempt: Trying): Promise<void> {
  if (attempt.shown) await world.chat.removePicture(attempt.shown.file, placeOf(showing, attempt));
  await world.outbox.revise(showing.key, attempt, { ...attempt, trying: undefined, shown: attempt.trying });
}

/** What an attempt brought about cannot be older than the attempt, by our clock; what telemetry says of times is another clock's. */
const placeOf = ({ place }: Showing, { at }: Intent): Place => ({ ...place, since: at });
