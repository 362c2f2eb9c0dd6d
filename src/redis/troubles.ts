import type { Redis } from 'ioredis';
import { isNews, type Trouble } from '../incident/trouble.ts';
import { SOURCES, type Source } from '../ledger.ts';
import type { Clock, Troubles } from '../ports.ts';
import { micros, NO_TIME } from '../units.ts';
import { TellTrouble } from '../work.ts';
import { infoIn, isShort, isTight, usedShare } from './fullness.ts';
import { lastGivenUp } from './given-up.ts';
import { INCIDENTS_TTL_MS, keys } from './keys.ts';
import { readLedgers } from './ledgers.ts';
import { noted, pipelined } from './scripts.ts';
import { lastSilence, lookAtSilences } from './silences.ts';

/** Of what there are messages that do not say that it is over. */
export async function toldTroubles(redis: Redis): Promise<readonly TellTrouble['of'][]> {
  const all = TellTrouble.shape.of.options;
  const told = await pipelined(
    redis,
    all.map((of) => ['exists', keys.trouble(of)]),
  );
  return all.filter((_, index) => told[index] === 1);
}

/** What is wrong is read where it is so (the failed jobs, the memory, the ledgers, the silences), not remembered: only the message is. */
export function redisTroubles(redis: Redis, clock: Clock): Troubles {
  return {
    read: (of) => read(redis, of, clock),
    setThread: async (of, { channel, ts }) => {
      await pipelined(redis, [noted(keys.trouble(of), 'channel', channel, 'ts', ts)]);
    },
    setShown: async (of, face) => {
      await pipelined(redis, [noted(keys.trouble(of), 'shown', face)]);
    },
    end: async (of) => {
      await redis.del(keys.trouble(of));
    },
    silent: () => lookAtSilences(redis, clock),
  };
}

async function read(redis: Redis, of: TellTrouble['of'], clock: Clock): Promise<Trouble | undefined> {
  const told = await redis.hgetall(keys.trouble(of));
  const isTold = told['began'] !== undefined;
  const { what, over } = await now(redis, of, told['began']);
  if (over && !isTold) return undefined;
  const { began = '', grave, channel, ts, shown } = over ? told : await begun(redis, of, what, clock);
  const thread = channel !== undefined && ts !== undefined ? { channel, ts } : undefined;
  const isContinued = thread !== undefined && isNews(what, { began: micros(Number(began)), grave: grave === '1' });
  const lasting = isContinued ? 'continued' : 'lasts';
  return { id: began, what, state: over ? 'over' : lasting, thread, shown };
}

/** What stands of the message; now, where none does. Of two who look at once both see the same. */
async function begun(redis: Redis, of: TellTrouble['of'], what: Trouble['what'], clock: Clock): Promise<Record<string, string>> {
  await pipelined(redis, [
    ['hsetnx', keys.trouble(of), 'began', String(clock())],
    ['hsetnx', keys.trouble(of), 'grave', what.kind === 'short-of-memory' && what.sheds ? 1 : 0],
    ['pexpire', keys.trouble(of), INCIDENTS_TTL_MS],
  ]);
  return await redis.hgetall(keys.trouble(of));
}

type Now = { readonly what: Trouble['what']; readonly over: boolean };

/** `toldAt`: undefined where there is no message. */
async function now(redis: Redis, of: TellTrouble['of'], toldAt: string | undefined): Promise<Now> {
  if (of === 'memory') return await memory(redis, toldAt !== undefined);
  const source = SOURCES.find((each) => each === of);
  return source ? await silent(redis, source, toldAt) : await givenUp(redis, of);
}

async function silent(redis: Redis, source: Source, toldAt = '0'): Promise<Now> {
  const last = await lastSilence(redis, source);
  if (last) return { what: last, over: last.to !== undefined };
  const forgotten = { from: micros(Number(toldAt)), to: undefined, usual: NO_TIME, patience: NO_TIME, refused: undefined };
  return { what: { kind: 'silent', source, ...forgotten }, over: true };
}

async function givenUp(redis: Redis, queue: string): Promise<Now> {
  const { count, why, at } = await lastGivenUp(redis, queue);
  return { what: { kind: 'given-up', queue, count, why, last: at }, over: count === 0 };
}

async function memory(redis: Redis, isTold: boolean): Promise<Now> {
  const share = usedShare(infoIn(await redis.info('memory')));
  const entries = Object.values(await readLedgers(redis));
  const shed = entries.reduce((sum, { rejected }) => sum + (rejected['memory-short'] ?? 0), 0);
  const usedPercent = Math.round((share ?? 0) * 100);
  return { what: { kind: 'short-of-memory', usedPercent, sheds: isShort(share), shed }, over: !isTight(share, isTold) };
}
