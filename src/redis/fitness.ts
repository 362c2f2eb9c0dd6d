import type { Redis } from 'ioredis';
import { type Finding, good, missing, noted } from '../findings.ts';
import { SHED_PERCENT } from '../incident/trouble.ts';
import { type Info, infoIn, isTight, usedShare } from './fullness.ts';

/** BullMQ recommends 6.2. https://docs.bullmq.io/guide/going-to-production */
const OLDEST = [6, 2] as const;

/** Whether this Redis keeps what it has confirmed. Throws when it does not answer. */
export async function fitnessOf(redis: Redis): Promise<readonly Finding[]> {
  const said = infoIn(await redis.info());
  return [age(said), eviction(said), room(said), durability(said)];
}

function age(said: Info): Finding {
  const version = said.get('redis_version') ?? '0';
  const valkey = said.get('valkey_version');
  const name = valkey === undefined ? `Redis ${version}` : `Valkey ${valkey}`;
  if (isOld(version)) return missing(`${name} is too old: expected ${OLDEST.join('.')} or newer, or Valkey`, 'upgrade it');
  return good(`${name}, and ${OLDEST.join('.')} is enough`);
}

function eviction(said: Info): Finding {
  const policy = said.get('maxmemory_policy');
  if (policy === 'noeviction') return good('drops nothing when its memory is full (maxmemory-policy noeviction)');
  return missing(
    `drops keys when its memory is full (maxmemory-policy ${policy}): expected noeviction`,
    'maxmemory-policy noeviction in redis.conf, or in the parameter group of ElastiCache',
  );
}

function room(said: Info): Finding {
  const share = usedShare(said);
  const mb = (name: string) => `${Math.round(Number(said.get(name)) / 1_000_000)} MB`;
  if (share === undefined) return good(`uses ${mb('used_memory')} of memory; no limit is set (maxmemory 0)`);
  const line = `uses ${mb('used_memory')} of ${mb('maxmemory')} of memory`;
  if (!isTight(share)) return good(line);
  return noted(`${line}: from ${SHED_PERCENT} % on healthy traces are not kept`, 'give it more memory');
}

/** ElastiCache writes no append-only file since Redis 2.8; a replica stands in for it. */
function durability(said: Info): Finding {
  if (said.get('aof_enabled') === '1') return good('writes an append-only file');
  const replicas = Number(said.get('connected_slaves') ?? 0);
  if (replicas > 0) return good(`writes no append-only file, and ${replicas} replica(s) hold what it has`);
  return noted(
    'writes no append-only file and has no replica: what it has confirmed is lost when it dies',
    'appendonly yes in redis.conf; on ElastiCache a replica in a second zone',
  );
}

function isOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}
