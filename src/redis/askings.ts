import type { Redis } from 'ioredis';
import type { Askings } from '../ports.ts';
import { keys } from './keys.ts';
import { pipelined, script } from './scripts.ts';

/** Each costs an assembly, a drawing and two calls to Slack. Nobody reads one a second; a program that asks as somebody may. */
const ASKINGS_EACH = 60;
const WITHIN_MS = 60_000;

/** KEYS[1] how often this person has asked. ARGV: 1 most, 2 within (ms). Answers how long to wait; 0: it may be asked, and is counted. */
const ASK = `
local asked = redis.call('INCR', KEYS[1])
if asked == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return asked <= tonumber(ARGV[1]) and 0 or redis.call('PTTL', KEYS[1])`;

export const redisAskings = (redis: Redis): Askings => ({
  turn: async (user) => {
    const [wait] = await pipelined(redis, [script(ASK, keys.askings(user), [ASKINGS_EACH, WITHIN_MS])]);
    return Number(wait);
  },
});
