import type { Redis } from 'ioredis';
import { studio } from '../../jobs/studio.ts';
import type { Chat, Clock, World } from '../../src/ports.ts';
import { idleQueue } from './idle-queue.ts';
import { redisMemory } from './redis-memory.ts';

type Given = Partial<World> & { readonly chat: Chat };

/** For jobs that a test runs itself: memory in Redis, the studio in this thread, and no waiting for one's turn, for Slack's pace has tests of its own. */
export function jobsWorld(redis: Redis, clock: Clock, given: Given): World {
  const memory = redisMemory(redis, clock);
  const pace = { turn: async () => 0, hold: async () => undefined };
  return { ...memory, studio: studio(memory), pace, queue: idleQueue, ...given };
}
