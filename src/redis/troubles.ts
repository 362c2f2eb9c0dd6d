import type { Redis } from 'ioredis';
import { isNews, type Trouble } from '../incident/trouble.ts';
import type { Clock, Troubles } from '../ports.ts';
import { micros } from '../units.ts';
import type { TellTrouble } from '../work.ts';
import { infoIn, isShort, isTight, usedShare } from './fullness.ts';
import { lastGivenUp } from './given-up.ts';
import { INCIDENTS_TTL_MS, keys } from './keys.ts';
import { readLedgers } from './ledgers.ts';
import { pipelined } from './scripts.ts';

/** What is wrong is read where it is so (the failed jobs, the memory, the ledgers), not remembered: only the message is. */
export function redisTroubles(redis: Redis, clock: Clock): Troubles {
  return {
    read: (of) => read(redis, of, clock),
    setThread: async (of, { channel, ts }) => {
      await redis.hset(keys.trouble(of), { channel, ts });
    },
    setShown: async (of, face) => {
      await redis.hset(keys.trouble(of), 'shown', face);
    },
    end: async (of) => {
      await redis.del(keys.trouble(of));
    },
  };
}

async function read(redis: Redis, of: TellTrouble['of'], clock: Clock): Promise<Trouble | undefined> {
  const { what, over } = of === 'memory' ? await memory(redis) : await givenUp(redis, of);
  const { began, grave, channel, ts, shown } = await redis.hgetall(keys.trouble(of));
  const thread = channel !== undefined && ts !== undefined ? { channel, ts } : undefined;
  if (over && !thread) return undefined;
  const isTold = began !== undefined && (over || !isNews(what, { began: micros(Number(began)), grave: grave === '1' }));
  if (isTold) return { id: began, what, over, thread, shown };
  const id = String(clock());
  await pipelined(redis, [
    ['del', keys.trouble(of)],
    ['hset', keys.trouble(of), 'began', id, 'grave', what.kind === 'short-of-memory' && what.sheds ? 1 : 0],
    ['pexpire', keys.trouble(of), INCIDENTS_TTL_MS],
  ]);
  return { id, what, over, thread: undefined, shown: undefined };
}

type Now = Pick<Trouble, 'what' | 'over'>;

async function givenUp(redis: Redis, queue: string): Promise<Now> {
  const { count, why, at } = await lastGivenUp(redis, queue);
  return { what: { kind: 'given-up', queue, count, why, last: at }, over: count === 0 };
}

async function memory(redis: Redis): Promise<Now> {
  const share = usedShare(infoIn(await redis.info('memory')));
  const entries = Object.values(await readLedgers(redis));
  const shed = entries.reduce((sum, { rejected }) => sum + (rejected['memory-short'] ?? 0), 0);
  const usedPercent = Math.round((share ?? 0) * 100);
  return { what: { kind: 'short-of-memory', usedPercent, sheds: isShort(share), shed }, over: !isTight(share) };
}
