import { isFailing } from '../trace/failing.ts';
import { attemptsAt } from '../trace/failure.ts';
import { isCaller } from '../trace/functions.ts';
import { depthFirst, length, MARGIN, type Node, type Tree } from '../trace/node.ts';

/** A call that failed and was made again by the same caller. */
export type Retry = { readonly parent: Node; readonly attempts: readonly Node[] };

export function retriesIn(tree: Tree): readonly Retry[] {
  const known = new Set<Node>();
  return tree.nodes.flatMap((node) => {
    const { parent } = node;
    if (!parent || known.has(node) || !isCaller(node.span) || !isFailing(node.span)) return [];
    const all = attemptsAt(node);
    for (const attempt of all) known.add(attempt);
    // What went well before was no attempt at this.
    const attempts = all.slice(all.indexOf(node));
    return attempts.length > 1 && isInTurn(attempts) && isCostly(attempts) ? [{ parent, attempts }] : [];
  });
}

/** As long as the last attempt: then the call itself is slow, and not that it was repeated. */
const COSTLY = 2;

function isCostly(attempts: readonly Node[]): boolean {
  const [first, last] = [attempts[0], attempts.at(-1)];
  return first !== undefined && last !== undefined && last.start - first.start >= COSTLY * length(last);
}

const isInTurn = (attempts: readonly Node[]): boolean =>
  attempts.every((attempt, i) => {
    const previous = attempts[i - 1];
    return !previous || attempt.start >= previous.end - MARGIN;
  });

/** The attempt that failed and was repeated, by each span that it consists of. */
export function repeatedIn(retries: readonly Retry[]): ReadonlyMap<Node, Node> {
  const repeated = new Map<Node, Node>();
  for (const { attempts } of retries) {
    const [first] = attempts;
    const failed = attempts.slice(0, -1).filter((attempt) => isFailing(attempt.span));
    if (first) for (const node of failed.flatMap(depthFirst)) repeated.set(node, first);
  }
  return repeated;
}

/**
 * How much of a stretch of the caller's own time it only waited to try again, and for which call.
 *
 * caller     ├──────────────────────────────┤
 * attempts      ├──✗┤      ├──✗┤       ├───┤
 * back-off           ······     ·······
 */
export function backOffIn(
  retries: readonly Retry[],
  caller: Node,
  [from, to]: readonly [number, number],
): { readonly first: Node; readonly amount: number } | undefined {
  for (const { parent, attempts } of retries) {
    const [first] = attempts;
    const last = attempts.at(-1);
    if (parent !== caller || !first || !last) continue;
    const amount = Math.min(to, last.start) - Math.max(from, first.end);
    if (amount > 0) return { first, amount };
  }
  return undefined;
}
