import { operationKey } from '../src/diagnosis/usual.ts';
import { shownBuckets, type TrendScene } from '../src/map/trend/trend.ts';
import type { World } from '../src/ports.ts';
import type { TraceId } from '../src/telemetry/ids.ts';
import { timely } from '../src/telemetry/time.ts';
import { readTransaction } from './look.ts';

type Touched = Pick<World, 'clock' | 'records' | 'latencies'>;

/** How long the transaction's entry took in the day before it; undefined: it was never seen to go well. */
export async function lookBack(world: Touched, traceId: TraceId): Promise<TrendScene | undefined> {
  const transaction = await readTransaction(world, traceId);
  const took = transaction?.spans[0]?.duration;
  if (transaction === undefined || took === undefined) return undefined;
  const at = timely(transaction.start, world.clock());
  const history = await world.latencies.read(operationKey(transaction.service, transaction.name), at);
  const trend = { ...history, operation: transaction.name, one: { at, took } };
  return shownBuckets(trend).length === 0 ? undefined : trend;
}
