import { grouped } from '../trace/grouped.ts';
import type { PaceFinding } from './findings.ts';
import type { Habits } from './habits.ts';
import { type Pace, pacesOf } from './paces.ts';
import { driftOf, type Sample, sampleOf, shiftSurprise } from './surprise.ts';
import type { Visit } from './visits.ts';

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

/** What takes less of the time of those who come by makes nothing slow, however surely it takes longer. */
const LEAST_SHARE = 0.02;
/** In deviations: how far a single transaction lies out before it counts as one that shows it. */
const OUT = 3;

function paceFinding(paces: readonly Pace[], now: Sample, usual: Sample, nats: number): PaceFinding {
  const [{ caller, service, isUntraced }] = paces as readonly [Pace]; // a group is made with its first member
  const limit = usual.mean + OUT * Math.sqrt(Math.max(usual.variance, 0.1 ** 2));
  const slow = paces.filter(({ ratio }) => ratio > limit);
  const excess = total(paces, (pace) => pace.excess);
  const paths = total(paces, ({ visits }) => visits[0]?.transaction.duration ?? 0);
  const share = paths > 0 ? excess / paths : 0;
  return {
    kind: 'slow',
    service,
    caller,
    isUntraced,
    nats: share < LEAST_SHARE ? 0 : nats,
    now,
    usual,
    share,
    spent: total(paces, (pace) => pace.spent),
    excess,
    transactions: paces.length,
    visits: slow.flatMap(({ visits }) => visits),
  };
}

const total = (paces: readonly Pace[], of: (pace: Pace) => number): number => paces.reduce((sum, pace) => sum + of(pace), 0);
