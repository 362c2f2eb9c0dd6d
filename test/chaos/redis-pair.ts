import { setTimeout as delay } from 'node:timers/promises';
import type { HoldProxy } from '../world/hold-proxy.ts';
import { type RedisServer, startRedisServer } from '../world/redis-server.ts';
import { type SmallDisk, smallDisk } from './small-disk.ts';

/** A Redis that is written to and, where failovers are wanted, one that follows it. */
export type RedisPair = {
  readonly primary: () => RedisServer;
  /** The one that the primary writes its files to; undefined: the machine's own, which nobody fills. */
  readonly disk: () => SmallDisk | undefined;
  /** The primary dies for good, with all that only it has; whoever was connected is led to the other. */
  failover(wire: HoldProxy): Promise<void>;
  stop(): Promise<void>;
};

/** The processes look whether there is a replica once a second: before it is relied on, each has seen it. */
const SEEN_AFTER_MS = 2_500;

type Member = { readonly server: RedisServer; readonly disk: SmallDisk | undefined };

export async function startRedisPair(wanted: { readonly isFollowed: boolean; readonly hasDisk: boolean }): Promise<RedisPair> {
  const member = async (): Promise<Member> => {
    const disk = wanted.hasDisk ? await smallDisk() : undefined;
    return { disk, server: await startRedisServer(disk?.folder) };
  };
  const stopped = async (one: Member | undefined): Promise<void> => {
    await one?.server.stop();
    await one?.disk?.remove();
  };
  const follower = async (): Promise<Member> => {
    const made = await member();
    await made.server.follow(primary.server.port);
    return made;
  };
  let primary = await member();
  let replica = wanted.isFollowed ? await follower() : undefined;
  return {
    primary: () => primary.server,
    disk: () => primary.disk,
    failover: async (wire) => {
      if (!replica) throw new Error('there is nobody to fail over to');
      await replica.server.inStep();
      await delay(SEEN_AFTER_MS);
      const old = primary;
      await old.server.kill();
      await replica.server.promote();
      primary = replica;
      wire.aim(primary.server.port);
      wire.reset();
      await stopped(old);
      replica = await follower();
    },
    stop: async () => {
      await Promise.all([stopped(primary), stopped(replica)]);
    },
  };
}
