import { setTimeout as delay } from 'node:timers/promises';
import type { HoldProxy } from '../world/hold-proxy.ts';
import { type RedisServer, startRedisServer } from '../world/redis-server.ts';

/** A Redis that is written to and, where failovers are wanted, one that follows it. */
export type RedisPair = {
  readonly primary: () => RedisServer;
  /** The primary dies for good, with all that only it has; whoever was connected is led to the other. */
  failover(wire: HoldProxy): Promise<void>;
  stop(): Promise<void>;
};

/** The processes look whether there is a replica once a second: before it is relied on, each has seen it. */
const SEEN_AFTER_MS = 2_500;

export async function startRedisPair(options: { readonly isFollowed: boolean; readonly folder: string }): Promise<RedisPair> {
  let primary = await startRedisServer(options.folder);
  const follower = async (): Promise<RedisServer> => {
    const server = await startRedisServer(options.folder);
    await server.follow(primary.port);
    return server;
  };
  let replica = options.isFollowed ? await follower() : undefined;
  return {
    primary: () => primary,
    failover: async (wire) => {
      if (!replica) throw new Error('there is nobody to fail over to');
      await replica.inStep();
      await delay(SEEN_AFTER_MS);
      const old = primary;
      await old.kill();
      await replica.promote();
      primary = replica;
      wire.aim(primary.port);
      wire.reset();
      await old.stop();
      replica = await follower();
    },
    stop: async () => {
      await Promise.all([primary.stop(), replica?.stop()]);
    },
  };
}
