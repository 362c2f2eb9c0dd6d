import type { IncomingHttpHeaders } from 'node:http';

/** Bodies that are read, unpacked and parsed at one time, in bytes after unpacking: what this process can hold and still answer Slack in time. */
const BUDGET = 128 * 1024 * 1024;
/** How much telemetry usually grows when it is unpacked. */
const GZIP_GROWTH = 8;
/** Of a body whose length nobody tells. */
const UNTOLD = 1024 * 1024;

/** What a sender should wait before it sends again, in seconds. */
export const RETRY_AFTER_S = '5';

export type Pressure = {
  /** Room for one more body, to be left when it is done with; undefined: come again later. A single body always has room. */
  readonly enter: (headers: IncomingHttpHeaders) => (() => void) | undefined;
};

export function pressure(budget = BUDGET): Pressure {
  let held = 0;
  return {
    enter: (headers) => {
      const cost = Number(headers['content-length'] ?? UNTOLD) * (headers['content-encoding'] === 'gzip' ? GZIP_GROWTH : 1);
      if (held > 0 && held + cost > budget) return undefined;
      held += cost;
      return () => {
        held -= cost;
      };
    },
  };
}
