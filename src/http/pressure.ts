import type { IncomingHttpHeaders } from 'node:http';

/**
 * Bytes of unpacked bodies that are read, parsed and stored at one time. Read, they take some ten times as much; and what is in front of a
 * body is how long it waits.
 */
const BUDGET = 16 * 1024 * 1024;
/** A body that has only just begun holds its buffers. */
const LEAST_BYTES = 64 * 1024;

/** What a sender should wait before it sends again, in seconds. */
export const RETRY_AFTER_S = 2;

/** A body's place among those that are held. */
export type Place = {
  /** As many bytes as the body has by now; false: there is no room for them. */
  readonly grow: (size: number) => boolean;
  readonly leave: () => void;
};

export type Pressure = {
  /** Room for one more body; undefined: come again later. A single body always has room. */
  readonly enter: (headers: IncomingHttpHeaders) => Place | undefined;
};

export function pressure(budget = BUDGET): Pressure {
  let held = 0;
  return {
    enter: (headers) => {
      let mine = 0;
      const grow = (bytes: number): boolean => {
        const size = Math.max(LEAST_BYTES, bytes);
        const others = held - mine;
        if (others > 0 && others + size > budget) return false;
        held = others + Math.max(mine, size);
        mine = Math.max(mine, size);
        return true;
      };
      if (!grow(Number(headers['content-length'] ?? LEAST_BYTES))) return undefined;
      return {
        grow,
        leave: () => {
          held -= mine;
        },
      };
    },
  };
}
