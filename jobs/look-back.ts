import { operationKey } from '../src/diagnosis/usual.ts';
import { shownBuckets, type TrendScene } from '../src/map/trend/trend.ts';
import type { World } from '../src/ports.ts';
import type { TraceId } from '../src/telemetry/ids.ts';
import { readTransaction } from './look.ts';

/** How long the transaction's entry took in the day before it; undefined: it was never seen to go well. */
export async function lookBack(world: Pick<World, 'records' | 'latencies'>, traceId: TraceId): Promise<TrendScene | undefined> {
  const transaction = await readTransaction(world, traceId);
  const took = transaction?.spans[0]?.duration;
  if (transaction === undefined || took === undefined) return undefined;
  const history = await world.latencies.read(operationKey(transaction.service, transaction.name), transaction.start);
  const trend = { ...history, operation: transaction.name, one: { at: transaction.start, took } };
  return shownBuckets(trend).length === 0 ? undefined : trend;
}
