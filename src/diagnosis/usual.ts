import type { Micros } from '../units.ts';

/** What is usual for one operation, from its healthy past. */
export type Usual = { readonly count: number; readonly p50: Micros; readonly p95: Micros };

/** Usual durations by `operationKey`; an operation seen too rarely is absent. */
export type UsualByOperation = ReadonlyMap<string, Usual>;

/** Under this many sightings nothing is called usual. */
export const ENOUGH_SIGHTINGS = 20;

/** Names an operation across transactions. */
export const operationKey = (service: string, operation: string): string => `${service}|${operation}`;
