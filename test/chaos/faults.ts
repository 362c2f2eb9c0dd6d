import { setTimeout as delay } from 'node:timers/promises';
import { type Chance, oneOf } from '../../src/local/shop/chance.ts';
import { WHOLE } from '../world/hold-proxy.ts';
import type { Plant } from './plant.ts';
import { shuffled } from './shuffled.ts';

/** What is done to a plant from outside, apart from killing its processes. */
const FAULTS = {
  redisKill: async ({ redis }: Plant, chance: Chance) => {
    const server = redis.primary();
    await server.kill();
    await delay(chance() * REDIS_AWAY_MS);
    await server.start();
  },
  failover: ({ redis, wire }: Plant) => redis.failover(wire),
  /** Every write is refused. */
  outOfMemory: async ({ redis }: Plant) => {
    const { owner } = redis.primary();
    await owner.config('SET', 'maxmemory', '1mb');
    await delay(FAULT_LASTS_MS);
    await owner.config('SET', 'maxmemory', '0');
  },
  /** Writes are refused once the append-only file has failed. */
  diskFull: async ({ redis }: Plant) => {
    const disk = redis.disk();
    await disk?.fill();
    await delay(FAULT_LASTS_MS);
    await disk?.free();
    // Redis 7.0 was seen to leave a torn file behind when it had followed another one before; whoever frees a disk has it written anew.
    await redis.primary().rewrite();
  },
  /** One after the other, as a deployment does. */
  restart: async ({ mortals }: Plant, chance: Chance) => mortals[Math.floor(chance() * mortals.length)]?.restart(),
  network: async ({ wire }: Plant, chance: Chance) => {
    const fault = oneOf(chance, NETWORK_FAULTS);
    if (fault === 'reset') wire.reset();
    if (fault === 'half-open') wire.halfOpen();
    if (fault === 'hold') wire.hold();
    if (fault === 'latency') wire.travel({ latencyMs: 300, pieceBytes: WHOLE });
    if (fault === 'slices') wire.travel({ latencyMs: 0, pieceBytes: 7 });
    if (fault !== 'reset' && fault !== 'half-open') await delay(FAULT_LASTS_MS);
    wire.release();
    wire.travel({ latencyMs: 0, pieceBytes: WHOLE });
  },
};

type FaultKind = keyof typeof FAULTS;
export type FaultCounts = Readonly<Record<FaultKind, number>>;

const NETWORK_FAULTS = ['hold', 'half-open', 'reset', 'latency', 'slices'] as const;
const REDIS_AWAY_MS = 2_000;
const FAULT_LASTS_MS = 2_000;

/** So many of each in an order of chance, spread over the time. Gives how many there were of each. */
export async function inflict(
  plant: Plant,
  wanted: FaultCounts,
  { chance, until, isOver }: { readonly chance: Chance; readonly until: number; readonly isOver: () => boolean },
): Promise<FaultCounts> {
  const done: Record<FaultKind, number> = { redisKill: 0, failover: 0, outOfMemory: 0, diskFull: 0, restart: 0, network: 0 };
  // Its own keys, hence the cast.
  const kinds = Object.keys(FAULTS) as FaultKind[];
  const left = shuffled(
    chance,
    kinds.flatMap((kind) => Array.from({ length: wanted[kind] }, () => kind)),
  );
  for (const [n, kind] of left.entries()) {
    await delay(Math.max(0, Math.min(LONGEST_PAUSE_MS, (until - Date.now()) / (left.length - n) - FAULT_LASTS_MS)));
    if (isOver()) break;
    await FAULTS[kind](plant, chance);
    done[kind] += 1;
  }
  return done;
}

const LONGEST_PAUSE_MS = 10_000;
