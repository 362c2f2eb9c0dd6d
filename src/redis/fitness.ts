import type { Redis } from 'ioredis';
import { isTight, usedShare } from './fullness.ts';

/** BullMQ recommends 6.2. https://docs.bullmq.io/guide/going-to-production */
const OLDEST = [6, 2] as const;

export type Fitness = { readonly faults: readonly string[]; readonly warnings: readonly string[] };

/** Whether this Redis keeps what it has confirmed. Throws when it does not answer. */
export async function fitnessOf(redis: Redis): Promise<Fitness> {
  const info = await redis.info();
  const share = usedShare(info);
  const said = new Map(info.split('\r\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
  const version = said.get('redis_version') ?? '0';
  const policy = said.get('maxmemory_policy');
  return {
    faults: [
      ...(isOld(version) ? [`Redis ${version} is too old: expected ${OLDEST.join('.')} or newer, or Valkey`] : []),
      ...(policy !== 'noeviction'
        ? [`Redis drops keys when its memory is full (maxmemory-policy ${policy}): expected noeviction`]
        : []),
    ],
    warnings: [
      ...(said.get('aof_enabled') === '1'
        ? []
        : ['Redis writes no append-only file: what it has confirmed is lost when it dies']),
      ...(isTight(share)
        ? [`Redis has used ${Math.round((share ?? 0) * 100)} % of its memory: from 85 % on healthy traces are not kept`]
        : []),
    ],
  };
}

function isOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}
