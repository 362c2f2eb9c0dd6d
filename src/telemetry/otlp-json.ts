import { otlpLogs } from './otlp-logs.ts';
import { otlpSpans } from './otlp-spans.ts';
import { NOTHING, rejected } from './parsed.ts';
import type { Parsed } from './record.ts';
import { type Fields, isFields, list } from './shape.ts';
import { found } from './text.ts';

/** What an OTLP request carries. Metrics are not read. */
export type Signal = 'traces' | 'logs';

const LISTS: Readonly<Record<Signal, string>> = { traces: 'resourceSpans', logs: 'resourceLogs' };

/** Whether this is an ExportTraceServiceRequest or ExportLogsServiceRequest (or the data type of the same shape) as JSON. */
export const isOtlp = (value: unknown, signal: Signal): value is Fields => isFields(value) && Array.isArray(value[LISTS[signal]]);

/**
 * The spans as OTLP that the API of a store answers with: `{ "result": { "resourceSpans" } }` of Jaeger's API v3, `{ "trace": … }` and
 * `{ "batches": [ … ] }` of Tempo's. undefined: not such an answer.
 * https://www.jaegertracing.io/docs/latest/architecture/apis/ https://grafana.com/docs/tempo/latest/api_docs/
 */
export function otlpAnswer(value: unknown): Fields | undefined {
  if (!isFields(value)) return undefined;
  const inner = [value['result'], value['trace']].find((each) => isOtlp(each, 'traces'));
  if (isFields(inner)) return inner;
  const batches = list(value['batches']);
  return batches.length > 0 && batches.every(isBatch) ? { resourceSpans: batches } : undefined;
}

const isBatch = (value: unknown): boolean => isFields(value) && ('scopeSpans' in value || 'instrumentationLibrarySpans' in value);

export const isOtlpAnswer = (value: unknown): value is Fields => otlpAnswer(value) !== undefined;

/**
 * Reads a request that `JSON.parse` gave. `{}` is a request without anything in it, and is accepted.
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function readOtlpJson(value: unknown, signal: Signal, where: string): Parsed {
  const name = LISTS[signal];
  if (isOtlp(value, signal)) return signal === 'traces' ? otlpSpans(value, where) : otlpLogs(value, where);
  if (isFields(value) && Object.keys(value).length === 0) return NOTHING;
  const what = isFields(value) ? `an object whose ${name} is ${found(value[name])}` : found(value);
  return rejected(`OTLP/JSON ${signal}: ${what} (expected an object with a list ${name})`, where, 'unknown-format');
}
