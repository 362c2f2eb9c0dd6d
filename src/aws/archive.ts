import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { XRayClient } from '@aws-sdk/client-xray';
import type { Archive, QueryBudget, Sought } from '../aws-ports.ts';
import type { Clock } from '../ports.ts';
import { redactor } from '../redaction/redact.ts';
import { type TraceId, xrayTraceId } from '../telemetry/ids.ts';
import type { TelemetryRecord } from '../telemetry/record.ts';
import { timely } from '../telemetry/time.ts';
import { logGroupsOf, requestIdsOf } from '../trace/log-groups.ts';
import { fromMillis, type Micros, micros } from '../units.ts';
import { type Attempts, attempts } from './attempts.ts';
import { queryLogs } from './log-query.ts';
import { batchGetTraces, beganAt, isTransactionSearchOn, retrieveTrace, type Window } from './trace-query.ts';

/** A person waits for the answer, or a picture for its log lines. */
const ANSWER_WITHIN_MS = 45_000;
/** Around what is known of the transaction: clocks differ, and lines are written after the fact. */
const MARGIN = fromMillis(60_000);
/** Of a trace of which only its id is known: so long after it began. */
const UNKNOWN_LENGTH = fromMillis(14 * 60_000);
/** However long the transaction: a query pays for every byte in its window. */
const LONGEST_WINDOW = fromMillis(15 * 60_000);

const redact = redactor();

export type ArchiveDoor = {
  readonly xray: XRayClient;
  readonly logs: CloudWatchLogsClient;
  readonly budget: QueryBudget;
  readonly clock: Clock;
  readonly withinMs?: number;
  readonly firstWaitMs?: number;
};

export type AwsArchive = Archive & {
  /** Finds out where traces are kept: one call, and a fault of its credential is known before somebody waits for an answer. */
  readonly ready: () => Promise<{ readonly transactionSearch: boolean }>;
};

/** CloudWatch Logs and X-Ray, asked one transaction at a time and only when somebody asks. Nothing is read before, no secret comes in. */
export function awsArchive(door: ArchiveDoor): AwsArchive {
  let transactionSearch: Promise<boolean> | undefined;
  /** Once a process: an account switches it about once in its life. A failed question is asked again. */
  const searching = (calls: Attempts): Promise<boolean> => {
    transactionSearch ??= isTransactionSearchOn(door.xray, calls).catch((error: unknown) => {
      transactionSearch = undefined;
      throw error;
    });
    return transactionSearch;
  };

  const answering = () => attempts(door.withinMs ?? ANSWER_WITHIN_MS, door.firstWaitMs);
  return {
    ready: async () => ({ transactionSearch: await searching(answering()) }),
    seek: async (traceId, known) => {
      const before = await door.budget.asked(traceId);
      if (before !== undefined) return { kind: 'asked-before', calls: before };
      const entered = await door.budget.enter();
      if (entered.kind === 'refused') return entered;
      const calls = answering();
      let bytesScanned = 0;
      try {
        const spans = hasSpans(known) ? [] : await traceOf(door, traceId, calls, await searching(calls));
        const lines = await linesOf(door, traceId, [...known, ...spans], calls);
        bytesScanned = lines.bytesScanned;
        const sought: Sought = { kind: 'sought', records: redact.records([...spans, ...lines.records]), calls: calls.made() };
        await door.budget.remember(traceId, sought.calls);
        return sought;
      } finally {
        await entered.leave(bytesScanned);
      }
    },
  };
}

const hasSpans = (records: readonly TelemetryRecord[]): boolean => records.some(({ kind }) => kind === 'span');

async function traceOf(
  door: ArchiveDoor,
  traceId: TraceId,
  calls: Attempts,
  searching: boolean,
): Promise<readonly TelemetryRecord[]> {
  const { records } = searching
    ? await retrieveTrace(door.xray, traceId, unknownWindow(traceId, door.clock()), calls)
    : await batchGetTraces(door.xray, traceId, calls);
  return records;
}

async function linesOf(door: ArchiveDoor, traceId: TraceId, records: readonly TelemetryRecord[], calls: Attempts) {
  const groups = logGroupsOf(records);
  if (groups.length === 0) return { records: [], bytesScanned: 0 };
  const ids = [...requestIdsOf(records), xrayTraceId(traceId), traceId];
  return await queryLogs(door.logs, { groups, ids, ...windowOf(records, door.clock()) }, calls);
}

//            ├ first record ───── last record ┤
//  ├ margin ─┤                                ├─ margin ┤   and no longer than the longest window
function windowOf(records: readonly TelemetryRecord[], now: Micros): Window {
  const told = records.flatMap((record) => (record.kind === 'span' ? [record.start, record.end ?? record.start] : [record.at]));
  const times = told.map((at) => timely(at, now));
  const from = micros(times.reduce((least, time) => Math.min(least, time), Number.MAX_SAFE_INTEGER) - MARGIN);
  const last = micros(times.reduce((most, time) => Math.max(most, time), 0) + MARGIN);
  return { from, to: micros(Math.min(last, from + LONGEST_WINDOW)) };
}

/** Ids that do not begin with a time near to now were not made by AWS: then the last minutes are looked through. */
function unknownWindow(traceId: TraceId, now: Micros): Window {
  const began = beganAt(traceId);
  const month = fromMillis(30 * 24 * 3_600_000);
  if (began > now - month && began < now + MARGIN)
    return { from: micros(began - MARGIN), to: micros(Math.min(now, began + UNKNOWN_LENGTH)) };
  return { from: micros(now - LONGEST_WINDOW), to: now };
}
