import { grouped } from '../trace/grouped.ts';
import type { Transaction } from '../trace/transaction.ts';
import { isOnPath, type Pace, pacesOf, placeOf, spentAt } from './paces.ts';
import { type Sample, sampleOf } from './surprise.ts';
import { type Act, type TemplateOf, type Visit, visitsOf } from './visits.ts';

/** How often visits of one kind did what. A transaction counts once, however often it came by: its visits are no independent witnesses. */
export type Tally = {
  readonly of: number;
  readonly counts: ReadonlyMap<string, number>;
  readonly acts: ReadonlyMap<string, Act>;
};

/** How a number of transactions usually goes: what a window is compared with. Computed from transactions alone, and mergeable. */
export type Habits = {
  readonly transactions: number;
  /** Failures, by the visit's key. */
  readonly failures: ReadonlyMap<string, Tally>;
  /** What else was done, by the key and by the failures: who fails goes another way, and who recovers does so too. */
  readonly courses: ReadonlyMap<string, Tally>;
  /** The median part of the critical path, by `placeOf`. */
  readonly medians: ReadonlyMap<string, number>;
  /** How much longer or shorter than the medians, by `Pace.where`. */
  readonly paces: ReadonlyMap<string, Sample>;
};

export const visitsOfAll = (transactions: readonly Transaction[], templateOf: TemplateOf): readonly (readonly Visit[])[] =>
  transactions.map((transaction) => visitsOf(transaction, templateOf));

export function habitsOf(all: readonly (readonly Visit[])[]): Habits {
  const { medians, hidden } = mediansOf(all);
  return {
    transactions: all.length,
    failures: tallies(
      all,
      ({ key }) => key,
      ({ failures }) => failures,
    ),
    courses: tallies(all, courseOf, ({ acts }) => acts),
    medians,
    paces: samplesOf(all.flatMap((visits) => pacesOf(visits, medians, hidden))),
  };
}

/** Visits by one caller that failed the same way, mostly not at all, are compared in what else they did. */
export const courseOf = ({ caller, key, failures }: Visit): string =>
  [caller?.service ?? '', key, ...[...failures.keys()].sort()].join(' ');

const samplesOf = (paces: readonly Pace[]): ReadonlyMap<string, Sample> =>
  new Map([...grouped(paces, ({ where }) => where)].map(([where, group]) => [where, sampleOf(group.map(({ ratio }) => ratio))]));

type Counting = { of: number; readonly counts: Map<string, number>; readonly acts: Map<string, Act> };

function tallies(
  all: readonly (readonly Visit[])[],
  keyOf: (visit: Visit) => string,
  actsOf: (visit: Visit) => ReadonlyMap<string, Act>,
): ReadonlyMap<string, Tally> {
  const found = new Map<string, Counting>();
  for (const visits of all) {
    for (const [key, group] of grouped(visits, keyOf)) {
      const tally = found.get(key) ?? { of: 0, counts: new Map(), acts: new Map() };
      found.set(key, tally);
      tally.of += 1;
      for (const visit of group) {
        for (const [name, act] of actsOf(visit)) {
          tally.counts.set(name, (tally.counts.get(name) ?? 0) + 1 / group.length);
          tally.acts.set(name, act);
        }
      }
    }
  }
  return found;
}

/** A place seen once tells nothing of what is usual there. */
const SIGHTINGS = 2;

type Medians = {
  readonly medians: ReadonlyMap<string, number>;
  /** Where another was always waited for longer: what was spent there beside the path is all that is known. */
  readonly hidden: ReadonlySet<string>;
};

function mediansOf(all: readonly (readonly Visit[])[]): Medians {
  const steps = all.flat().flatMap((visit) => visit.steps.map((step) => ({ step, place: placeOf(step, visit) })));
  const enough = [...grouped(steps, ({ place }) => place)].filter(([, seen]) => seen.length >= SIGHTINGS);
  const places = enough.map(([place, seen]) => ({ place, seen, onPath: seen.filter(({ step }) => isOnPath(step)) }));
  const isHidden = ({ onPath }: { readonly onPath: readonly unknown[] }): boolean => onPath.length < SIGHTINGS;
  return {
    medians: new Map(
      places.map((each) => [each.place, median((isHidden(each) ? each.seen : each.onPath).map(({ step }) => spentAt(step)))]),
    ),
    hidden: new Set(places.filter(isHidden).map(({ place }) => place)),
  };
}

function median(values: readonly number[]): number {
  const ordered = values.toSorted((a, b) => a - b);
  return ordered[ordered.length >> 1] ?? 0;
}
