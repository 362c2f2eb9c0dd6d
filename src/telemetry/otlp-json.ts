import { otlpLogs } from './otlp-logs.ts';
import { otlpSpans } from './otlp-spans.ts';
import { NOTHING, rejected } from './parsed.ts';
import type { Parsed } from './record.ts';
import { type Fields, isFields } from './shape.ts';
import { found } from './text.ts';

/** What an OTLP request carries. Metrics are not read. */
export type Signal = 'traces' | 'logs';

const LISTS: Readonly<Record<Signal, string>> = { traces: 'resourceSpans', logs: 'resourceLogs' };

/** Whether this is an ExportTraceServiceRequest or ExportLogsServiceRequest (or the data type of the same shape) as JSON. */
export const isOtlp = (value: unknown, signal: Signal): value is Fields => isFields(value) && Array.isArray(value[LISTS[signal]]);

/**
 * Reads a request that `JSON.parse` gave. `{}` is a request without anything in it, and is accepted.
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function readOtlpJson(value: unknown, signal: Signal, where: string): Parsed {
  const name = LISTS[signal];
  if (isOtlp(value, signal)) return signal === 'traces' ? otlpSpans(value, where) : otlpLogs(value, where);
  if (isFields(value) && Object.keys(value).length === 0) return NOTHING;
  const what = isFields(value) ? `an object whose ${name} is ${found(value[name])}` : found(value);
  return rejected(`OTLP/JSON ${signal}: ${what} (expected an object with a list ${name})`, where);
}
