import type { Unread } from './gunzip.ts';
import { LogsRequest, TraceRequest } from './otlp-descriptor.ts';
import type { Signal } from './otlp-json.ts';
import { otlpLogs } from './otlp-logs.ts';
import { otlpSpans } from './otlp-spans.ts';
import { rejected } from './parsed.ts';
import { type ProtobufFault, protobufWatch } from './protobuf-bounds.ts';
import type { Parsed } from './record.ts';
import { type Fields, fields, list } from './shape.ts';
import { cut } from './text.ts';

/** Reads a binary ExportTraceServiceRequest or ExportLogsServiceRequest. Malformed bytes are one reject at `where`. */
export function readOtlpProtobuf(bytes: Uint8Array, signal: Signal, where: string): Parsed {
  const fault = watchedProtobuf(signal)(bytes);
  return fault ? rejected(fault.why, where, fault.kind) : readWatchedProtobuf(bytes, signal, where);
}

/** Of bytes that were watched when they came in. */
export function readWatchedProtobuf(bytes: Uint8Array, signal: Signal, where: string): Parsed {
  const request = decoded(bytes, signal);
  if (typeof request === 'string') {
    return rejected(`OTLP protobuf ${signal}: ${request} (expected an export request)`, where, 'bad-protobuf');
  }
  return signal === 'traces' ? otlpSpans(request, where) : otlpLogs(request, where);
}

/** Given one piece of a stranger's request after the other, tells when no more of it should be read. */
export function watchedProtobuf(signal: Signal): (piece: Uint8Array) => Unread | undefined {
  const watch = protobufWatch(signal === 'traces' ? 'TraceRequest' : 'LogsRequest');
  return (piece) => {
    const fault = watch(piece);
    return fault && { kind: fault, why: `OTLP protobuf ${signal}: ${PROTOBUF_FAULTS[fault]}` };
  };
}

const PROTOBUF_FAULTS: Readonly<Record<ProtobufFault, string>> = {
  'too-deep': 'nested too deep',
  'too-many-values': 'too many messages',
};

/** The request in the shape of OTLP/JSON, but ids as bytes; or what is wrong with it. */
function decoded(bytes: Uint8Array, signal: Signal): Fields | string {
  const type = signal === 'traces' ? TraceRequest : LogsRequest;
  try {
    // 64-bit numbers as text: the mapper reads them exactly, a double would round them.
    return fields(type.toObject(type.decode(bytes), { longs: String }));
  } catch (error) {
    return cut(error instanceof Error ? error.message : 'unreadable', 120);
  }
}

/**
 * What the bytes look like: both requests are a row of fields 1, and begin to differ three messages deep, where a span has its
 * trace id and a log its time. undefined: no such row, so no request.
 */
export function protobufSignal(bytes: Uint8Array): Signal | undefined {
  if (!isRowOfMessages(bytes)) return undefined;
  const traces = decoded(bytes, 'traces');
  const spans = typeof traces === 'string' ? [] : innermost(traces, 'resourceSpans', 'scopeSpans', 'spans');
  if (spans.some((span) => isBytes(span['traceId'], 16))) return 'traces';
  const logs = decoded(bytes, 'logs');
  const records = typeof logs === 'string' ? [] : innermost(logs, 'resourceLogs', 'scopeLogs', 'logRecords');
  return records.some((record) => record['body'] !== undefined || record['timeUnixNano'] !== undefined) ? 'logs' : undefined;
}

const isBytes = (value: unknown, length: number): boolean => value instanceof Uint8Array && value.length === length;

const innermost = (request: Fields, groups: string, scopes: string, items: string): readonly Fields[] =>
  list(request[groups])
    .flatMap((group) => list(fields(group)[scopes]))
    .flatMap((scope) => list(fields(scope)[items]))
    .map(fields);

/** Field 1, length-delimited, in protobuf's wire format; also a line feed, so text can begin with it. */
const FIELD_1 = 0x0a;

/** Whether fields 1, one after the other, cover the bytes to the last. */
function isRowOfMessages(bytes: Uint8Array): boolean {
  let at = 0;
  while (at < bytes.length) {
    if (bytes[at] !== FIELD_1) return false;
    const [length, after] = varint(bytes, at + 1);
    at = after + length;
  }
  return bytes.length > 0 && at === bytes.length;
}

/** A length, 5 bytes at most, and where it ends. One that does not end points beyond the bytes. */
function varint(bytes: Uint8Array, start: number): readonly [length: number, after: number] {
  let length = 0;
  for (let index = 0; index < 5; index += 1) {
    const byte = bytes[start + index] ?? 0x80;
    length += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return [length, start + index + 1];
  }
  return [Number.POSITIVE_INFINITY, start];
}
