import { isStarting } from '../trace/category.ts';
import { hasInitSpan, startUp } from '../trace/cold-start.ts';
import { awaitedChildren, isAwaited } from '../trace/edges.ts';
import { isCaller } from '../trace/functions.ts';
import { isInit, isQueueLike, length, type Node, type Tree } from '../trace/node.ts';
import type { Section } from '../trace/transaction.ts';
import { charged } from '../trace/waits.ts';
import { type Micros, micros } from '../units.ts';
import type { CauseKind } from './cause.ts';
import { usualOf } from './outcome.ts';
import type { UsualByOperation } from './usual.ts';

export type SlowKind = Extract<CauseKind, 'cold-start' | 'queue-wait' | 'slow-dependency' | 'slow-self' | 'gap'>;

/** One operation's part of the critical path. */
export type Place = {
  readonly kind: SlowKind;
  /** The most expensive first. */
  readonly nodes: readonly Node[];
  readonly amount: Micros;
  /** What this part usually costs; undefined: not seen often enough, or of a kind that has no usual. */
  readonly median: Micros | undefined;
};

type Piece = { readonly node: Node; readonly kind: SlowKind; readonly amount: number };

export function placesOn(tree: Tree, path: readonly Section[], usual: UsualByOperation): readonly Place[] {
  const byId = new Map(tree.nodes.map((node) => [node.span.spanId, node]));
  const forgotten = forgottenOf(tree);
  const sections = charged(path, byId);
  const pieces = sections
    .flatMap((section, i) => piecesOf(section, sections[i + 1], byId))
    .filter((piece) => !forgotten.has(piece.node));
  const groups = new Map<string, Piece[]>();
  for (const piece of pieces) {
    const key = `${piece.kind}|${piece.node.span.service}|${piece.node.span.operation}`;
    const known = groups.get(key);
    if (known) known.push(piece);
    else groups.set(key, [piece]);
  }
  return [...groups.values()].map((group) => placeOf(group, usual));
}

/** Work that its own process did not wait for, and all that it called: it makes nobody's answer late. */
function forgottenOf(tree: Tree): ReadonlySet<Node> {
  const forgotten = new Set<Node>();
  for (const node of tree.nodes) {
    const { parent } = node;
    if (!parent) continue;
    const isPassedOn = isAwaited(node) ? forgotten.has(parent) : isUnawaitedHere(node, parent);
    if (isPassedOn) forgotten.add(node);
  }
  return forgotten;
}

const isUnawaitedHere = (node: Node, parent: Node): boolean =>
  node.span.join === 'parent' &&
  node.span.kind !== 'server' &&
  node.span.kind !== 'consumer' &&
  node.start < parent.end &&
  node.span.service === parent.span.service &&
  !isQueueLike(node);

function placeOf(pieces: readonly Piece[], usual: UsualByOperation): Place {
  const [{ kind }] = pieces as readonly [Piece]; // a group is made with its first piece
  const spent = new Map<Node, number>();
  for (const { node, amount } of pieces) spent.set(node, (spent.get(node) ?? 0) + amount);
  const nodes = [...spent.keys()].sort((a, b) => (spent.get(b) ?? 0) - (spent.get(a) ?? 0) || a.start - b.start);
  const medians = nodes.map((node) => medianSelf(node, usual)).filter((median) => median !== undefined);
  const hasMedian = (kind === 'slow-self' || kind === 'slow-dependency' || kind === 'gap') && medians.length === nodes.length;
  return {
    kind,
    nodes,
    amount: micros(pieces.reduce((sum, piece) => sum + piece.amount, 0)),
    median: hasMedian ? micros(medians.reduce((sum, each) => sum + each, 0)) : undefined,
  };
}

function piecesOf(section: Section, next: Section | undefined, byId: ReadonlyMap<string, Node>): readonly Piece[] {
  const node = byId.get(section.spanId);
  if (!node) return [];
  const amount = section.end - section.start;
  const kind = kindOf(section, node);
  const after = next && byId.get(next.spanId);
  // Until the runtime can initialize, its container has to be found or made: both are one cold start to whoever waits.
  if (after && section.what === 'work' && isStarting({ node, next: after })) return [{ node: after, kind: 'cold-start', amount }];
  const cold = kind === 'cold-start' ? undefined : coldStartAfter(section, after);
  if (!cold) return [{ node, kind, amount }];
  return [
    { node: cold.node, kind: 'cold-start', amount: cold.amount },
    { node, kind, amount: amount - cold.amount },
  ];
}

/** The platform tells of an initialization that no span shows: it lies in what came before the function. */
function coldStartAfter(section: Section, next: Node | undefined): { readonly node: Node; readonly amount: number } | undefined {
  const init = startUp(next?.span.invocation);
  if (!next || init <= 0 || next.start !== section.end || (section.spanId === next.span.spanId) === (section.what === 'work'))
    return undefined;
  if (hasInitSpan(next)) return undefined;
  return { node: next, amount: Math.min(init, section.end - section.start) };
}

function kindOf(section: Section, node: Node): SlowKind {
  if (section.what === 'wait') return 'queue-wait';
  if (section.what === 'gap') return 'gap';
  if (isInit(node.span)) return 'cold-start';
  if (isQueueLike(node)) return 'queue-wait';
  if (!isCaller(node.span)) return 'slow-self';
  return answerOf(node) ? 'gap' : 'slow-dependency';
}

/** The other side of a call. */
export const answerOf = (call: Node): Node | undefined => call.children.find((child) => child.span.kind === 'server');

/** The usual duration of the operation less what its calls usually take of it. */
function medianSelf(node: Node, usual: UsualByOperation): number | undefined {
  const known = usualOf(node.span, usual);
  if (!known) return undefined;
  const calls = awaitedChildren(node).reduce((sum, child) => sum + (usualOf(child.span, usual)?.p50 ?? length(child)), 0);
  return Math.max(0, known.p50 - calls);
}
