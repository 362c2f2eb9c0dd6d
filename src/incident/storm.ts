import { fromSeconds, type Micros } from '../units.ts';
import type { Alert, Incident, Thread } from './incident.ts';

/** More new incidents than people can read are told together. */
export type StormLimit = { readonly incidents: number; readonly within: Micros };

export const STORM_LIMIT: StormLimit = { incidents: 20, within: fromSeconds(60) };

export type Storm = {
  readonly id: string;
  /** What is told in it, and has no thread of its own. */
  readonly incidents: readonly { readonly id: string; readonly alert: Alert; readonly count: number }[];
  readonly began: Micros;
  /** When the last new incident joined it. */
  readonly last: Micros;
  readonly thread: Thread | undefined;
};

/** Nothing new for as long as made it a storm. */
export const isOver = (storm: Storm, now: Micros, { within }: StormLimit): boolean => now - storm.last >= within;

/** It has its place in a storm's message, unless it was news again since. */
export const isInStorm = ({ storm, log }: Incident): boolean =>
  storm !== undefined && !log.some(({ what }) => what === 'reopened');

const SHOWN = 20;

/** What a storm's message says. */
export function summed({ incidents }: Storm) {
  const top = incidents.toSorted((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1)).slice(0, SHOWN);
  const transactions = incidents.reduce((sum, { count }) => sum + count, 0);
  return { top, transactions, kinds: incidents.length, more: incidents.length - top.length };
}
