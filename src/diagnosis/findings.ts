import { grouped } from './grouped.ts';
import type { Habits, Tally } from './habits.ts';
import { courseOf } from './habits.ts';
import { type Pace, pacesOf } from './paces.ts';
import { driftOf, type Rate, rateSurprise, type Sample, sampleOf, shiftSurprise } from './surprise.ts';
import type { Act, Visit } from './visits.ts';

/** Something that a window does otherwise than usual. */
export type Finding = ActFinding | PaceFinding;

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
  readonly now: Sample;
  readonly usual: Sample;
  /** Of the critical path of the transactions that came by, what was beyond the usual. */
  readonly share: number;
  readonly spent: number;
  readonly excess: number;
  readonly transactions: number;
};

/** Under this much a finding is not one: e^2 to 1. */
const LEAST_NATS = 2;
export const isFound = ({ nats }: Pick<Finding, 'nats'>): boolean => nats >= LEAST_NATS;

/** What was done more or less often than usual. */
export function actFindings(visits: readonly Visit[], now: Habits, usual: Habits): readonly ActFinding[] {
  const byKey = grouped(visits, ({ key }) => key);
  const byCourse = grouped(visits, courseOf);
  const failing = [...now.failures].flatMap(([key, tally]) => failingAt(key, tally, usual, byKey.get(key) ?? []));
  const courses = [...now.courses].flatMap(([course, tally]) =>
    changesAt(tally, usual.courses.get(course), byCourse.get(course) ?? []),
  );
  return [...failing, ...courses];
}

/** What an operation nobody has seen yet is taken to fail like: all of them together, worth two sightings. */
const STRANGER = 2;

function failingAt(key: string, tally: Tally, usual: Habits, visits: readonly Visit[]): readonly ActFinding[] {
  const known = usual.failures.get(key) ?? { of: STRANGER, counts: new Map<string, number>(), acts: new Map() };
  return [...tally.acts].flatMap(([name, act]): ActFinding[] => {
    const rates = {
      now: { count: tally.counts.get(name) ?? 0, of: tally.of },
      usual: { count: known.counts.get(name) ?? 0, of: known.of },
    };
    const nats = rose(rates) ? rateSurprise(rates.now, rates.usual) : 0;
    const showing = visits.filter(({ failures }) => failures.has(name));
    return nats < LEAST_NATS ? [] : [{ kind: 'failing', service: serviceOf(visits), key, act, ...rates, nats, visits: showing }];
  });
}

const rose = ({ now, usual }: { readonly now: Rate; readonly usual: Rate }): boolean =>
  now.count * usual.of > usual.count * now.of;

const serviceOf = (visits: readonly Visit[]): string => visits[0]?.service ?? '';

/** A new way through the program is more often new data than a fault. */
const GAINED_WEIGHT = 0.5;

function changesAt(tally: Tally, known: Tally | undefined, visits: readonly Visit[]): readonly ActFinding[] {
  if (!known) return [];
  const names = new Set([...known.acts.keys(), ...tally.acts.keys()]);
  return [...names].flatMap((name): ActFinding[] => {
    const act = tally.acts.get(name) ?? known.acts.get(name);
    const rates = {
      now: { count: tally.counts.get(name) ?? 0, of: tally.of },
      usual: { count: known.counts.get(name) ?? 0, of: known.of },
    };
    const gained = rose(rates);
    if (!act || (act.isTrouble && !gained)) return [];
    const nats = rateSurprise(rates.now, rates.usual) * (gained && !act.isTrouble ? GAINED_WEIGHT : 1);
    if (nats < LEAST_NATS) return [];
    const showing = visits.filter(({ acts }) => acts.has(name) === gained);
    const key = visits[0]?.key ?? '';
    return [{ kind: gained ? 'gained' : 'lost', service: serviceOf(visits), key, act, ...rates, nats, visits: showing }];
  });
}

/** Where time was spent, found to be beyond the usual or not: what is as usual tells, too. */
export function paceFindings(all: readonly (readonly Visit[])[], usual: Habits): readonly PaceFinding[] {
  const places = [
    ...grouped(
      all.flatMap((visits) => pacesOf(visits, usual.medians)),
      ({ where }) => where,
    ),
  ].flatMap(([where, paces]) => {
    const before = usual.paces.get(where);
    return before ? [{ paces, before, now: sampleOf(paces.map(({ ratio }) => ratio)) }] : [];
  });
  const drift = driftOf(places.map(({ now, before }) => now.mean - before.mean));
  return places.map(({ paces, before, now }) => paceFinding(paces, now, before, shiftSurprise(now, before, drift)));
}

/** In deviations: how far a single transaction lies out before it counts as one that shows it. */
const OUT = 3;

function paceFinding(paces: readonly Pace[], now: Sample, usual: Sample, nats: number): PaceFinding {
  const [{ caller, service }] = paces as readonly [Pace]; // a group is made with its first member
  const limit = usual.mean + OUT * Math.sqrt(Math.max(usual.variance, 0.1 ** 2));
  const slow = paces.filter(({ ratio }) => ratio > limit);
  const excess = total(paces, (pace) => pace.excess);
  const paths = total(paces, ({ visits }) => visits[0]?.transaction.duration ?? 0);
  return {
    kind: 'slow',
    service,
    caller,
    nats,
    now,
    usual,
    share: paths > 0 ? excess / paths : 0,
    spent: total(paces, (pace) => pace.spent),
    excess,
    transactions: paces.length,
    visits: slow.flatMap(({ visits }) => visits),
  };
}

const total = (paces: readonly Pace[], of: (pace: Pace) => number): number => paces.reduce((sum, pace) => sum + of(pace), 0);
