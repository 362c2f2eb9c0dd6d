import { criticalPath } from '../trace/critical-path.ts';
import { isFailing } from '../trace/failing.ts';
import type { Tree } from '../trace/node.ts';
import { settleAgain } from '../trace/timing.ts';
import type { Section, Transaction } from '../trace/transaction.ts';
import { regrow } from '../trace/tree.ts';
import { later, spelled } from '../units.ts';
import type { Cause } from './cause.ts';
import { changeCauses, type ResourceChange, recentChanges, withChanges } from './changes.ts';
import { errorCauses } from './error-causes.ts';
import { byRank, type Found } from './found.ts';
import { duplicateDeliveries, fatesIn, givenUp } from './messages.ts';
import { missingCalls } from './missing-call.ts';
import { saysMore } from './origin.ts';
import { isLong, outcomeOf } from './outcome.ts';
import { slowCauses } from './slow-causes.ts';
import { swallowedErrors } from './swallowed.ts';
import { ENOUGH_SIGHTINGS, failsAnyway, type UsualByOperation, usualTime } from './usual.ts';
import { named, notSeen, saidError } from './wording.ts';

/** Below this we say that we do not know. */
const LEAST_CONFIDENCE = 0.45;
/** More than three guesses are no help. */
const MOST_CAUSES = 3;
/** Where a failure has no words and the time is elsewhere, the time is the better hint. */
const WORDLESS = 0.45;
const BESIDE_A_CAUGHT_ERROR = 0.49;
/** Time explains no failure that explains itself. */
const BESIDE_A_FAILURE = 0.35;

/** Of transactions that lost a span in ten and more, so many of the longest places are still the true one. */
const PARTS_LOST = 0.85;

type Known = { readonly tree: Tree; readonly transaction: Transaction; readonly usual: UsualByOperation };

/**
 * What went wrong, best first, each with its evidence. Empty: nothing did. `unknown` alone: something did, and the evidence does not
 * suffice. `changes`: to the resources of the transaction, before it began.
 */
export function diagnose(
  transaction: Transaction,
  usual: UsualByOperation,
  changes: readonly ResourceChange[] = [],
): readonly Cause[] {
  const tree = regrow(transaction);
  settleAgain(tree);
  const known = { tree, transaction, usual };
  const outcome = outcomeOf(transaction, usual);
  const onset = transaction.start;
  const recent = recentChanges(changes, onset);
  const found = [
    ...(outcome === 'failed' ? failureCauses(known) : []),
    ...(outcome === 'slow' ? timeCauses(known) : []),
    ...(outcome === 'ok' ? quietCauses(known) : []),
    ...missingCalls(tree, transaction, usual),
    ...duplicateDeliveries(tree),
    ...givenUp(tree, transaction),
  ];
  const causes = ranked(found.map((one) => withChanges(one, recent, onset)));
  if (causes.length > 0 || outcome === 'ok') return causes;
  const changed = ranked(changeCauses(tree, recent, onset));
  return changed.length > 0 ? changed : [unknown(known, outcome)];
}

/** Where the time lies; what never came may have had it instead. */
function timeCauses(known: Known): readonly Found[] {
  const times = slowCauses(known.tree, slowPath(known), known.usual);
  if (!known.transaction.incomplete.includes('missing-parent')) return times;
  return times.map((time) => withFacts(weaker(time, PARTS_LOST), [notSeen('spans of this transaction that never came')]));
}

/** Nobody knows that something is wrong: an error that was caught, and says what it is, is the more telling. */
function quietCauses(known: Known): readonly Found[] {
  const caught = swallowedErrors(known.tree, known.transaction.duration, known.usual);
  const most = caught.some(({ node }) => saysMore(node)) ? BESIDE_A_CAUGHT_ERROR : 1;
  return [...caught, ...timeCauses(known).map((time) => weaker(time, most / time.cause.confidence))];
}

