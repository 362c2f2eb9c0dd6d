import type { Redis } from 'ioredis';
import { BEFORE_ONSET, type ResourceChange } from '../diagnosis/changes.ts';
import type { Changes } from '../ports.ts';
import { DECISIONS_TTL_MS, keys } from './keys.ts';
import { pipelined } from './scripts.ts';

/** Of one resource; the newest stay. A deployment announces itself in a handful of steps. */
const CHANGES_EACH = 50;
/** A transaction has few resources; beyond this the rest is left out. */
const RESOURCES = 500;

/** One sorted set a resource, by time. */
export function redisChanges(redis: Redis): Changes {
  return {
    keep: async (changes) => {
      await pipelined(
        redis,
        changes.flatMap((change) => {
          const key = keys.changes(change.resource);
          return [
            ['zadd', key, change.at, JSON.stringify(change)],
            ['zremrangebyrank', key, 0, -1 - CHANGES_EACH],
            ['pexpire', key, DECISIONS_TTL_MS],
          ];
        }),
      );
    },
    read: async (resources, onset) => {
      const replies = await pipelined(
        redis,
        resources.slice(0, RESOURCES).map((resource) => ['zrangebyscore', keys.changes(resource), onset - BEFORE_ONSET, onset]),
      );
      return replies.flat().map((json) => revived(String(json)));
    },
  };
}

/** JSON leaves out what is undefined, and reading a field that is not there gives undefined again. Only `keep` writes these members, hence the cast. */
const revived = (json: string): ResourceChange => JSON.parse(json) as ResourceChange;
