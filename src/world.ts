import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { SlackConfig } from './config.ts';
import { DEFAULT_RULES, type Rules } from './incident/rules.ts';
import type { World } from './ports.ts';
import { redisAskings } from './redis/askings.ts';
import { redisChanges } from './redis/changes.ts';
import { redisClock } from './redis/clock.ts';
import { patientConnection, promptConnection } from './redis/connection.ts';
import { redisExaminations } from './redis/examinations.ts';
import { redisIncidents } from './redis/incidents.ts';
import { redisLatencies } from './redis/latencies.ts';
import { outageLog } from './redis/outage-log.ts';
import { redisOutbox } from './redis/outbox.ts';
import { redisPace } from './redis/pace.ts';
import { redisQueue } from './redis/queue.ts';
import { redisRecollection } from './redis/recollection.ts';
import { redisRecords } from './redis/records.ts';
import { redisStorms } from './redis/storms.ts';
import { redisTroubles } from './redis/troubles.ts';
import { redisUsual } from './redis/usual.ts';
import { slackChat } from './slack/chat.ts';

export type OpenWorld = {
  readonly world: Omit<World, 'studio'>;
  /** For commands that must answer at once or not at all. */
  readonly prompt: Redis;
  /** For workers, who wait until Redis is back. */
  readonly patient: Redis;
  readonly close: () => Promise<void>;
};

type WorldOptions = {
  readonly redisUrl: string;
  readonly slack: SlackConfig;
  readonly log: Logger;
  readonly rules?: Rules;
};

const rulesFor = ({ channel }: SlackConfig): Rules => ({ ...DEFAULT_RULES, channel });

/** The real world of one process: Redis and Slack. */
export function openWorld({ redisUrl, slack, log, rules = rulesFor(slack) }: WorldOptions): OpenWorld {
  const { onError, watch } = outageLog(log);
  const prompt = promptConnection(redisUrl, onError);
  const patient = patientConnection(redisUrl, onError);
  for (const redis of [prompt, patient]) watch(redis);
  const clock = redisClock(prompt, (ahead_ms) => log.error({ ahead_ms }, 'the clock of this machine and that of Redis differ'));
  const queue = redisQueue(prompt, onError, clock);
  const world: OpenWorld['world'] = {
    clock,
    records: redisRecords(prompt, clock, (used_share) => {
      log.error({ used_share }, 'the memory of Redis comes to its end');
      queue.trouble({ v: 1, of: 'memory' }).catch(onError);
    }),
    usual: redisUsual(prompt, clock),
    changes: redisChanges(prompt),
    latencies: redisLatencies(prompt),
    incidents: redisIncidents(prompt, clock),
    recollection: redisRecollection(prompt),
    storms: redisStorms(prompt, clock),
    examinations: redisExaminations(prompt),
    troubles: redisTroubles(prompt, clock),
    pace: redisPace(prompt, clock),
    askings: redisAskings(prompt),
    outbox: redisOutbox(prompt),
    rules,
    queue,
    chat: slackChat({ token: slack.botToken.reveal(), apiUrl: slack.apiUrl, clock }),
  };
  return {
    world,
    prompt,
    patient,
    close: async () => {
      await queue.close();
      for (const redis of [prompt, patient]) redis.disconnect();
    },
  };
}

/** What reads telemetry and nothing else, for one thread of the studio; whoever ends the thread ends its connection. */
export function openReading(redisUrl: string): Pick<World, 'clock' | 'records' | 'usual' | 'changes' | 'latencies'> {
  // Its commands fail when Redis is away, and say so then.
  const redis = promptConnection(redisUrl, () => undefined);
  const clock = redisClock(redis);
  return {
    clock,
    records: redisRecords(redis, clock),
    usual: redisUsual(redis, clock),
    changes: redisChanges(redis),
    latencies: redisLatencies(redis),
  };
}
