import type { Redis } from 'ioredis';
import { DEFAULT_RULES, type Rules } from '../../src/incident/rules.ts';
import type { Clock, World } from '../../src/ports.ts';
import { redisAskings } from '../../src/redis/askings.ts';
import { redisChanges } from '../../src/redis/changes.ts';
import { redisExaminations } from '../../src/redis/examinations.ts';
import { redisIncidents } from '../../src/redis/incidents.ts';
import { redisLatencies } from '../../src/redis/latencies.ts';
import { redisOutbox } from '../../src/redis/outbox.ts';
import { redisPace } from '../../src/redis/pace.ts';
import { redisRecollection } from '../../src/redis/recollection.ts';
import { redisRecords } from '../../src/redis/records.ts';
import { redisStorms } from '../../src/redis/storms.ts';
import { redisTroubles } from '../../src/redis/troubles.ts';
import { redisUsual } from '../../src/redis/usual.ts';

export const RULES: Rules = { ...DEFAULT_RULES, channel: 'C0INCIDENTS' };

/** All of the world that rests in Redis. */
export const redisMemory = (redis: Redis, clock: Clock): Omit<World, 'queue' | 'chat' | 'studio'> => ({
  ...{ clock, rules: RULES, outbox: redisOutbox(redis), pace: redisPace(redis, clock), storms: redisStorms(redis, clock) },
  ...{ changes: redisChanges(redis), latencies: redisLatencies(redis), troubles: redisTroubles(redis, clock) },
  ...{ askings: redisAskings(redis), examinations: redisExaminations(redis), recollection: redisRecollection(redis) },
  ...{ records: redisRecords(redis, clock), usual: redisUsual(redis, clock), incidents: redisIncidents(redis, clock) },
});
