import { grouped } from '../trace/grouped.ts';
import { type ActFinding, isFound } from './findings.ts';
import { courseOf, type Habits, type Tally } from './habits.ts';
import { type Rate, rateSurprise } from './surprise.ts';
import type { Visit } from './visits.ts';

/** What was done more or less often than usual. */
export function actFindings(visits: readonly Visit[], now: Habits, usual: Habits): readonly ActFinding[] {
  const byKey = grouped(visits, ({ key }) => key);
  const byCourse = grouped(visits, courseOf);
  return [
    ...[...now.failures].flatMap(([key, tally]) =>
      failingAt({ tally, known: usual.failures.get(key) ?? NOBODY }, byKey.get(key) ?? []),
    ),
    ...[...now.courses].flatMap(([course, tally]) =>
      changesAt({ tally, known: usual.courses.get(course) ?? NOBODY }, byCourse.get(course) ?? []),
    ),
  ];
}

type Tallies = { readonly tally: Tally; readonly known: Tally };
const NOBODY: Tally = { of: 0, counts: new Map(), acts: new Map() };

/** An operation that nobody has seen yet is taken not to have failed twice. */
const STRANGER: Rate = { count: 0, of: 2 };

function failingAt({ tally, known }: Tallies, visits: readonly Visit[]): readonly ActFinding[] {
  return [...tally.acts].flatMap(([name, act]): ActFinding[] => {
    const rates = ratesOf(name, { tally, known });
    const nats = rose(rates) ? rateSurprise(rates.now, known.of === 0 ? STRANGER : rates.usual) : 0;
    if (!isFound({ nats })) return [];
    return [
      { kind: 'failing', ...whose(visits), act, ...rates, nats, visits: visits.filter(({ failures }) => failures.has(name)) },
    ];
  });
}

/** A new way through the program is more often new data than a fault. */
const GAINED_WEIGHT = 0.5;

function changesAt({ tally, known }: Tallies, visits: readonly Visit[]): readonly ActFinding[] {
  return [...new Map([...known.acts, ...tally.acts])].flatMap(([name, act]): ActFinding[] => {
    const rates = ratesOf(name, { tally, known });
    const gained = rose(rates);
    const nats = rateSurprise(rates.now, rates.usual) * weightOf(gained, act.isWarning);
    if (!isFound({ nats })) return [];
    const showing = visits.filter(({ acts }) => acts.has(name) === gained);
    return [{ kind: gained ? 'gained' : 'lost', ...whose(visits), act, ...rates, nats, visits: showing }];
  });
}

function weightOf(gained: boolean, isWarning: boolean): number {
  if (isWarning) return gained ? 1 : 0;
  return gained ? GAINED_WEIGHT : 1;
}

const ratesOf = (name: string, { tally, known }: Tallies): { readonly now: Rate; readonly usual: Rate } => ({
  now: { count: tally.counts.get(name) ?? 0, of: tally.of },
  usual: { count: known.counts.get(name) ?? 0, of: known.of },
});

/** What was never looked for may have risen. */
const rose = ({ now, usual }: { readonly now: Rate; readonly usual: Rate }): boolean =>
  usual.of === 0 || now.count * usual.of > usual.count * now.of;

const whose = (visits: readonly Visit[]) => ({ service: visits[0]?.service ?? '', key: visits[0]?.key ?? '' });
