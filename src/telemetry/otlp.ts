import { JSON_FAULTS, readStrangersJson } from './json.ts';
import { readOtlpJson, type Signal } from './otlp-json.ts';
import { readOtlpProtobuf } from './otlp-protobuf.ts';
import { rejected } from './parsed.ts';
import type { Parsed } from './record.ts';

/** By the names that OTLP's partial success uses for what it rejected. */
const SIGNALS = { Spans: 'traces', LogRecords: 'logs' } as const satisfies Record<string, Signal>;

/** Reads the body of an OTLP/HTTP request, unpacked. Rejects stand at `body[n]`, n counting its spans or logs from 0. */
export function parseOtlp(signal: keyof typeof SIGNALS, bytes: Uint8Array, encoding: 'json' | 'protobuf'): Parsed {
  if (encoding === 'protobuf') return readOtlpProtobuf(bytes, SIGNALS[signal], 'body');
  const json = readStrangersJson(new TextDecoder().decode(bytes));
  if ('value' in json) return readOtlpJson(json.value, SIGNALS[signal], 'body');
  return rejected(`${JSON_FAULTS[json.fault]} (expected OTLP/JSON ${SIGNALS[signal]})`, 'body', json.fault);
}
