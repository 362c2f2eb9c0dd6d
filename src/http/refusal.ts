import type { Reason } from '../ledger.ts';

/** Why a request was not taken as a whole. */
export type Refusal = {
  readonly kind: Reason;
  /** For people. */
  readonly why: string;
  readonly againInS?: number;
};

const STATUS: Readonly<Partial<Record<Reason, number>>> = {
  ...{ 'bad-token': 401, 'too-large': 413, 'bad-content-type': 415, 'bad-encoding': 415 },
  ...{ busy: 429, 'too-fast': 429, unavailable: 503 },
};

export const statusOf = ({ kind }: Refusal): number => STATUS[kind] ?? 400;
