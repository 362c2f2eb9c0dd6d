import type { Redis } from 'ioredis';

/** A replica on the same network confirms within a millisecond or two. */
const CONFIRMS_WITHIN_MS = 500;
/** Whether there is a replica is asked so often. */
const BELIEVED_FOR_MS = 1_000;

/**
 * Resolves when a replica has everything that this connection has written; at once where Redis has none. To be asked before anything
 * outside depends on it: the confirmation to a sender, a message in Slack, the answer to a person. What a failover to a replica
 * that is behind takes back was then never told, and is done again. Throws when no replica confirms: then nothing may depend on it.
 */
export function replicated(redis: Redis): () => Promise<void> {
  let replicas = 0;
  let askedAt = -Infinity;
  return async () => {
    if (performance.now() - askedAt > BELIEVED_FOR_MS) {
      askedAt = performance.now();
      replicas = heard(await redis.info('replication'));
    }
    if (replicas === 0) return;
    if ((await redis.wait(1, CONFIRMS_WITHIN_MS)) === 0)
      throw new Error(`no replica of Redis has confirmed within ${CONFIRMS_WITHIN_MS} ms`);
  };
}

/** Replicas that have said once how far they are. One that still loads its copy may take minutes, and nobody fails over to it. */
const heard = (replication: string): number => replication.match(/^slave\d+:.*state=online,offset=[1-9]/gm)?.length ?? 0;
