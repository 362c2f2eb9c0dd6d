import type { Redis } from 'ioredis';

export type Command = readonly (string | number)[];

/**
 * `EVAL` with the text, not `EVALSHA`: Redis compiles a text once, and nothing has to be loaded again after it restarted.
 * A script is the unit in which Redis does all or nothing visible to others.
 */
export const script = (lua: string, key: string, args: Command): Command => ['eval', lua, 1, key, ...args];

/** Notes something of what is there; of what is gone nothing is left behind, which would have no end. */
export const noted = (key: string, ...fields: Command): Command =>
  script(`if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], unpack(ARGV)) end`, key, fields);

/** Sends all commands in one round trip and gives their replies in order. Throws when any of them failed: the sender then sends again. */
export async function pipelined(redis: Redis, commands: readonly Command[]): Promise<readonly unknown[]> {
  if (commands.length === 0) return [];
  const replies = (await redis.pipeline(commands.map((command) => [...command])).exec()) ?? [];
  return replies.map(([error, reply], index) => {
    if (error) throw new Error(`Redis refused ${commands[index]?.[0]}: ${error.message}`, { cause: error });
    return reply;
  });
}
