import { isFailing } from '../trace/failing.ts';
import type { Node } from '../trace/node.ts';
import { settleAgain } from '../trace/timing.ts';
import type { Span, Transaction } from '../trace/transaction.ts';
import { regrow } from '../trace/tree.ts';
import { micros } from '../units.ts';
import { answerOf, callsOf } from './calls.ts';
import { CALLER, type Count, callField, durationField, FAILED, gapField, ownField } from './tally.ts';
import { keyOfEntry, keyWithin, operationKey } from './usual.ts';

/** A transaction teaches at most this much: what a lesson costs is bounded, whatever the transaction. */
const MOST_COUNTS = 3_000;

/** What a transaction adds to what is usual. */
export type Lesson = { readonly entry: string; readonly counts: readonly Count[] };

type Seen = Pick<Span, 'service' | 'operation' | 'duration' | 'status' | 'error' | 'attributes'>;

/** What one span alone tells: that it failed, or how long it took. */
export function countOf(span: Seen): Count | undefined {
  const key = operationKey(span.service, span.operation);
  if (isFailing(span)) return { key, field: FAILED };
  return span.duration === undefined ? undefined : { key, field: durationField(span.duration) };
}

/**
 * What only the tree of a transaction tells: own times, calls, gaps between the two ends of a call; each for the operation, and for the
 * operation within transactions of this entry, there with its duration. Only healthy transactions that are whole are to be learned from.
 */
export function lessonOf(transaction: Transaction): Lesson {
  const tree = regrow(transaction);
  settleAgain(tree);
  const entry = keyOfEntry(transaction);
  const counts = tree.nodes.flatMap((node) => {
    const key = keyOf(node);
    const fields = fieldsOf(node);
    const took = node.span.duration === undefined ? [] : [durationField(node.span.duration)];
    const inside = keyWithin(entry, key);
    return [...fields.map((field) => ({ key, field })), ...[...took, ...fields].map((field) => ({ key: inside, field }))];
  });
  return { entry, counts: counts.slice(0, MOST_COUNTS) };
}

const keyOf = ({ span }: Node): string => operationKey(span.service, span.operation);

function fieldsOf(node: Node): readonly string[] {
  const own = node.span.critical > 0 ? [ownField(node.span.critical)] : [];
  const answer = answerOf(node);
  const gap = answer ? [gapField(micros(Math.max(0, node.end - node.start - (answer.end - answer.start))), keyOf(answer))] : [];
  return [...own, ...gap, CALLER, ...[...callsOf(node)].map(([callee, nodes]) => callField(nodes.length, callee))];
}
