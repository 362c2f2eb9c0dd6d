import type { Cause } from './cause.ts';
import type { Rate, Sample } from './surprise.ts';
import type { Act, Visit } from './visits.ts';

/** Something that a window does otherwise than usual. */
export type Finding = ActFinding | PaceFinding | NamedFinding;

type Common = {
  readonly service: string;
  /** How surprising it is: -ln of how likely. */
  readonly nats: number;
  /** The visits that show it. */
  readonly visits: readonly Visit[];
};

export type ActFinding = Common & {
  readonly kind: 'failing' | 'lost' | 'gained';
  readonly key: string;
  readonly act: Act;
  readonly now: Rate;
  readonly usual: Rate;
};

export type PaceFinding = Common & {
  readonly kind: 'slow';
  /** undefined: the service's own time; else the time between the two. */
  readonly caller: string | undefined;
  /** The callee tells nothing of its own. */
  readonly isUntraced: boolean;
  readonly now: Sample;
  readonly usual: Sample;
  /** Of the critical path of the transactions that came by, what was beyond the usual. */
  readonly share: number;
  readonly spent: number;
  readonly excess: number;
  readonly transactions: number;
};

/** What failed transactions say of themselves, each by its own diagnosis. */
export type NamedFinding = Common & {
  readonly kind: 'named';
  /** The surest of them. */
  readonly cause: Cause;
  readonly now: Rate;
};

/** Under this much a finding is not one: e^2 to 1. */
export const LEAST_NATS = 2;
export const isFound = ({ nats }: Pick<Finding, 'nats'>): boolean => nats >= LEAST_NATS;
