import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { addedEntries, arrived, type Ledger, refusedSince, SOURCES, type Source, type Totals } from '../ledger.ts';
import { DECISIONS_TTL_MS, keys, WATCHED_TTL_MS } from './keys.ts';
import { type Command, pipelined } from './scripts.ts';

/** What a process says of itself is forgotten a day after it said so last. */
const KEPT_MS = DECISIONS_TTL_MS;

/** Writes what this process has taken since it began: totals, so that to write twice is to write once. And of what there is more, that it came. */
export function redisLedger(redis: Redis, clock: () => number = Date.now): (totals: Totals) => Promise<void> {
  const process_ = randomUUID();
  let written: Totals = {};
  return async (totals) => {
    const now = clock();
    await pipelined(redis, [
      ...SOURCES.flatMap((source) => lastly(source, { before: written[source], totals: totals[source], now })),
      ['set', keys.ledger(process_), JSON.stringify(totals), 'px', KEPT_MS],
      ['zadd', keys.ledgers, now, process_],
      ['zremrangebyscore', keys.ledgers, 0, now - KEPT_MS],
      ['pexpire', keys.ledgers, KEPT_MS],
      ['pexpire', keys.arrivals, WATCHED_TTL_MS],
      ['pexpire', keys.refusals, WATCHED_TTL_MS],
    ]);
    written = totals;
  };
}

type More = { readonly before: Totals[Source]; readonly totals: Totals[Source]; readonly now: number };

function lastly(source: Source, { before, totals, now }: More): readonly Command[] {
  const refused = refusedSince(before, totals);
  return [
    ...(arrived(totals) > arrived(before) ? [['hset', keys.arrivals, source, now]] : []),
    ...(refused === undefined ? [] : [['hset', keys.refusals, source, `${now} ${refused}`]]),
  ];
}

export type Published = { readonly soon: () => void; readonly last: () => Promise<void> };

/** Others see what was counted this much later. */
const PUBLISHED_AFTER_MS = 5_000;

/** Writes the ledger some seconds after something was entered, and once more at the end. While Redis is away nothing is lost: totals are written. */
export function publishing(ledger: Ledger, write: (totals: Totals) => Promise<void>): Published {
  let due: NodeJS.Timeout | undefined;
  const last = async (): Promise<void> => {
    clearTimeout(due);
    due = undefined;
    await write(ledger.totals()).catch(() => undefined);
  };
  return {
    soon: () => {
      due ??= setTimeout(() => void last(), PUBLISHED_AFTER_MS).unref();
    },
    last,
  };
}

/** What all processes together have taken, of those that said so within a day. */
export async function readLedgers(redis: Redis): Promise<Totals> {
  const processes = await redis.zrange(keys.ledgers, '0', '-1');
  const said = processes.length === 0 ? [] : await redis.mget(processes.map((each) => keys.ledger(each)));
  // Only `redisLedger` writes these keys, hence the cast.
  return said.flatMap((json) => (json ? [JSON.parse(json) as Totals] : [])).reduce<Totals>(added, {});
}

const added = (sum: Totals, totals: Totals): Totals => {
  const sources = new Set([...Object.keys(sum), ...Object.keys(totals)] as Source[]); // the keys of Totals are sources
  return Object.fromEntries([...sources].map((source) => [source, both(sum[source], totals[source])]));
};

const both = (a: Totals[Source], b: Totals[Source]): Totals[Source] => (a && b ? addedEntries(a, b) : (a ?? b));
