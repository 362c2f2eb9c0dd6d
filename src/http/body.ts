import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Place } from './pressure.ts';
import type { Refusal } from './refusal.ts';

/** Recommended by the OTLP specification, for the body as sent and after decompression. https://opentelemetry.io/docs/specs/otlp/#otlphttp-request */
export const BODY_BYTES = 20 * 1024 * 1024;

type Body = { readonly kind: 'body'; readonly bytes: Buffer } | Refusal;

/** Reads and unpacks piece by piece, and gives up at the piece that is too much. Never throws for what the sender did. */
export async function readBody(request: IncomingMessage, place: Place): Promise<Body> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return await collected(request, place, 'broken-off');
  if (encoding === 'gzip') return await unzipped(request, place);
  return { kind: 'bad-encoding', why: `Content-Encoding ${encoding}: expected gzip or identity` };
}

async function unzipped(request: IncomingMessage, place: Place): Promise<Body> {
  const gunzip = createGunzip({ chunkSize: PIECE_BYTES });
  const broken = (error: Error): void => void gunzip.destroy(error);
  request.once('error', broken).pipe(gunzip);
  try {
    return await collected(gunzip, place, 'bad-gzip');
  } finally {
    request.unpipe(gunzip).off('error', broken).resume();
    gunzip.destroy();
  }
}

const PIECE_BYTES = 64 * 1024;
const WHY = { 'broken-off': 'the body broke off', 'bad-gzip': 'Content-Encoding says gzip, but the body is not' } as const;

async function collected(from: Readable, place: Place, broken: keyof typeof WHY): Promise<Body> {
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of from.iterator({ destroyOnReturn: false })) {
      size += piece.length;
      if (size > BODY_BYTES) return TOO_LARGE;
      if (!place.grow(size)) return BUSY;
      pieces.push(piece);
    }
  } catch (error) {
    return { kind: broken, why: `${WHY[broken]} (after ${size} bytes): ${error instanceof Error ? error.message : ''}` };
  }
  return { kind: 'body', bytes: Buffer.concat(pieces) };
}

const TOO_LARGE: Refusal = { kind: 'too-large', why: `the body is larger than ${BODY_BYTES} bytes: send smaller batches` };
export const BUSY: Refusal = { kind: 'busy', why: 'too much at once: send it again a little later' };
