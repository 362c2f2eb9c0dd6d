import type { TraceId } from '../telemetry/ids.ts';
import type { EventRecord, SpanRecord, TelemetryRecord } from '../telemetry/record.ts';
import { tellsFailure } from '../trace/events.ts';
import { isFailing } from '../trace/failing.ts';
import { executionArnOf, requestIdOf } from '../trace/functions.ts';
import { between } from '../units.ts';
import { isSlow } from './outcome.ts';
import type { UsualByOperation } from './usual.ts';

export type Suspicion = { readonly traceId: TraceId; readonly why: 'error' | 'platform' | 'slow' };

const WEIGHT = { error: 3, platform: 2, slow: 1 } as const;

/** The traces worth a closer look, each once with its gravest reason, from these records alone. */
export function suspicions(records: readonly TelemetryRecord[], usual: UsualByOperation): readonly Suspicion[] {
  const requests = requestTraces(records);
  const found = new Map<TraceId, Suspicion['why']>();
  for (const record of records) {
    const suspicion = suspicionOf(record, usual, requests);
    if (!suspicion) continue;
    const known = found.get(suspicion.traceId);
    if (known === undefined || WEIGHT[suspicion.why] > WEIGHT[known]) found.set(suspicion.traceId, suspicion.why);
  }
  return [...found].map(([traceId, why]) => ({ traceId, why }));
}

function suspicionOf(
  record: TelemetryRecord,
  usual: UsualByOperation,
  requests: ReadonlyMap<string, TraceId>,
): Suspicion | undefined {
  switch (record.kind) {
    case 'log':
      return undefined;
    case 'invocation': {
      const traceId = record.traceId ?? requests.get(record.requestId);
      return traceId && (record.status === 'error' || record.status === 'timeout') ? { traceId, why: 'platform' } : undefined;
    }
    case 'event':
      return suspectEvent(record, requests);
    case 'span':
      if (isFailing(record)) return { traceId: record.traceId, why: 'error' };
      return isSlowEntry(record, usual) ? { traceId: record.traceId, why: 'slow' } : undefined;
  }
}

/** What AWS gave up is as suspect as a run that failed. */
function suspectEvent(event: EventRecord, requests: ReadonlyMap<string, TraceId>): Suspicion | undefined {
  if (!tellsFailure(event)) return undefined;
  const traceId = event.traceId ?? requests.get(event.requestId ?? '') ?? requests.get(event.executionArn ?? '');
  return traceId && { traceId, why: 'platform' };
}

function isSlowEntry(span: SpanRecord, usual: UsualByOperation): boolean {
  const { service, operation, start, end } = span;
  const isEntryLike = span.parentSpanId === undefined || span.spanKind === 'server' || span.spanKind === 'consumer';
  if (!isEntryLike || service === undefined || end === undefined) return false;
  return isSlow({ service, operation, duration: between(start, end) }, usual);
}

/** By Lambda's request id and by the ARN of an execution. */
function requestTraces(records: readonly TelemetryRecord[]): ReadonlyMap<string, TraceId> {
  const traces = new Map<string, TraceId>();
  for (const record of records) {
    if (record.kind !== 'span') continue;
    for (const id of [requestIdOf(record.attributes), executionArnOf(record.attributes)])
      if (id !== undefined) traces.set(id, record.traceId);
  }
  return traces;
}
