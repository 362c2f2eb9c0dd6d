import type { EventRecord, InvocationRecord } from '../telemetry/record.ts';
import { type Micros, micros, NO_TIME } from '../units.ts';
import { distinct } from './copies.ts';
import { standIns } from './events.ts';
import { grouped } from './grouped.ts';
import { compare } from './node.ts';

/** One run of a function, from all that the platform said of it. */
export type Attempt = {
  readonly said: InvocationRecord;
  readonly start: Micros;
  /** undefined: nobody reported its end. */
  readonly end: Micros | undefined;
  /** How many tell of it; none where only an event does. */
  readonly records: number;
};

/**
 * Records of one request id that lie further apart belong to two runs: Lambda repeats a failed asynchronous invocation under
 * the same request id, a minute later at the earliest. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
const RETRY_DISTANCE = micros(10_000_000);

export function attemptsOf(records: readonly InvocationRecord[], events: readonly EventRecord[]): readonly Attempt[] {
  const reported = attemptsIn(records);
  const announced = attemptsIn(standIns(events, records)).map((each) => ({ ...each, records: 0 }));
  return [...reported, ...announced].sort((a, b) => a.start - b.start || compare(a.said.requestId, b.said.requestId));
}

function attemptsIn(records: readonly InvocationRecord[]): readonly Attempt[] {
  return [...grouped(distinct(records), (record) => record.requestId).values()].flatMap(runs);
}

function runs(records: readonly InvocationRecord[]): readonly Attempt[] {
  const groups: InvocationRecord[][] = [];
  for (const record of records.toSorted((a, b) => a.at - b.at || compare(b.phase, a.phase))) {
    const current = groups.at(-1);
    const reported = current?.findLast((each) => each.phase === 'report');
    const isNew = reported !== undefined && (record.phase === 'start' || record.at - reported.at > RETRY_DISTANCE);
    if (current && !isNew) current.push(record);
    else groups.push([record]);
  }
  return groups.map(merged);
}

function merged(records: readonly InvocationRecord[]): Attempt {
  const reports = records.filter((each) => each.phase === 'report');
  const last = reports.at(-1) ?? records.at(-1);
  if (!last) throw new Error('expected a run to have records');
  const known = [...reports, ...records];
  const first = <T>(pick: (record: InvocationRecord) => T | undefined): T | undefined =>
    known.map(pick).find((value) => value !== undefined);
  const said: InvocationRecord = {
    ...last,
    function: first((each) => each.function),
    traceId: first((each) => each.traceId),
    spanId: first((each) => each.spanId),
    parentSpanId: first((each) => each.parentSpanId),
    sampled: first((each) => each.sampled),
    status: worst(reports),
    error: first((each) => each.error),
    duration: first((each) => each.duration),
    billedDuration: first((each) => each.billedDuration),
    initDuration: first((each) => each.initDuration),
    restoreDuration: first((each) => each.restoreDuration),
    billedRestoreDuration: first((each) => each.billedRestoreDuration),
    memorySizeMB: first((each) => each.memorySizeMB),
    maxMemoryUsedMB: first((each) => each.maxMemoryUsedMB),
  };
  return { said, ...extent(said, records, reports.length > 0), records: records.length };
}

function worst(reports: readonly InvocationRecord[]): InvocationRecord['status'] {
  const said = reports.map((each) => each.status);
  return (['timeout', 'error', 'success'] as const).find((status) => said.includes(status));
}

function extent(said: InvocationRecord, records: readonly InvocationRecord[], reported: boolean): Pick<Attempt, 'start' | 'end'> {
  const started = records.find((each) => each.phase === 'start')?.at;
  const start = started ?? (said.at === NO_TIME ? NO_TIME : micros(said.at - (said.duration ?? 0)));
  if (!reported) return { start, end: undefined };
  return { start, end: said.duration === undefined ? micros(Math.max(start, said.at)) : micros(start + said.duration) };
}
