import type { Micros } from '../units.ts';
import type { Chip } from '../waterfall/naming.ts';

/** A service, or a resource that services call: a queue, a table, somebody else's address. */
export type Place = {
  readonly id: string;
  readonly name: string;
  readonly chip: Chip;
};

/** All calls from one place to another that were observed. */
export type Edge = {
  /** undefined: from outside; `to` is where transactions enter. */
  readonly from: string | undefined;
  readonly to: string;
  readonly calls: number;
  readonly errors: number;
  /** Errors that no failing call further on explains. */
  readonly origins: number;
  /** What the caller waited; where nobody waited, how long it lay between, in a queue or on its way. undefined: not seen. */
  readonly p50: Micros | undefined;
  readonly p95: Micros | undefined;
  /** Most callers did not wait. */
  readonly async: boolean;
  /** Most joins are guesses. */
  readonly inferred: boolean;
};

export type ServiceMap = {
  /** By id. */
  readonly places: readonly Place[];
  /** By callee and caller, those from outside first. */
  readonly edges: readonly Edge[];
  readonly transactions: number;
};

/** What a map is about. */
export type MapScene = {
  readonly map: ServiceMap;
  /** undefined: all transactions given. Otherwise so many of the `seen` traces of the last minutes were read. */
  readonly window: { readonly minutes: number; readonly read: number; readonly seen: number } | undefined;
  /** A service, or a transaction's name, that it is about. */
  readonly about: string | undefined;
  /** The place of that service. */
  readonly focus: string | undefined;
};

/** Those with two ends. */
export const between = (edges: readonly Edge[]): readonly Edge[] => edges.filter(({ from }) => from !== undefined);

export const share = ({ errors, calls }: Edge): number => (calls === 0 ? 0 : errors / calls);

/** Where most failures begin; undefined: nothing fails. */
export function failingEdge(edges: readonly Edge[]): Edge | undefined {
  const failing = edges.filter(({ origins }) => origins > 0);
  return failing.toSorted((a, b) => b.origins - a.origins || share(b) - share(a) || b.calls - a.calls)[0];
}
