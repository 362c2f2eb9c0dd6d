import type { Alert } from './incident.ts';

/**
 * Ours: new kinds of failure in an hour, of everybody together. People read some twenty (a storm begins there); whoever writes an id into
 * the type of an error makes one of every failure, and each is kept for a month.
 */
export const NEW_AN_HOUR = 500;

export const OVERFLOW = 'overflow';

/** What one new kind too many is told as: one incident for all of them, which counts and draws their transactions like any other. */
export const overflowing = (alert: Alert, most: number): Alert => ({
  ...alert,
  signature: OVERFLOW,
  service: 'many services',
  transaction: 'Many kinds of transactions',
  hop: { service: 'many services', operation: 'many operations' },
  error: {
    type: 'Overflow',
    message: `more than ${most} new kinds of failure within an hour; whatever is new beyond them is counted here`,
  },
  ...{ causes: [], version: undefined, owner: undefined },
});
