import { operationKey } from '../src/diagnosis/usual.ts';
import { drawTrend } from '../src/map/trend/draw-trend.ts';
import { shownBuckets, type TrendScene } from '../src/map/trend/trend.ts';
import type { World } from '../src/ports.ts';
import type { Transaction } from '../src/trace/transaction.ts';
import type { JobOutcome } from './outcome.ts';
import { type Showing, showPicture } from './show-picture.ts';

type Touched = Pick<World, 'clock' | 'latencies' | 'outbox' | 'chat'>;
type Trend = Pick<Showing, 'key' | 'place'> & { readonly of: Transaction };

/** Whether it has been getting slower, or was slow once: the last day of the operation, shown once in a thread. */
export async function showTrend(world: Touched, { key, of, place }: Trend): Promise<JobOutcome> {
  const shown = await showPicture(world, {
    ...{ key, place, drawing: 'trend' },
    portray: async () => {
      const trend = await lookBack(world, of);
      return trend && { picture: await drawTrend(trend), told: { trend } };
    },
  });
  // Refused or unknown: the waterfall is there, and says how slow it was.
  return shown.kind === 'later' ? { againInMs: shown.inMs } : 'done';
}

/** How long the transaction's entry took in the day before it; undefined: it was never seen to go well. */
async function lookBack({ latencies }: Pick<World, 'latencies'>, transaction: Transaction): Promise<TrendScene | undefined> {
  const took = transaction.spans[0]?.duration;
  if (took === undefined) return undefined;
  const history = await latencies.read(operationKey(transaction.service, transaction.name), transaction.start);
  const trend = { ...history, operation: transaction.name, one: { at: transaction.start, took } };
  return shownBuckets(trend).length === 0 ? undefined : trend;
}
