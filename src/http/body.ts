import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

/** Recommended by the OTLP specification, for the body as sent and after decompression. https://opentelemetry.io/docs/specs/otlp/#otlphttp-request */
export const BODY_BYTES = 20 * 1024 * 1024;

export type Body =
  | { readonly kind: 'body'; readonly bytes: Buffer }
  | { readonly kind: 'refused'; readonly status: number; readonly why: string };

/** Reads and decompresses, giving up as soon as either is too large. Never throws for what the sender did. */
export async function readBody(request: IncomingMessage): Promise<Body> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity' && encoding !== 'gzip') {
    return { kind: 'refused', status: 415, why: `Content-Encoding ${encoding}: expected gzip or identity` };
  }
  const sent = await collected(request);
  if (sent.kind === 'refused' || encoding === 'identity') return sent;
  return unzipped(sent.bytes);
}

const tooLarge: Body = { kind: 'refused', status: 413, why: `the body is larger than ${BODY_BYTES} bytes: send smaller batches` };

async function collected(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request) {
      size += chunk.length;
      if (size > BODY_BYTES) return tooLarge;
      chunks.push(chunk);
    }
  } catch (error) {
    return { kind: 'refused', status: 400, why: `the body broke off after ${size} bytes: ${String(error)}` };
  }
  return { kind: 'body', bytes: Buffer.concat(chunks) };
}

async function unzipped(bytes: Buffer): Promise<Body> {
  try {
    return { kind: 'body', bytes: await promisify(gunzip)(bytes, { maxOutputLength: BODY_BYTES }) };
  } catch (error) {
    if (error instanceof RangeError) return tooLarge;
    return {
      kind: 'refused',
      status: 400,
      why: `Content-Encoding says gzip, but the body is not: ${error instanceof Error ? error.message : ''}`,
    };
  }
}
