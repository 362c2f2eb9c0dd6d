import type { FaultCounts } from './faults.ts';
import type { Asked } from './options.ts';
import type { Verdict } from './oracle.ts';
import type { DeathCounts } from './plan.ts';
import { RECOVERED_WITHIN_S, type Recoveries } from './recovery.ts';

/** What a run promises, each kept or not: that all that was asked for was done to the plant, and that nobody saw anything of it. */
export function promisesOf(
  { size, faults, measured }: Asked,
  done: DeathCounts & FaultCounts,
  recovered: Recoveries,
  verdict: Verdict,
  broken: Readonly<Record<string, readonly string[]>>,
): Readonly<Record<string, boolean>> {
  const wanted = { failpointKills: size.failpointKills, randomKills: size.randomKills, ...faults };
  // The keys of both are the same.
  const kinds = (Object.keys(wanted) as (keyof typeof wanted)[]).filter((kind) => wanted[kind] > 0);
  const isInTime = (kind: keyof Recoveries): boolean => recovered[kind].every((took) => took <= RECOVERED_WITHIN_S[kind]);
  const recoveries = (Object.keys(measured) as (keyof typeof measured)[]).filter((kind) => measured[kind] > 0);
  return {
    ...Object.fromEntries(kinds.map((kind) => [`${kind} ${wanted[kind]}`, done[kind] >= wanted[kind]])),
    ...Object.fromEntries(recoveries.map((kind) => [`${kind} recovered within ${RECOVERED_WITHIN_S[kind]} s`, isInTime(kind)])),
    ...Object.fromEntries(Object.entries(verdict).map(([fault, found]) => [`${fault} 0`, found.length === 0])),
    ...Object.fromEntries(BESIDES.map((fault) => [`${fault} 0`, broken[fault] === undefined])),
  };
}

/** Jobs that are left, failpoints that nothing passed, processes that ended unasked, what Slack would have refused. */
const BESIDES = ['queues', 'neverPassed', 'accidents', 'violations'];
