import type { Redis } from 'ioredis';

export type Command = readonly (string | number)[];

/**
 * `EVAL` with the text, not `EVALSHA`: Redis compiles a text once, and nothing has to be loaded again after it restarted.
 * A script is the unit in which Redis does all or nothing visible to others.
 */
export const script = (lua: string, key: string, args: Command): Command => ['eval', lua, 1, key, ...args];

/** Sends all commands in one round trip and gives their replies in order. Throws when any of them failed: the sender then sends again. */
export async function pipelined(redis: Redis, commands: readonly Command[]): Promise<readonly unknown[]> {
  if (commands.length === 0) return [];
  const replies = (await redis.pipeline(commands.map((command) => [...command])).exec()) ?? [];
  return replies.map(([error, reply], index) => {
    if (error) throw new Error(`Redis refused ${commands[index]?.[0]}: ${error.message}`, { cause: error });
    return reply;
  });
}
