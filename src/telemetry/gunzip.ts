import { unzipSync } from 'node:zlib';
import type { RejectKind } from './record.ts';

/** Ours. A bomb of 1 MB unpacks to 1 GiB; measured, it is refused at this limit within 0.1 s. */
export const UNPACKED_BYTES = 32 * 1_024 * 1_024;

/** Node unpacks into pieces of 16 KiB otherwise: of a bomb two thousand, whose memory the allocator gives back much later than that of a hundred. */
const PIECE_BYTES = 256 * 1_024;
const LEAST_PIECE_BYTES = 16 * 1_024;
/** Logs pack to about a tenth. */
const PACKED = 10;

/** RFC 1952: every member begins with these. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** RFC 1950: deflate with a window of 32 KiB, its header a multiple of 31. Some who replay a subscription pack it so. */
export const isZlib = (bytes: Uint8Array): boolean => bytes[0] === 0x78 && (0x7800 + (bytes[1] ?? 0)) % 31 === 0;

/** Why there are no bytes. */
export type Unread = { readonly kind: RejectKind; readonly why: string };

/** The unpacked bytes of gzip or zlib, at most so many, or why there are none. */
export function unpacked(bytes: Uint8Array, most = UNPACKED_BYTES): Uint8Array | Unread {
  try {
    return unzipSync(bytes, {
      chunkSize: Math.min(PIECE_BYTES, Math.max(LEAST_PIECE_BYTES, PACKED * bytes.length)),
      maxOutputLength: Math.max(1, Math.min(most, UNPACKED_BYTES)),
    });
  } catch (error) {
    if (error instanceof RangeError) return { kind: 'too-large', why: 'gzip of more than 32 MiB unpacked' };
    return { kind: 'bad-gzip', why: `broken gzip: ${error instanceof Error ? error.message : 'unreadable'}` };
  }
}
