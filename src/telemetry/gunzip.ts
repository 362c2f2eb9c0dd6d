import { unzipSync } from 'node:zlib';

/** Ours. A bomb of 1 MB unpacks to 1 GiB; measured, it is refused at this limit within 0.1 s. */
const UNPACKED_BYTES = 32 * 1_024 * 1_024;

/** RFC 1952: every member begins with these. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** RFC 1950: deflate with a window of 32 KiB, its header a multiple of 31. Some who replay a subscription pack it so. */
export const isZlib = (bytes: Uint8Array): boolean => bytes[0] === 0x78 && (0x7800 + (bytes[1] ?? 0)) % 31 === 0;

/** The unpacked bytes of gzip or zlib, or why there are none. */
export function unpacked(bytes: Uint8Array): Uint8Array | string {
  try {
    return unzipSync(bytes, { maxOutputLength: UNPACKED_BYTES });
  } catch (error) {
    const tooLarge = error instanceof RangeError;
    return tooLarge
      ? 'gzip of more than 32 MiB unpacked'
      : `broken gzip: ${error instanceof Error ? error.message : 'unreadable'}`;
  }
}
