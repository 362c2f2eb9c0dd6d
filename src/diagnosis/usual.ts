import type { Span, Transaction } from '../trace/transaction.ts';
import type { Micros } from '../units.ts';

/** How long something usually takes. */
export type Spread = { readonly count: number; readonly p50: Micros; readonly p95: Micros };

/** What is usual for one operation, from its past. */
export type Usual = {
  /** From start to end, of sightings that went well; undefined: too few of them. */
  readonly took: Spread | undefined;
  /** Own part of the critical path, where it had one; undefined: too few. */
  readonly own: Spread | undefined;
  /**
   * Share of its sightings that failed, 0 to 1, in the median block of time: what lasts some hours is an incident and not usual.
   * undefined: nobody has seen it before this block.
   */
  readonly failing: number | undefined;
  /** What it calls, by the `operationKey` of the callee. */
  readonly calls: ReadonlyMap<string, UsualCall>;
};

export type UsualCall = {
  /** Sightings of the caller … */
  readonly of: number;
  /** … and the share of them, 0 to 1, that made this call at all. */
  readonly made: number;
  /** How often one caller makes it, where it does: the median. */
  readonly times: number;
  /** Caller's side less callee's; undefined: too few, or the callee tells nothing of its own. */
  readonly gap: Spread | undefined;
};

/** By `operationKey`, and by `keyWithin` for an operation inside one kind of transaction; what was seen too rarely is absent. */
export type UsualByOperation = Pick<ReadonlyMap<string, Usual>, 'get'>;

/** Under this many sightings nothing is called usual. */
export const ENOUGH_SIGHTINGS = 20;
/** What fails in half of all sightings explains nothing (DIAGNOSIS: CRISP's "non-fatal" errors; Uber, "The Tale of Errors in Microservices"). */
const BACKGROUND = 0.5;

type Named = Pick<Span, 'service' | 'operation'>;

/** Names an operation across transactions. */
export const operationKey = (service: string, operation: string): string => `${service}|${operation}`;

/** Names an operation inside transactions with this entry: the same query is short in one and long in another. */
export const keyWithin = (entry: string, key: string): string => `${entry} > ${key}`;

export const keyOfEntry = ({ service, name }: Pick<Transaction, 'service' | 'name'>): string => operationKey(service, name);

/** All keys under which the usual of a transaction may be known. */
export function keysOf(transaction: Transaction): readonly string[] {
  const entry = keyOfEntry(transaction);
  const keys = new Set(transaction.spans.map((span) => operationKey(span.service, span.operation)));
  return [...keys, ...[...keys].map((key) => keyWithin(entry, key))];
}

/** For transactions of one entry: what is usual of an operation inside them, else of the operation anywhere. */
export function usualWithin(entry: string, usual: UsualByOperation): UsualByOperation {
  const known = new Map<string, Usual | undefined>();
  const find = (key: string): Usual | undefined => {
    const [inside, anywhere] = [usual.get(keyWithin(entry, key)), usual.get(key)];
    return inside && anywhere ? narrower(inside, anywhere) : (inside ?? anywhere);
  };
  return {
    get: (key) => {
      if (!known.has(key)) known.set(key, find(key));
      return known.get(key);
    },
  };
}

/** Failures are counted at the door, which does not know the transaction. */
const narrower = (inside: Usual, anywhere: Usual): Usual => ({
  took: inside.took ?? anywhere.took,
  own: inside.own ?? anywhere.own,
  failing: anywhere.failing,
  calls: inside.calls.size > 0 ? inside.calls : anywhere.calls,
});

export const usualOf = (span: Named, usual: UsualByOperation): Usual | undefined =>
  usual.get(operationKey(span.service, span.operation));

/** undefined: not seen often enough to call anything usual. */
export function usualTime(span: Named, usual: UsualByOperation): Spread | undefined {
  const took = usualOf(span, usual)?.took;
  return took && took.count >= ENOUGH_SIGHTINGS ? took : undefined;
}

/** It fails most of the time, also when all is well. */
export const failsAnyway = (span: Named, usual: UsualByOperation): boolean => (usualOf(span, usual)?.failing ?? 0) >= BACKGROUND;
