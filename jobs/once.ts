import type { Thread } from '../src/incident/incident.ts';
import type { Delivery, Intent, World } from '../src/ports.ts';
import { fromMillis, type Micros } from '../src/units.ts';

/** A request that was given up may still take effect (the client waits 10 s for its answer): only after this does "not there" hold. */
const SETTLED = fromMillis(15_000);

/** How long to wait from now until an attempt made at that time has had its effect, or never will; in ms, 0 when it is over. */
export const untilSettled = (attempt: Micros, now: Micros): number => Math.max(0, (attempt + SETTLED - now) / 1_000);

type Later = { readonly kind: 'later'; readonly inMs: number };

/** Another attempt, or another worker's, is under way. */
export const later: Later = { kind: 'later', inMs: SETTLED / 1_000 };

type Touched = Pick<World, 'clock' | 'outbox'>;

export type Effect = {
  /** What an earlier attempt that never heard its answer has left behind, not before `since`. */
  readonly find: (since: Micros) => Promise<Thread | undefined>;
  readonly attempt: () => Promise<Delivery>;
};

/** `found`: an earlier attempt's, which may say less than is known now. */
export type Once = { readonly kind: 'posted' | 'found'; readonly thread: Thread } | Later;

/**
 * Slack has no idempotency key, so: write down the intent, try, and where the answer is missing (ours or a dead predecessor's) look
 * before trying again. Throws when Slack refuses, or was certainly not reached; the intent is withdrawn then.
 */
export async function once(world: Touched, key: string, effect: Effect): Promise<Once> {
  const claim = await claimed(world, key);
  if (claim.kind === 'later') return claim;
  if (claim.kind === 'settled') {
    const thread = await effect.find(claim.earlier.at);
    // failpoint: once-looked
    if (thread) return { kind: 'found', thread };
    if (!(await world.outbox.revise(key, claim.earlier, claim.ours))) return later;
  }
  // failpoint: once-intended
  const delivery = await attempted(world, key, effect.attempt);
  // failpoint: once-attempted
  if (delivery.kind === 'posted') return delivery;
  if (delivery.kind === 'unsure') return settling(claim.ours, world);
  await world.outbox.clear(key);
  throw new Error(`Slack refused ${key}: ${delivery.why}`);
}

/**
 * For what may be repeated but not overtaken: an edit that was given up can still land on a newer one, so the next waits until it
 * has. Gives what the attempt gives, when that is certain.
 */
export async function oneByOne<T>(world: Touched, key: string, attempt: () => Promise<T | 'unsure'>): Promise<T | Later> {
  const claim = await claimed(world, key);
  if (claim.kind === 'later') return claim;
  if (claim.kind === 'settled' && !(await world.outbox.revise(key, claim.earlier, claim.ours))) return later;
  const result = await attempted(world, key, attempt);
  // failpoint: edit-attempted
  if (result === 'unsure') return settling(claim.ours, world);
  await world.outbox.clear(key);
  return result;
}

type Claim =
  | { readonly kind: 'free'; readonly ours: Intent }
  /** Somebody has tried, and what came of it can be seen by now. */
  | { readonly kind: 'settled'; readonly ours: Intent; readonly earlier: Intent }
  | Later;

async function claimed({ clock, outbox }: Touched, key: string): Promise<Claim> {
  const ours: Intent = { at: clock(), trying: undefined, shown: undefined };
  const written = await outbox.intend(key, ours);
  if (written.ours) return { kind: 'free', ours };
  const inMs = untilSettled(written.intent.at, ours.at);
  return inMs > 0 ? { kind: 'later', inMs } : { kind: 'settled', ours, earlier: written.intent };
}

const settling = ({ at }: Intent, { clock }: Touched): Later => ({ kind: 'later', inMs: untilSettled(at, clock()) });

async function attempted<T>({ outbox }: Touched, key: string, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    await outbox.clear(key);
    throw error;
  }
}
