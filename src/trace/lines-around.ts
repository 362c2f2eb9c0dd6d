import type { LogRecord, LogSeverity } from '../telemetry/record.ts';
import { fromSeconds, type Micros, micros } from '../units.ts';
import { requestIdOf } from './functions.ts';
import type { Span, Transaction } from './transaction.ts';

/** What was logged, by whom, how long after the transaction began. */
export type Line = {
  readonly after: Micros;
  readonly service: string | undefined;
  readonly severity: LogSeverity;
  readonly body: string;
  /** The same words again are one line. */
  readonly times: number;
};

/** More is a log to be read elsewhere. */
const LINES = 6;
/** Clocks and buffers of loggers; beyond it a line of the same service is about something else. */
const NEAR = fromSeconds(1);
const WEIGHT: Readonly<Record<LogSeverity, number>> = { error: 3, warn: 2, info: 1, debug: 0 };

/** The lines that tell most of a failure, in order: what the failing span logged itself, else its function's run, else its service near it. */
export function linesAround({ logs, start }: Pick<Transaction, 'logs' | 'start'>, span: Span): readonly Line[] {
  const failedAt = span.start + (span.duration ?? 0);
  const distance = (log: LogRecord): number => Math.abs(log.at - failedAt);
  const telling = merged(related(logs, span))
    .toSorted((a, b) => WEIGHT[b.log.severity] - WEIGHT[a.log.severity] || distance(a.log) - distance(b.log))
    .slice(0, LINES);
  return telling
    .toSorted((a, b) => a.log.at - b.log.at)
    .map(({ log: { at, service, severity, body }, times }) => ({
      after: micros(Math.max(0, at - start)),
      ...{ service, severity, body, times },
    }));
}

function related(logs: readonly LogRecord[], span: Span): readonly LogRecord[] {
  const run = span.invocation?.requestId ?? requestIdOf(span.attributes);
  const from = span.start - NEAR;
  const until = span.start + (span.duration ?? 0) + NEAR;
  const own = logs.filter(
    ({ spanId, requestId, service, at }) =>
      spanId === span.spanId ||
      (run !== undefined && requestId === run) ||
      (service === span.service && at >= from && at <= until),
  );
  return own.length > 0 ? own : logs.filter(({ severity }) => severity === 'error');
}

function merged(logs: readonly LogRecord[]): readonly { readonly log: LogRecord; readonly times: number }[] {
  const lines = new Map<string, { log: LogRecord; times: number }>();
  for (const log of logs) {
    const there = lines.get(log.body);
    if (there) there.times += 1;
    else lines.set(log.body, { log, times: 1 });
  }
  return [...lines.values()];
}
