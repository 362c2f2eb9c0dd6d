import type { Thread } from '../src/incident/incident.ts';
import type { Delivery, Intent, World } from '../src/ports.ts';
import { fromMillis, type Micros } from '../src/units.ts';

/** A request that was given up may still take effect (the client waits 10 s for its answer): only after this does "not there" hold. */
const SETTLED = fromMillis(15_000);

/** How long to wait from now until an attempt made at that time has had its effect, or never will; in ms, 0 when it is over. */
export const untilSettled = (attempt: Micros, now: Micros): number => Math.max(0, (attempt + SETTLED - now) / 1_000);

/** Another attempt, or another worker's, is under way. */
export const later = { kind: 'later', inMs: SETTLED / 1_000 } as const;

export type Effect = {
  /** What an earlier attempt that never heard its answer has left behind, not before `since`. */
  readonly find: (since: Micros) => Promise<Thread | undefined>;
  readonly attempt: () => Promise<Delivery>;
};

export type Once = { readonly kind: 'there'; readonly thread: Thread } | { readonly kind: 'later'; readonly inMs: number };

/**
 * Slack has no idempotency key, so: write down the intent, try, and where the answer is missing (ours or a dead predecessor's) look
 * before trying again. Throws when Slack refuses, or was certainly not reached; the intent is withdrawn then.
 */
export async function once(world: Pick<World, 'clock' | 'outbox'>, key: string, effect: Effect): Promise<Once> {
  const now = world.clock();
  const attempt: Intent = { at: now, trying: undefined, shown: undefined };
  const { intent, ours } = await world.outbox.intend(key, attempt);
  if (!ours) {
    const inMs = untilSettled(intent.at, now);
    if (inMs > 0) return { kind: 'later', inMs };
    const found = await effect.find(intent.at);
    // failpoint: once-looked
    if (found) return { kind: 'there', thread: found };
    if (!(await world.outbox.revise(key, intent, attempt))) return later;
  }
  // failpoint: once-intended
  const delivery = await attempted(world, key, effect);
  // failpoint: once-attempted
  if (delivery.kind === 'posted') return { kind: 'there', thread: delivery.thread };
  if (delivery.kind === 'unsure') return { kind: 'later', inMs: untilSettled(now, world.clock()) };
  await world.outbox.clear(key);
  throw new Error(`Slack refused ${key}: ${delivery.why}`);
}

async function attempted({ outbox }: Pick<World, 'outbox'>, key: string, effect: Effect): Promise<Delivery> {
  try {
    return await effect.attempt();
  } catch (error) {
    await outbox.clear(key);
    throw error;
  }
}