/**
 * A failure comes first, unless it explains nothing: it is there every time, or it is a bare code of somebody whose time is not what it
 * took. Then time may come before it.
 */
function failureCauses(known: Known): readonly Found[] {
  const { tree, transaction, usual } = known;
  const errors = errorCauses(tree, transaction, usual).map((error) => withFacts(error, fatesIn(transaction)));
  const times = timeCauses(known);
  const [first] = errors.toSorted(byRank);
  const [longest] = times.toSorted(byRank);
  if (!first || failsAnyway(first.node.span, usual)) return [...errors, ...times];
  if (longest && isWordless(first) && longest.cause.confidence >= LEAST_CONFIDENCE && !isAbout(longest, first)) {
    return [...errors.map((error) => weaker(error, WORDLESS / error.cause.confidence)), ...times];
  }
  return [...errors, ...times.map((time) => weaker(time, BESIDE_A_FAILURE))];
}

/** A service answered with a bare code, and no call of it failed: as good as nothing. */
const isWordless = ({ node, cause }: Found): boolean =>
  cause.kind === 'exception' && !saysMore(node) && BARE.test(node.span.error?.message ?? '');

/** What telemetry/span-outcome.ts makes of a code alone. */
const BARE = /^(HTTP ?\d*)?$/;

const isAbout = (time: Found, error: Found): boolean => time.cause.spanIds.includes(error.node.span.spanId);

const weaker = (one: Found, by: number): Found => ({
  ...one,
  cause: { ...one.cause, confidence: Math.round(100 * Math.min(1, by) * one.cause.confidence) / 100 },
});

const withFacts = (one: Found, facts: readonly string[]): Found => ({
  ...one,
  cause: { ...one.cause, evidence: [...one.cause.evidence, ...facts] },
});

/** A long entry is explained by what its caller waited for; one that is as usual can only be slow in what came after. */
function slowPath({ tree, transaction, usual }: Known): readonly Section[] {
  const { entry } = tree;
  if (isLong(entry.span, usual) || transaction.outcome === 'failed') return criticalPath(tree, 'response');
  if (!usualTime(entry.span, usual)) return transaction.criticalPath;
  const after = transaction.criticalPath.filter((section) => section.end > entry.end);
  return after.map((section) => ({ ...section, start: later(section.start, entry.end) }));
}

function ranked(found: readonly Found[]): readonly Cause[] {
  const sorted = found.filter(({ cause }) => cause.confidence >= LEAST_CONFIDENCE).toSorted(byRank);
  const seen = new Set<string>();
  const causes = sorted
    .map(({ cause }) => cause)
    .filter((cause) => {
      const key = `${cause.kind}|${cause.service}|${cause.operation}`;
      return seen.has(key) ? false : seen.add(key);
    });
  return causes.slice(0, MOST_CAUSES);
}

function unknown({ tree, transaction, usual }: Known, outcome: 'failed' | 'slow'): Cause {
  const deepest = tree.nodes.filter((node) => isFailing(node.span)).toSorted((a, b) => b.span.depth - a.span.depth)[0];
  const { span } = deepest ?? tree.entry;
  const evidence = [`${transaction.name} took ${spelled(transaction.duration)} over ${transaction.spans.length} spans`];
  if (deepest) evidence.push(`the deepest failure is ${named(span)}: ${saidError(span)}`);
  if (transaction.incomplete.length > 0) evidence.push(`the trace is incomplete: ${transaction.incomplete.join(', ')}`);
  if (!usualTime(tree.entry.span, usual))
    evidence.push(`no history of ${transaction.name} yet (needs ${ENOUGH_SIGHTINGS} sightings)`);
  return {
    kind: 'unknown',
    service: span.service,
    operation: span.operation,
    resource: span.resource,
    spanIds: [span.spanId],
    edge: undefined,
    confidence: 0.2,
    summary: `${transaction.name} ${outcome === 'failed' ? 'failed' : 'was slow'}; the evidence does not suffice for a cause`,
    evidence,
  };
}
