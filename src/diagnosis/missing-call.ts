import { isFailing } from '../trace/failing.ts';
import type { Node, Tree } from '../trace/node.ts';
import type { Transaction } from '../trace/transaction.ts';
import { callsOf, operationIn } from './calls.ts';
import { type Found, found } from './found.ts';
import { type UsualByOperation, type UsualCall, usualOf } from './usual.ts';
import { named, percent } from './wording.ts';

/** A call that fewer make is a branch of the code, which drifts with the data. */
const ALWAYS = 0.98;
/** Seen less often, "always" is luck. */
const SEEN = 50;
const CONFIDENCE = 0.6;

/** Calls that nearly every sighting of the caller makes, and this one did not: no error tells of them, and no length. */
export function missingCalls(tree: Tree, { incomplete }: Transaction, usual: UsualByOperation): readonly Found[] {
  // What is not in the trace is then a fault of the trace.
  if (incomplete.some((defect) => defect !== 'clock-skew')) return [];
  return tree.nodes.flatMap((node) => missingFrom(node, usual));
}

function missingFrom(node: Node, usual: UsualByOperation): readonly Found[] {
  const always = alwaysMade(node, usual);
  // What failed did not come to its later calls.
  if (always.length === 0 || isFailing(node.span)) return [];
  const made = callsOf(node);
  return always
    .filter(([callee]) => !made.has(callee))
    .map(([callee, call]) => missingCall(node, operationIn(callee, node.span), call));
}

function alwaysMade({ span }: Node, usual: UsualByOperation): readonly (readonly [string, UsualCall])[] {
  const calls = usualOf(span, usual)?.calls;
  if (!calls || calls.size === 0) return [];
  return [...calls].filter(([, { made, of }]) => made >= ALWAYS && of >= SEEN);
}

const missingCall = (node: Node, callee: string, { of, made }: UsualCall): Found =>
  found(node, {
    kind: 'missing-call',
    confidence: CONFIDENCE,
    edge: { caller: node.span.service, callee },
    summary: `${named(node.span)} did not call ${callee}, as it nearly always does`,
    evidence: [`${percent(made, 1, 1)} of ${of} sightings of ${named(node.span)} call ${callee}; this one did not`],
  });
