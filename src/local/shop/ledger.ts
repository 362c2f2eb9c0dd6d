/** Where an order is, in the order of its life. The last three are ends that nobody wished for. */
export type Stage = 'placing' | 'queued' | 'shipped' | 'notified' | 'refused' | 'unnotified' | 'dead-letter';

/** What the shop's page shows of an order. */
export type LedgerEntry = {
  readonly id: string;
  readonly traceId: string;
  readonly items: string;
  readonly cents: number;
  /** Milliseconds since the epoch. */
  readonly placedAt: number;
  /** HTTP status and length of the customer's request; undefined: not answered yet. */
  readonly answer: { readonly status: number; readonly durationMs: number } | undefined;
  readonly stage: Stage;
  /** Deliveries to fulfilment so far. */
  readonly attempts: number;
};

export type Ledger = {
  enter(entry: LedgerEntry): void;
  change(id: string, change: Partial<LedgerEntry>): void;
  /** Latest first. */
  latest(): readonly LedgerEntry[];
};

export const KEPT_ORDERS = 10;

export function ledger(): Ledger {
  let entries: readonly LedgerEntry[] = [];
  return {
    enter: (entry) => {
      entries = [entry, ...entries].slice(0, KEPT_ORDERS);
    },
    change: (id, change) => {
      entries = entries.map((entry) => (entry.id === id ? { ...entry, ...change } : entry));
    },
    latest: () => entries,
  };
}
