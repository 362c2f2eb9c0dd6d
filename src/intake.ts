import { changesIn } from './diagnosis/changes.ts';
import { suspicions } from './diagnosis/suspicion.ts';
import { operationKey } from './diagnosis/usual.ts';
import type { Kept, Suspect, World } from './ports.ts';
import { type Redactor, redactor } from './redaction/redact.ts';
import type { TelemetryRecord } from './telemetry/record.ts';
import { isTimely } from './telemetry/time.ts';
import { fromMillis, type Micros, micros, toMillis } from './units.ts';
import type { Learn } from './work.ts';

/** A suspect trace is examined when it has been quiet for this long … */
const QUIET_AFTER_ENTRY = fromMillis(2_000);
/** … or this long while its entry span has not been seen to end … */
const QUIET_BEFORE_ENTRY = fromMillis(10_000);
/** … and never later than this after the suspicion, however much it still says. */
const LONGEST_WAIT = fromMillis(30_000);

export type Settling = { readonly afterEntry: Micros; readonly beforeEntry: Micros; readonly longest: Micros };

/** Nothing comes in past it, whatever a door forgets to say. */
const BY_DEFAULT = redactor();

const SETTLING: Settling = { afterEntry: QUIET_AFTER_ENTRY, beforeEntry: QUIET_BEFORE_ENTRY, longest: LONGEST_WAIT };

/**
 * Every door that telemetry comes through ends here: take the secrets out, keep it, and ask for the examination of suspect traces.
 * Resolves when Redis has the records and the jobs; the caller confirms to its sender only then. Throws when Redis is away.
 * Safe to repeat as a whole.
 */
export async function intake(
  world: Pick<World, 'clock' | 'records' | 'usual' | 'changes' | 'queue'>,
  parsed: readonly TelemetryRecord[],
  settling: Settling = SETTLING,
  redact: Redactor = BY_DEFAULT,
): Promise<Kept> {
  const records = redact.records(parsed);
  const usual = await world.usual.read(entryKeys(records));
  const suspects = suspicions(records, usual).map((suspicion) => suspicion.traceId);
  const now = world.clock();
  // Whatever it may explain is found by its time.
  const changes = changesIn(records).filter(({ at }) => isTimely(at, now));
  if (changes.length > 0) await world.changes.keep(changes);
  const inTransactions = await world.records.keep(records, suspects);
  const kept = withChanges(inTransactions, changes.length);
  // failpoint: intake-kept
  await Promise.all(
    kept.suspects.map((suspect) => world.queue.examine(suspect.traceId, toMillis(delayOf(suspect, now, settling)))),
  );
  // failpoint: intake-asked
  await Promise.all(lessonsIn(records, kept).map((job) => world.queue.learn(job)));
  return kept;
}

/** A change is kept by what was changed, and is in no transaction. */
const withChanges = (kept: Kept, changes: number): Kept => {
  const elsewhere = Math.min(kept.unplaced, changes);
  return { ...kept, stored: kept.stored + elsewhere, unplaced: kept.unplaced - elsewhere };
};

/** Healthy transactions that are over, as far as these records tell: the queue takes few of them. */
function lessonsIn(records: readonly TelemetryRecord[], { suspects }: Kept): readonly Learn[] {
  const doubtful = new Set(suspects.map(({ traceId }) => traceId));
  const lessons = new Map<string, Learn>();
  for (const record of records) {
    if (record.kind !== 'span' || record.parentSpanId !== undefined || record.end === undefined) continue;
    if (record.service === undefined || doubtful.has(record.traceId)) continue;
    const entry = operationKey(record.service, record.operation);
    lessons.set(entry, { v: 1, traceId: record.traceId, entry });
  }
  return [...lessons.values()];
}

/** The operations by which a transaction may enter: only their length decides at the door whether it is slow. */
function entryKeys(records: readonly TelemetryRecord[]): readonly string[] {
  const keys = records.flatMap((record) =>
    record.kind === 'span' && record.parentSpanId === undefined && record.service !== undefined
      ? [operationKey(record.service, record.operation)]
      : [],
  );
  return [...new Set(keys)];
}

//  suspect since ├──── quiet? ────┤── quiet? ──┤ … ├ longest wait: examined whatever still comes
function delayOf(suspect: Suspect, now: Micros, settling: Settling): Micros {
  const quiet = suspect.entryClosed ? settling.afterEntry : settling.beforeEntry;
  const left = suspect.since + settling.longest - now;
  return micros(Math.max(0, Math.min(quiet, left)));
}
