import type { EventRecord } from '../telemetry/record.ts';
import type { Transaction } from '../trace/transaction.ts';
import { actFindings } from './act-findings.ts';
import type { Cause } from './cause.ts';
import { grouped } from './grouped.ts';
import { habitsOf, visitsOfAll } from './habits.ts';
import { templateMiner } from './log-templates.ts';
import { paceFindings } from './pace-findings.ts';
import { type Suspect, suspectsOf } from './suspects.ts';
import type { Visit } from './visits.ts';
import { causeOf } from './window-cause.ts';

/** A transaction with what its own diagnosis says. */
type Judged = {
  readonly transaction: Transaction;
  readonly outcome: 'ok' | 'failed' | 'slow';
  readonly causes: readonly Cause[];
};

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
  const healthy = judged.filter(({ outcome }) => outcome === 'ok').map(({ transaction }) => transaction);
  const bad = judged.filter(({ outcome }) => outcome !== 'ok');
  const compared = baseline.length > 0 ? judged : bad;
  const against = baseline.length > 0 ? baseline : healthy;
  if (compared.length === 0) return [];
  if (against.length === 0) return votedCauses(compared);
  const { suspects, tests, visits } = compare(
    compared.map(({ transaction }) => transaction),
    against,
  );
  const named = bad.flatMap(({ causes }) => causes.slice(0, 1));
  const whole = suspects.reduce((sum, { score }) => sum + score, 0);
  return suspects
    .filter(({ score }) => score >= LEAST_SCORE)
    .slice(0, MOST_CAUSES)
    .map((suspect) => causeOf(suspect, { tests, share: suspect.score / whole, named, events, visits }));
}

type Comparison = { readonly suspects: readonly Suspect[]; readonly tests: number; readonly visits: readonly Visit[] };

/** What is usual is read first: the templates of its log lines are those that the window's are held against. */
function compare(window: readonly Transaction[], baseline: readonly Transaction[]): Comparison {
  const templateOf = templateMiner();
  const usual = habitsOf(visitsOfAll(baseline, templateOf));
  const visited = visitsOfAll(window, templateOf);
  const visits = visited.flat();
  const now = habitsOf(visited);
  const acts = actFindings(visits, now, usual);
  const tests =
    usual.paces.size + [...usual.courses.values(), ...now.failures.values()].reduce((sum, { acts: all }) => sum + all.size, 0);
  return { suspects: suspectsOf(acts, paceFindings(visited, usual), visited), tests: Math.max(1, tests), visits };
}

/** Nothing to compare with: what most transactions say of themselves. */
function votedCauses(judged: readonly Judged[]): readonly Cause[] {
  const votes = judged.flatMap(({ causes }) => causes.slice(0, 1)).filter(({ kind }) => kind !== 'unknown');
  const groups = [...grouped(votes, ({ service, kind }) => `${service} ${kind}`).values()];
  return groups
    .flatMap((group): Cause[] => {
      const [first] = group.toSorted((a, b) => b.confidence - a.confidence);
      if (!first) return [];
      const share = group.length / votes.length;
      const confidence = Math.round(100 * first.confidence * share) / 100;
      const fact = `${group.length} of ${judged.length} transactions say so`;
      return [
        {
          ...first,
          confidence,
          spanIds: group.flatMap(({ spanIds }) => spanIds.slice(0, 1)),
          evidence: [...first.evidence, fact],
        },
      ];
    })
    .sort((a, b) => b.confidence - a.confidence || (a.service < b.service ? -1 : 1))
    .slice(0, MOST_CAUSES);
}
