import { criticalPath } from '../trace/critical-path.ts';
import { isFailing } from '../trace/failing.ts';
import { compare, type Tree } from '../trace/node.ts';
import { settleAgain } from '../trace/timing.ts';
import type { Section, Transaction } from '../trace/transaction.ts';
import { regrow } from '../trace/tree.ts';
import { later, spelled } from '../units.ts';
import type { Cause } from './cause.ts';
import { errorCauses, type Found } from './error-causes.ts';
import { outcomeOf, usualOf } from './outcome.ts';
import { slowCauses } from './slow-causes.ts';
import { ENOUGH_SIGHTINGS, type UsualByOperation } from './usual.ts';
import { named, saidError } from './wording.ts';

/** Below this we say that we do not know. */
const LEAST_CONFIDENCE = 0.45;
/** More than three guesses are no help. */
const MOST_CAUSES = 3;
/** No cause stands out: less than this of what is unusual, and the next nearly as much. */
const NO_LEADER = { confidence: 0.56, ratio: 1.3 } as const;

/** What went wrong, best first, each with its evidence. Empty: nothing did. `unknown` alone: something did, and the evidence does not suffice. */
export function diagnose(transaction: Transaction, usual: UsualByOperation): readonly Cause[] {
  const tree = regrow(transaction);
  settleAgain(tree);
  const outcome = outcomeOf(transaction, usual);
  const found =
    outcome === 'failed'
      ? errorCauses(tree, transaction.duration, usual)
      : clear(slowCauses(tree, slowPath(tree, transaction, usual), usual));
  const causes = ranked(found);
  if (causes.length > 0 || outcome === 'ok') return causes;
  return [unknown(transaction, tree, outcome, usual)];
}

/** A slow entry is explained by what its caller waited for; one that is as usual can only be slow in what came after. */
function slowPath(tree: Tree, transaction: Transaction, usual: UsualByOperation): readonly Section[] {
  if (outcomeOf(transaction, usual) === 'slow') return criticalPath(tree, 'response');
  if (!usualOf(tree.entry.span, usual)) return transaction.criticalPath;
  const after = transaction.criticalPath.filter((section) => section.end > tree.entry.end);
  return after.map((section) => ({ ...section, start: later(section.start, tree.entry.end) }));
}

/** With two nearly equal halves of an excess and no majority, neither is the cause. */
function clear(found: readonly Found[]): readonly Found[] {
  const [first, second] = found.map(({ cause }) => cause.confidence).sort((a, b) => b - a);
  const isDrawn = first !== undefined && second !== undefined && first < NO_LEADER.confidence && first / second < NO_LEADER.ratio;
  return isDrawn ? [] : found;
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

/** A total order: the deeper, then the earlier to end, then by id. */
const byRank = (a: Found, b: Found): number =>
  b.cause.confidence - a.cause.confidence ||
  b.depth - a.depth ||
  a.end - b.end ||
  compare(a.cause.spanIds.join(), b.cause.spanIds.join()) ||
  compare(a.cause.kind, b.cause.kind);

function unknown(transaction: Transaction, tree: Tree, outcome: 'failed' | 'slow', usual: UsualByOperation): Cause {
  const deepest = tree.nodes.filter((node) => isFailing(node.span)).toSorted((a, b) => b.span.depth - a.span.depth)[0];
  const { span } = deepest ?? tree.entry;
  const evidence = [`${transaction.name} took ${spelled(transaction.duration)} over ${transaction.spans.length} spans`];
  if (deepest) evidence.push(`the deepest failure is ${named(span)}: ${saidError(span)}`);
  if (transaction.incomplete.length > 0) evidence.push(`the trace is incomplete: ${transaction.incomplete.join(', ')}`);
  if (!usualOf(tree.entry.span, usual))
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
