import type { Redis } from 'ioredis';
import type { Clock, Pace } from '../ports.ts';
import { toMillis } from '../units.ts';
import { keys } from './keys.ts';
import { pipelined, script } from './scripts.ts';

/**
 * https://docs.slack.dev/apis/web-api/rate-limits: one message a second to a channel; some fifty edits a minute (tier 3). A tenth more,
 * for whose turn it is may be slow to use it: so ten seconds never see eleven.
 */
const GAP_MS = 1_100;
/** Whoever has not taken a turn by then is dead. */
const FORGOTTEN_MS = 10 * 60_000;

/**
 * KEYS[1] the line: who waits, by the time of their turn; `#`: when the last turn was taken. ARGV: 1 who, 2 now, 3 gap, 4 forgotten.
 * Answers how long to wait; 0: it is taken now.
 */
const TURN = `
local line, who, now, gap = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('PEXPIRE', line, ARGV[4])
local last = tonumber(redis.call('ZSCORE', line, '#') or '0')
for _, old in ipairs(redis.call('ZRANGEBYSCORE', line, '-inf', '(' .. now - tonumber(ARGV[4]))) do
  if old ~= '#' then redis.call('ZREM', line, old) end
end
local mine = tonumber(redis.call('ZSCORE', line, who) or '0')
if mine == 0 then
  mine = math.max(now, last + gap)
  for _, at in ipairs({ redis.call('ZRANGE', line, -1, -1, 'WITHSCORES')[2] }) do mine = math.max(mine, tonumber(at) + gap) end
end
mine = math.max(mine, last + gap)
if mine > now then
  redis.call('ZADD', line, mine, who)
  redis.call('PEXPIRE', line, ARGV[4])
  return mine - now
end
redis.call('ZREM', line, who)
redis.call('ZADD', line, now, '#')
redis.call('PEXPIRE', line, ARGV[4])
return 0`;

/** One line a channel: what Slack makes one channel wait for holds up no other. */
export function redisPace(redis: Redis, clock: Clock): Pace {
  const nowMs = (): number => Math.floor(toMillis(clock()));
  return {
    turn: async (channel, who) => {
      const [wait] = await pipelined(redis, [script(TURN, keys.pace(channel), [who, nowMs(), GAP_MS, FORGOTTEN_MS])]);
      return Number(wait);
    },
    hold: async (channel, forMs) => {
      const key = keys.pace(channel);
      await pipelined(redis, [
        ['zadd', key, 'GT', nowMs() + Math.ceil(forMs) - GAP_MS, '#'],
        ['pexpire', key, Math.ceil(forMs) + FORGOTTEN_MS],
      ]);
    },
  };
}
