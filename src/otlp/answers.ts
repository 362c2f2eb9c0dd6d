import type { ServerResponse } from 'node:http';
import protobuf from 'protobufjs/minimal.js';
import type { Encoding } from '../telemetry/otlp.ts';

const CONTENT_TYPES: Readonly<Record<Encoding, string>> = { json: 'application/json', protobuf: 'application/x-protobuf' };

/** `ExportTraceServiceResponse` or `ExportLogsServiceResponse`: the partial success has the same field numbers in both. */
export function accepted(
  response: ServerResponse,
  encoding: Encoding,
  refused: { signal: 'Spans' | 'LogRecords'; count: number; why: string },
): void {
  send(response, 200, encoding, encoding === 'json' ? acceptedJson(refused) : acceptedProtobuf(refused));
}

function acceptedJson({ signal, count, why }: { signal: string; count: number; why: string }): Buffer {
  const partialSuccess = { [`rejected${signal}`]: String(count), errorMessage: why };
  return Buffer.from(JSON.stringify(count > 0 ? { partialSuccess } : {}));
}

function acceptedProtobuf({ count, why }: { count: number; why: string }): Uint8Array {
  if (count === 0) return new Uint8Array();
  return protobuf.Writer.create().uint32(10).fork().uint32(8).int64(count).uint32(18).string(why).ldelim().finish();
}

/** A `google.rpc.Status` with its message, as the OTLP specification asks for failures. */
export function refused(response: ServerResponse, encoding: Encoding, { status, why }: { status: number; why: string }): void {
  const json = () => Buffer.from(JSON.stringify({ message: why }));
  send(response, status, encoding, encoding === 'json' ? json() : protobuf.Writer.create().uint32(18).string(why).finish());
}

function send(response: ServerResponse, status: number, encoding: Encoding, body: Uint8Array): void {
  response.writeHead(status, { 'content-type': CONTENT_TYPES[encoding], 'content-length': body.length });
  response.end(body);
}
