import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Place } from './pressure.ts';
import type { Refusal } from './refusal.ts';

/** Recommended by the OTLP specification, for the body as sent and after decompression. https://opentelemetry.io/docs/specs/otlp/#otlphttp-request */
export const BODY_BYTES = 20 * 1024 * 1024;

type Body<T> = { readonly kind: 'read'; readonly read: T } | Refusal;

export type Reader<T> = {
  /** Sees each piece of the body as it comes out of its packing, and tells when no more of it should. */
  readonly watch: (piece: Uint8Array) => Refusal | undefined;
  /** The whole of it, which is gone when this returns. */
  readonly read: (body: Buffer) => T;
};

/** Reads and unpacks piece by piece, and gives up at the piece that is too much, or nothing good. Never throws for what the sender did. */
export async function readBody<T>(request: IncomingMessage, place: Place, reader: Reader<T>): Promise<Body<T>> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return await collected(request, { place, reader, broken: 'broken-off' });
  if (encoding === 'gzip') return await unzipped(request, place, reader);
  return { kind: 'bad-encoding', why: `Content-Encoding ${encoding}: expected gzip or identity` };
}

async function unzipped<T>(request: IncomingMessage, place: Place, reader: Reader<T>): Promise<Body<T>> {
  const gunzip = createGunzip({ chunkSize: PIECE_BYTES });
  const broken = (error: Error): void => void gunzip.destroy(error);
  request.once('error', broken).pipe(gunzip);
  try {
    return await collected(gunzip, { place, reader, broken: 'bad-gzip' });
  } finally {
    request.unpipe(gunzip).off('error', broken).resume();
    gunzip.destroy();
  }
}

const PIECE_BYTES = 64 * 1024;
const WHY = { 'broken-off': 'the body broke off', 'bad-gzip': 'Content-Encoding says gzip, but the body is not' } as const;

type Collecting<T> = { readonly place: Place; readonly reader: Reader<T>; readonly broken: keyof typeof WHY };

/** In one room that grows with the body: pieces and then the whole would be twice as much, and garbage for a while. */
async function collected<T>(from: Readable, { place, reader, broken }: Collecting<T>): Promise<Body<T>> {
  const room = new ArrayBuffer(0, { maxByteLength: BODY_BYTES });
  try {
    const refusal = await filled(room, from, { place, reader, broken });
    if (refusal) return refusal;
    place.whole();
    return { kind: 'read', read: reader.read(Buffer.from(room, 0, room.byteLength)) };
  } finally {
    room.resize(0);
  }
}

async function filled<T>(
  room: ArrayBuffer,
  from: Readable,
  { place, reader, broken }: Collecting<T>,
): Promise<Refusal | undefined> {
  let size = 0;
  try {
    for await (const piece of from.iterator({ destroyOnReturn: false })) {
      size += piece.length;
      if (size > BODY_BYTES) return TOO_LARGE;
      if (!place.grow(size)) return BUSY;
      const refusal = reader.watch(piece);
      if (refusal) return refusal;
      room.resize(size);
      new Uint8Array(room, size - piece.length).set(piece);
    }
  } catch (error) {
    return { kind: broken, why: `${WHY[broken]} (after ${size} bytes): ${error instanceof Error ? error.message : ''}` };
  }
  return undefined;
}

const TOO_LARGE: Refusal = { kind: 'too-large', why: `the body is larger than ${BODY_BYTES} bytes: send smaller batches` };
export const BUSY: Refusal = { kind: 'busy', why: 'too much at once: send it again a little later' };
