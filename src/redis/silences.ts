import type { Redis } from 'ioredis';
import { isForgotten, looked, type Watch } from '../incident/silence.ts';
import type { Silent } from '../incident/trouble.ts';
import { type Reason, SOURCES, type Source } from '../ledger.ts';
import type { Clock } from '../ports.ts';
import { fromMillis, type Micros } from '../units.ts';
import { keys, WATCHED_TTL_MS } from './keys.ts';
import { pipelined, script } from './scripts.ts';

/** A worker may have slept between its look and what it writes: who has not read what is there now has seen nothing. */
const KEEP = `
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1`;

/** Of one source what processes have said and lookers have seen. */
export type Seen = {
  readonly source: Source;
  readonly arrivedAt: Micros;
  readonly watch: Watch | undefined;
  /** Why something was refused after that. */
  readonly refused: Reason | undefined;
  readonly json: string;
};

/** Of every source from which something came within a week. */
export async function readSeen(redis: Redis): Promise<readonly Seen[]> {
  const [arrivals, refusals, watches] = await Promise.all(
    [keys.arrivals, keys.refusals, keys.watches].map((key) => redis.hmget(key, ...SOURCES)),
  );
  return SOURCES.flatMap((source, index) => {
    const arrivedAt = Number(arrivals?.[index] ?? 0);
    if (arrivedAt === 0) return [];
    const [at, reason] = refusals?.[index]?.split(' ') ?? [];
    const json = watches?.[index] ?? '';
    // Both are written here and in `redisLedger` only.
    const refused = Number(at) > arrivedAt ? (reason as Reason) : undefined;
    const watch = json === '' ? undefined : (JSON.parse(json) as Watch);
    return [{ source, arrivedAt: fromMillis(arrivedAt), watch, refused, json }];
  });
}

/** Looks at every source, and gives those that are silent and should not be. However many look, each sees the same. */
export async function lookAtSilences(redis: Redis, clock: Clock): Promise<readonly Source[]> {
  const now = clock();
  const silent: Source[] = [];
  for (const { source, arrivedAt, watch, json } of await readSeen(redis)) {
    if (isForgotten(arrivedAt, now)) {
      await pipelined(
        redis,
        [keys.arrivals, keys.refusals, keys.watches].map((key) => ['hdel', key, source]),
      );
      continue;
    }
    const next = looked(watch, arrivedAt, now);
    const args = [source, json, JSON.stringify(next), WATCHED_TTL_MS];
    const [isKept] = await pipelined(redis, [script(KEEP, keys.watches, args)]);
    if (isKept === 1 && next.silence && next.silence.to === undefined) silent.push(source);
  }
  return silent;
}

/** The last silence of the source that was to be told; undefined: it is waited for no more, or never was. */
export async function lastSilence(redis: Redis, source: Source): Promise<Silent | undefined> {
  const seen = (await readSeen(redis)).find((each) => each.source === source);
  const silence = seen?.watch?.silence;
  return silence && { kind: 'silent', source, ...silence, refused: silence.to === undefined ? seen.refused : undefined };
}
