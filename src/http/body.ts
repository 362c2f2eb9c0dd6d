import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Place } from './pressure.ts';
import type { Refusal } from './refusal.ts';

/** Recommended by the OTLP specification, for the body as sent and after decompression. https://opentelemetry.io/docs/specs/otlp/#otlphttp-request */
export const BODY_BYTES = 20 * 1024 * 1024;

type Body = { readonly kind: 'body'; readonly bytes: Buffer } | Refusal;

type Watch = (piece: Uint8Array) => Refusal | undefined;

/** Reads and unpacks piece by piece, and gives up at the piece that is too much, or nothing good. Never throws for what the sender did. */
export async function readBody(request: IncomingMessage, place: Place, watch: Watch): Promise<Body> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return await collected(request, { place, watch, broken: 'broken-off' });
  if (encoding === 'gzip') return await unzipped(request, place, watch);
  return { kind: 'bad-encoding', why: `Content-Encoding ${encoding}: expected gzip or identity` };
}

async function unzipped(request: IncomingMessage, place: Place, watch: Watch): Promise<Body> {
  const gunzip = createGunzip({ chunkSize: PIECE_BYTES });
  const broken = (error: Error): void => void gunzip.destroy(error);
  request.once('error', broken).pipe(gunzip);
  try {
    return await collected(gunzip, { place, watch, broken: 'bad-gzip' });
  } finally {
    request.unpipe(gunzip).off('error', broken).resume();
    gunzip.destroy();
  }
}

const PIECE_BYTES = 64 * 1024;
const WHY = { 'broken-off': 'the body broke off', 'bad-gzip': 'Content-Encoding says gzip, but the body is not' } as const;

type Collecting = { readonly place: Place; readonly watch: Watch; readonly broken: keyof typeof WHY };

async function collected(from: Readable, { place, watch, broken }: Collecting): Promise<Body> {
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of from.iterator({ destroyOnReturn: false })) {
      size += piece.length;
      if (size > BODY_BYTES) return TOO_LARGE;
      if (!place.grow(size)) return BUSY;
      const refusal = watch(piece);
      if (refusal) return refusal;
      pieces.push(piece);
    }
  } catch (error) {
    return { kind: broken, why: `${WHY[broken]} (after ${size} bytes): ${error instanceof Error ? error.message : ''}` };
  }
  return { kind: 'body', bytes: Buffer.concat(pieces) };
}

const TOO_LARGE: Refusal = { kind: 'too-large', why: `the body is larger than ${BODY_BYTES} bytes: send smaller batches` };
export const BUSY: Refusal = { kind: 'busy', why: 'too much at once: send it again a little later' };
