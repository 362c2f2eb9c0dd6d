import { isServing } from '../telemetry/span-words.ts';
import { isAwaited } from './edges.ts';
import { isFailing } from './failing.ts';
import { requestIdOf } from './functions.ts';
import { isAttempt, MARGIN, type Node, type Tree } from './node.ts';

/** The ends at which a failure reached somebody: the entry, or work that was handed over and then lost. */
export function fatalEnds(tree: Tree): readonly Node[] {
  return tree.nodes.filter((node) => isFailing(node.span) && (node === tree.entry || isLost(node)));
}

/** Nobody waits for it, nobody else did it later: a failure here is for good, whatever its parent answered. */
function isLost(node: Node): boolean {
  const takesOver = isServing(node.span.kind) || isAttempt(node.span);
  return takesOver && !isAwaited(node) && !isMadeGood(node);
}

/** A later attempt at the same thing succeeded. */
export const isMadeGood = (node: Node): boolean => attemptsAfter(node).some((later) => !isFailing(later.span));

const attemptsAfter = (node: Node): readonly Node[] =>
  (node.parent?.children ?? []).filter((other) => other !== node && other.start >= node.end - MARGIN && isSameThing(node, other));

/** All attempts at what this span tried, in order. */
export function attemptsAt(node: Node): readonly Node[] {
  const siblings = node.parent?.children ?? [node];
  return siblings
    .filter((other) => other === node || isSameThing(node, other))
    .sort((a, b) => a.start - b.start || a.end - b.end);
}

export function isSameThing(a: Node, b: Node): boolean {
  if (!isAlike(a, b)) return false;
  const [one, other] = [itemOf(a.span.attributes), itemOf(b.span.attributes)];
  return one === undefined || other === undefined || one === other;
}

/** The same, and not only as far as anybody says: both name the message, or X-Ray counts them as attempts. */
export function isSameWork(a: Node, b: Node): boolean {
  if (!isAlike(a, b)) return false;
  const item = itemOf(a.span.attributes);
  return (isAttempt(a.span) && isAttempt(b.span)) || (item !== undefined && item === itemOf(b.span.attributes));
}

function isAlike({ span: a }: Node, { span: b }: Node): boolean {
  const isAgain = isAttempt(a) && isAttempt(b);
  return a.service === b.service && (a.operation === b.operation || isAgain) && a.kind === b.kind;
}

/** AWS gives every request an id of its own, so on a client span it tells attempts apart and not items. */
function itemOf(attributes: Node['span']['attributes']): unknown {
  return attributes['messaging.message.id'] ?? (attributes['rpc.system'] === undefined ? requestIdOf(attributes) : undefined);
}
