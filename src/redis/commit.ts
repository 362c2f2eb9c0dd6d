import type { Redis } from 'ioredis';
import { type Command, pipelined } from './scripts.ts';

/** What was read and must still be so; `field` undefined: a plain key. `value` undefined: absent. */
export type Check = { readonly key: string; readonly field?: string; readonly value: string | undefined };

/** A command of our own: deletes the key where it holds that value. */
export const DELETE_IF = 'delete-if';

/** ARGV: number of checks, then key, field, whether it was there, value of each; then of each command how many words, and its words. */
const COMMIT = `
local at = 2
for _ = 1, tonumber(ARGV[1]) do
  local there
  if ARGV[at + 1] == '' then there = redis.call('GET', ARGV[at]) else there = redis.call('HGET', ARGV[at], ARGV[at + 1]) end
  if ARGV[at + 2] == '0' then if there then return 0 end
  elseif there ~= ARGV[at + 3] then return 0 end
  at = at + 4
end
while at <= #ARGV do
  local words = tonumber(ARGV[at])
  if ARGV[at + 1] ~= '${DELETE_IF}' then redis.call(unpack(ARGV, at + 1, at + words))
  elseif redis.call('GET', ARGV[at + 2]) == ARGV[at + 3] then redis.call('DEL', ARGV[at + 2]) end
  at = at + words + 1
end
return 1`;

/**
 * Does all of the commands, or none of them where anything has changed since it was read: then false, and the caller reads and decides
 * anew. Rules stay in TypeScript and changes in one step.
 */
export async function commit(redis: Redis, checks: readonly Check[], commands: readonly Command[]): Promise<boolean> {
  const asked = checks.flatMap(({ key, field = '', value }) => [key, field, value === undefined ? 0 : 1, value ?? '']);
  const written = commands.flatMap((command) => [command.length, ...command]);
  const [done] = await pipelined(redis, [['eval', COMMIT, 0, checks.length, ...asked, ...written]]);
  return done === 1;
}

/** Whoever loses a race reads again. Somebody wins every time, so this many losses in a row are no accident. */
const MOST_TRIES = 1_000;

/** Reads, decides and commits until nobody was faster; `attempt` resolves to undefined where somebody was. */
export async function untilCommitted<T>(what: string, attempt: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const result = await attempt();
    if (result !== undefined) return result;
  }
  throw new Error(`${what}: somebody else was faster ${MOST_TRIES} times`);
}
