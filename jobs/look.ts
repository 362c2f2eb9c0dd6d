import { type ResourceChange, resourcesOf } from '../src/diagnosis/changes.ts';
import { diagnose } from '../src/diagnosis/diagnose.ts';
import { outcomeOf } from '../src/diagnosis/outcome.ts';
import { keyOfEntry, keysOf, type UsualByOperation, usualWithin } from '../src/diagnosis/usual.ts';
import type { World } from '../src/ports.ts';
import type { TraceId } from '../src/telemetry/ids.ts';
import { isTimely } from '../src/telemetry/time.ts';
import { assemble } from '../src/trace/assemble.ts';
import type { Transaction } from '../src/trace/transaction.ts';
import { micros, NO_TIME } from '../src/units.ts';
import type { Scene } from '../src/waterfall/scene.ts';

type Touched = Pick<World, 'clock' | 'records' | 'usual' | 'changes'>;

/** Everything known of the transaction that the trace belongs to; undefined when nothing is. The same records give the same scene. */
export async function look(world: Touched, traceId: TraceId): Promise<Scene | undefined> {
  const transaction = await readTransaction(world, traceId);
  if (!transaction) return undefined;
  const usual = await world.usual.read(keysOf(transaction));
  return sceneOf(transaction, usual, await world.changes.read(resourcesOf(transaction), transaction.start));
}

export async function readTransaction(
  { clock, records }: Pick<World, 'clock' | 'records'>,
  traceId: TraceId,
): Promise<Transaction | undefined> {
  const read = await records.read(traceId);
  const whole = assemble(read.records).transactions.find((candidate) => candidate.traceIds.includes(traceId));
  if (!whole) return undefined;
  const now = clock();
  const isWrong = whole.spans.some(
    ({ start, duration = NO_TIME }) => ![start, micros(start + duration)].every((at) => isTimely(at, now)),
  );
  const more = [...(read.truncated > 0 ? (['truncated'] as const) : []), ...(isWrong ? (['wrong-times'] as const) : [])];
  return { ...whole, incomplete: [...whole.incomplete, ...more] };
}

/** Many large ones would take too much time and memory: what is left out then are the last. */
const MOST_SPANS = 30_000;

export async function readTransactions(
  world: Pick<World, 'clock' | 'records'>,
  traceIds: readonly TraceId[],
): Promise<readonly Transaction[]> {
  const found: Transaction[] = [];
  let room = MOST_SPANS;
  for (const id of traceIds) {
    if (room <= 0) break;
    const transaction = await readTransaction(world, id);
    if (!transaction) continue;
    found.push(transaction);
    room -= transaction.spans.length;
  }
  return found;
}

/** The transaction, judged by what is usual and by what was changed. */
export function sceneOf(transaction: Transaction, known: UsualByOperation, changes: readonly ResourceChange[]): Scene {
  const entry = keyOfEntry(transaction);
  const usual = usualWithin(entry, known);
  return {
    transaction,
    outcome: outcomeOf(transaction, usual),
    causes: diagnose(transaction, usual, changes),
    usual: usual.get(entry)?.took,
  };
}
