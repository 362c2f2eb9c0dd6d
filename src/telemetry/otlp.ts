import type { Unread } from './gunzip.ts';
import { readWatchedJson, watchedJson } from './json.ts';
import { readOtlpJson, type Signal } from './otlp-json.ts';
import { readWatchedProtobuf, watchedProtobuf } from './otlp-protobuf.ts';
import { rejected } from './parsed.ts';
import type { Parsed } from './record.ts';

/** By the names that OTLP's partial success uses for what it rejected. */
const SIGNALS = { Spans: 'traces', LogRecords: 'logs' } as const satisfies Record<string, Signal>;

/** The two encodings of OTLP/HTTP; an answer comes in that of its request. */
export type Encoding = 'json' | 'protobuf';

/** Reads the body of an OTLP/HTTP request. */
export type OtlpReader = {
  /** Sees each piece of it first, and tells when no more should be read. */
  readonly watch: (piece: Uint8Array) => Unread | undefined;
  /** The whole of it, unpacked, when every piece was seen. Rejects stand at `body[n]`, n counting its spans or logs from 0. */
  readonly read: (body: Uint8Array) => Parsed;
};

export function otlpReader(of: keyof typeof SIGNALS, encoding: Encoding): OtlpReader {
  const signal = SIGNALS[of];
  if (encoding === 'protobuf')
    // A copy: its strings and numbers are read byte by byte, which V8 does slowly in memory that can grow.
    return { watch: watchedProtobuf(signal), read: (body) => readWatchedProtobuf(Buffer.from(body), signal, 'body') };
  return {
    watch: watchedJson(),
    read: (body) => {
      const json = readWatchedJson(body);
      if ('value' in json) return readOtlpJson(json.value, signal, 'body');
      return rejected(`${json.why} (expected OTLP/JSON ${signal})`, 'body', json.kind);
    },
  };
}

/** A body that is there as a whole. */
export function parseOtlp(of: keyof typeof SIGNALS, body: Uint8Array, encoding: Encoding): Parsed {
  const { watch, read } = otlpReader(of, encoding);
  const unread = watch(body);
  return unread ? rejected(unread.why, 'body', unread.kind) : read(body);
}
