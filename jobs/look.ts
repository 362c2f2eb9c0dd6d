import { diagnose } from '../src/diagnosis/diagnose.ts';
import { outcomeOf } from '../src/diagnosis/outcome.ts';
import { operationKey, type UsualByOperation } from '../src/diagnosis/usual.ts';
import type { World } from '../src/ports.ts';
import type { TraceId } from '../src/telemetry/ids.ts';
import { assemble } from '../src/trace/assemble.ts';
import type { Transaction } from '../src/trace/transaction.ts';
import type { Scene } from '../src/waterfall/scene.ts';

/** Everything known of the transaction that the trace belongs to; undefined when nothing is. The same records give the same scene. */
export async function look(world: Pick<World, 'records' | 'usual'>, traceId: TraceId): Promise<Scene | undefined> {
  const { records, truncated } = await world.records.read(traceId);
  const { transactions } = assemble(records);
  const whole = transactions.find((candidate) => candidate.traceIds.includes(traceId));
  if (!whole) return undefined;
  const transaction = truncated === 0 ? whole : { ...whole, incomplete: [...whole.incomplete, 'truncated' as const] };
  const usual = await world.usual.read([...new Set(transaction.spans.map((span) => operationKey(span.service, span.operation)))]);
  return sceneOf(transaction, usual);
}

/** The transaction, judged by what is usual. */
export const sceneOf = (transaction: Transaction, usual: UsualByOperation): Scene => ({
  transaction,
  outcome: outcomeOf(transaction, usual),
  causes: diagnose(transaction, usual),
  usual: usual.get(operationKey(transaction.service, transaction.name)),
});
