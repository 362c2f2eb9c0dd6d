import { createHash } from 'node:crypto';
import type { TraceId } from '../telemetry/ids.ts';
import type { Micros } from '../units.ts';

const hours = (count: number): number => count * 3_600_000;

/** Spans and logs: as long as somebody may still ask for the trace. */
export const RECORDS_TTL_MS = hours(24);
/** What was decided must outlive every late or repeated delivery: AWS retries for 24 h. */
export const DECISIONS_TTL_MS = hours(26);
export const INCIDENTS_TTL_MS = hours(24 * 30);
/** Usual durations live in blocks of this length, and this many of them count. */
export const USUAL_BLOCK_MS = hours(6);
export const USUAL_BLOCKS = 5;

/** Outside text (a request id, an operation) becomes part of a key only as a digest: any length, any character, no clash. */
const digest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22);

const TRACE_PREFIX = 'tf:trace:';
const INCIDENT_PREFIX = 'tf:incident:';

export const keys = {
  tracePrefix: TRACE_PREFIX,
  trace: (id: TraceId) => `${TRACE_PREFIX}${id}`,
  links: (id: TraceId) => `tf:links:${id}`,
  join: (joinKey: string) => `tf:join:${digest(joinKey)}`,
  request: (requestId: string) => `tf:request:${digest(requestId)}`,
  usual: (operationKey: string, at: Micros) => `tf:usual:${Math.floor(at / 1_000 / USUAL_BLOCK_MS)}:${digest(operationKey)}`,
  incidentPrefix: INCIDENT_PREFIX,
  incident: (id: string) => `${INCIDENT_PREFIX}${id}`,
  incidentLog: (id: string) => `${INCIDENT_PREFIX}${id}:log`,
  signature: (signature: string) => `tf:signature:${digest(signature)}`,
  incidentOfTrace: (id: TraceId) => `tf:incident-of:${id}`,
  asked: (id: TraceId) => `tf:asked:${id}`,
  budget: (what: string) => `tf:budget:${what}`,
  outbox: (key: string) => `tf:outbox:${digest(key)}`,
};
