import type { IncomingHttpHeaders } from 'node:http';

/** Bytes of unpacked bodies that are read, parsed and stored at one time. Read, they take some ten times as much. */
const BUDGET = 16 * 1024 * 1024;
/**
 * Bodies that are let in may grow beyond it, since nobody knows their size before they are unpacked: one of the largest at a time. Its
 * pieces, the whole, its text and what is read of it are a hundred megabytes until the next collection of garbage.
 */
const GROWTH = 1.25;
/** However slow it goes, so much is tried at once. */
const LEAST_BUDGET = 512 * 1024;
/** A body that has only just begun holds its buffers. */
const LEAST_BYTES = 64 * 1024;

/** From the last byte of a body to its answer. Beyond it there is more at once than can be done in time. */
const LONGEST_MS = 200;
/** What one body that took too long takes off the budget; what one that did not adds is its own size. */
const SHRINK = 0.9;

/** What a sender should wait before it sends again, in seconds. */
export const RETRY_AFTER_S = 2;

/** A body's place among those that are held. */
export type Place = {
  /** As many bytes as the body has by now; false: there is no room for them. */
  readonly grow: (size: number) => boolean;
  /** It has been read to its end: what it waits for from now on is us. */
  readonly whole: () => void;
  readonly leave: () => void;
};

export type Pressure = {
  /** Room for one more body; undefined: come again later. A single body always has room. */
  readonly enter: (headers: IncomingHttpHeaders) => Place | undefined;
};

/**
 * What is held at one time is how long each of it waits (Little's law): the budget shrinks while answers take too long, whatever the
 * reason, and grows again while they do not. A sender that is slow itself counts for nothing.
 */
export function pressure(most = BUDGET, now: () => number = () => performance.now()): Pressure {
  let budget = most;
  let held = 0;
  const answered = (size: number, ms: number): void => {
    budget = ms > LONGEST_MS ? Math.max(Math.min(most, LEAST_BUDGET), budget * SHRINK) : Math.min(most, budget + size);
  };
  return {
    enter: (headers) => {
      let mine = 0;
      let since: number | undefined;
      const grow = (bytes: number): boolean => {
        const others = held - mine;
        const size = Math.max(mine, bytes, LEAST_BYTES);
        if (others > 0 && others + size > most * GROWTH) return false;
        held = others + size;
        mine = size;
        return true;
      };
      // By what is before it, not by its own size: else a large body would never find room among many small ones.
      if (held >= budget || !grow(Number(headers['content-length'] ?? 0))) return undefined;
      return {
        grow,
        whole: () => {
          since = now();
        },
        leave: () => {
          held -= mine;
          if (since !== undefined) answered(mine, now() - since);
        },
      };
    },
  };
}
