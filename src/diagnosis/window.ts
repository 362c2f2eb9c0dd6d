import type { EventRecord } from '../telemetry/record.ts';
import type { Transaction } from '../trace/transaction.ts';
import { actFindings } from './act-findings.ts';
import type { Cause } from './cause.ts';
import { type Habits, habitsOf, visitsOfAll } from './habits.ts';
import { templateMiner } from './log-templates.ts';
import { paceFindings } from './pace-findings.ts';
import { type Suspect, suspectsOf } from './suspects.ts';
import type { Visit } from './visits.ts';
import { type Judged, namedFindings, votedCauses } from './votes.ts';
import { causeOf } from './window-cause.ts';

export type Window = {
  readonly judged: readonly Judged[];
  /** What is usual. Empty: the window's own healthy transactions have to do. */
  readonly baseline: readonly Transaction[];
  /** What AWS announced, in the window and before. */
  readonly events: readonly EventRecord[];
};

/** Further services are no help. */
const MOST_CAUSES = 5;
/** In nats; less is what any minute says of another. */
const LEAST_SCORE = 1;

/** What many transactions together say went wrong, one cause a service, best first. Empty: the window is as usual. */
export function windowCauses({ judged, baseline, events }: Window): readonly Cause[] {
  const bad = judged.filter(({ outcome }) => outcome !== 'ok');
  const healthy = judged.filter(({ outcome }) => outcome === 'ok').map(({ transaction }) => transaction);
  if (baseline.length > 0) return comparedCauses(judged, baseline, events);
  const found = healthy.length > 0 ? comparedCauses(bad, healthy, events) : [];
  return found.length > 0 ? found : votedCauses(bad).slice(0, MOST_CAUSES);
}

function comparedCauses(
  judged: readonly Judged[],
  baseline: readonly Transaction[],
  events: readonly EventRecord[],
): readonly Cause[] {
  const { suspects, tests, visits } = compare(judged, baseline);
  const whole = suspects.reduce((sum, { score }) => sum + score, 0);
  return suspects
    .filter(({ score }) => score >= LEAST_SCORE)
    .slice(0, MOST_CAUSES)
    .map((suspect, i) => causeOf(suspect, { tests, share: suspect.score / whole, isFirst: i === 0, events, visits }));
}

type Comparison = { readonly suspects: readonly Suspect[]; readonly tests: number; readonly visits: readonly Visit[] };

/** What is usual is read first: the templates of its log lines are those that the window's are held against. */
function compare(judged: readonly Judged[], baseline: readonly Transaction[]): Comparison {
  const templateOf = templateMiner();
  const usual = habitsOf(visitsOfAll(baseline, templateOf));
  const visited = visitsOfAll(
    judged.map(({ transaction }) => transaction),
    templateOf,
  );
  const visits = visited.flat();
  const now = habitsOf(visited);
  const failed = { count: baseline.filter(({ outcome }) => outcome === 'failed').length, of: baseline.length };
  const findings = {
    acts: actFindings(visits, now, usual),
    paces: paceFindings(visited, usual),
    named: namedFindings(judged, failed, visits),
  };
  return { suspects: suspectsOf(findings, visited), tests: comparisons(now, usual), visits };
}

const comparisons = (now: Habits, usual: Habits): number =>
  [...usual.courses.values(), ...now.failures.values()].reduce((sum, { acts }) => sum + acts.size, usual.paces.size + 1);
