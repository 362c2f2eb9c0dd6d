import { fromSeconds, type Micros } from '../units.ts';
import type { Alert, Incident, Thread } from './incident.ts';

/** More new incidents than people can read are told together. */
export type StormLimit = { readonly incidents: number; readonly within: Micros };

export const STORM_LIMIT: StormLimit = { incidents: 20, within: fromSeconds(60) };

export type Storm = {
  readonly id: string;
  /** What is told in it, and has no thread of its own: how many kinds, how often all of them failed, and the most frequent. */
  readonly kinds: number;
  readonly transactions: number;
  readonly top: readonly { readonly id: string; readonly alert: Alert; readonly count: number }[];
  readonly began: Micros;
  /** When the last new incident joined it. */
  readonly last: Micros;
  /** Nothing new has come for as long as made it a storm. */
  readonly over: boolean;
  readonly thread: Thread | undefined;
  /** The face that its message shows. */
  readonly shown: string | undefined;
};

export const isOver = (last: Micros, now: Micros, { within }: StormLimit): boolean => now - last >= within;

/** It has its place in a storm's message, unless it was news again since. */
export const isInStorm = ({ storm, log }: Incident): boolean =>
  storm !== undefined && !log.some(({ what }) => what === 'reopened');

const SHOWN = 20;

/** Those that a storm's message names. */
export const mostFrequent = <T extends { readonly id: string; readonly count: number }>(incidents: readonly T[]): readonly T[] =>
  incidents.toSorted((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1)).slice(0, SHOWN);

/** Equal faces are equal messages: only a new one is worth an edit. */
export const faceOf = ({ kinds, transactions, top, over }: Storm): string =>
  JSON.stringify([kinds, transactions, top.map(({ id, count }) => [id, count]), over]);
