import { isStarting } from '../trace/category.ts';
import { hasInitSpan, startUp } from '../trace/cold-start.ts';
import { awaitedChildren, isAwaited } from '../trace/edges.ts';
import { isCaller } from '../trace/functions.ts';
import { grouped } from '../trace/grouped.ts';
import { isInit, isQueueLike, length, type Node, type Tree } from '../trace/node.ts';
import type { Section } from '../trace/transaction.ts';
import { charged } from '../trace/waits.ts';
import { type Micros, micros } from '../units.ts';
import { answerOf, isStream } from './calls.ts';
import type { CauseKind } from './cause.ts';
import { repeatedCalls } from './repeated-calls.ts';
import { backOffIn, type Retry, repeatedIn, retriesIn } from './retries.ts';
import { operationKey, type UsualByOperation, usualOf, usualTime } from './usual.ts';

export type SlowKind = Extract<
  CauseKind,
  'cold-start' | 'queue-wait' | 'iterator-age' | 'slow-dependency' | 'slow-self' | 'gap' | 'n-plus-one' | 'retried'
>;

/** One operation's part of the critical path. */
export type Place = {
  readonly kind: SlowKind;
  /** The most expensive first. */
  readonly nodes: readonly Node[];
  readonly amount: Micros;
  /** What this part usually costs; undefined: not seen often enough, or of a kind that has no usual. */
  readonly median: Micros | undefined;
  /** A state machine was told to let the time pass. */
  readonly isTold: boolean;
};

type Piece = { readonly node: Node; readonly kind: SlowKind; readonly amount: number; readonly isTold?: boolean };

type Ground = {
  readonly byId: ReadonlyMap<string, Node>;
  readonly retries: readonly Retry[];
  readonly repeated: ReadonlyMap<Node, Node>;
};

export function placesOn(tree: Tree, path: readonly Section[], usual: UsualByOperation): readonly Place[] {
  const retries = retriesIn(tree);
  const byId = new Map(tree.nodes.map((node) => [node.span.spanId, node]));
  const ground = { byId, retries, repeated: repeatedIn(retries) };
  const forgotten = forgottenOf(tree);
  const sections = charged(path, byId);
  const pieces = sections
    .flatMap((section, i) => piecesOf(section, sections[i + 1], ground))
    .filter((piece) => !forgotten.has(piece.node));
  const groups = grouped(
    pieces,
    ({ kind, isTold, node: { span } }) => `${kind}|${isTold === true}|${operationKey(span.service, span.operation)}`,
  );
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
  const amount = micros(pieces.reduce((sum, piece) => sum + piece.amount, 0));
  const isCalled = kind === 'slow-dependency' || kind === 'gap';
  const medians = nodes.map((node) => medianSelf(node, kind, usual)).filter((median) => median !== undefined);
  const hasMedian = (isCalled || kind === 'slow-self') && medians.length === nodes.length;
  const median = hasMedian ? micros(medians.reduce((sum, each) => sum + each, 0)) : undefined;
  const repeated = isCalled ? repeatedCalls(nodes, usual) : undefined;
  const isTold = pieces.some((piece) => piece.isTold);
  if (!repeated) return { kind, nodes, amount, median, isTold };
  // Each of them may be as fast as ever: that there are so many is what costs.
  const share = repeated.usually === undefined ? undefined : Math.min(1, repeated.usually / nodes.length);
  return {
    kind: 'n-plus-one',
    nodes,
    amount,
    isTold,
    median: share === undefined || median === undefined ? undefined : micros(median * share),
  };
}

function piecesOf(section: Section, next: Section | undefined, { byId, retries, repeated }: Ground): readonly Piece[] {
  const node = byId.get(section.spanId);
  if (!node) return [];
  const amount = section.end - section.start;
  const attempt = repeated.get(node);
  if (attempt) return [{ node: attempt, kind: 'retried', amount }];
  const kind = kindOf(section, node);
  const after = next && byId.get(next.spanId);
  // Until the runtime can initialize, its container has to be found or made: both are one cold start to whoever waits.
  if (after && section.what === 'work' && isStarting({ node, next: after })) return [{ node: after, kind: 'cold-start', amount }];
  const other = backOff(section, node, retries) ?? (kind === 'cold-start' ? undefined : coldStartAfter(section, after));
  if (!other) return [{ node, kind, amount, isTold: section.why === 'state' }];
  return [other, { node, kind, amount: amount - other.amount }];
}

function backOff({ start, end, what }: Section, node: Node, retries: readonly Retry[]): Piece | undefined {
  const waited = what === 'work' ? backOffIn(retries, node, [start, end]) : undefined;
  return waited && { node: waited.first, kind: 'retried', amount: waited.amount };
}

/** The platform tells of an initialization that no span shows: it lies in what came before the function. */
function coldStartAfter(section: Section, next: Node | undefined): Piece | undefined {
  const init = startUp(next?.span.invocation);
  if (!next || init <= 0 || next.start !== section.end || (section.spanId === next.span.spanId) === (section.what === 'work'))
    return undefined;
  if (hasInitSpan(next)) return undefined;
  return { node: next, kind: 'cold-start', amount: Math.min(init, section.end - section.start) };
}

function kindOf(section: Section, node: Node): SlowKind {
  if (section.what === 'wait') return isStream(node) ? 'iterator-age' : 'queue-wait';
  if (section.what === 'gap') return 'gap';
  if (isInit(node.span)) return 'cold-start';
  if (isQueueLike(node)) return 'queue-wait';
  if (answerOf(node)) return 'gap';
  return isCaller(node.span) ? 'slow-dependency' : 'slow-self';
}

/** Its own part as it was measured, else the usual duration less what its calls usually take of it. */
function medianSelf(node: Node, kind: SlowKind, usual: UsualByOperation): number | undefined {
  const known = usualOf(node.span, usual);
  const answer = kind === 'gap' ? answerOf(node) : undefined;
  const gap = answer && known?.calls.get(operationKey(answer.span.service, answer.span.operation))?.gap;
  const own = gap ?? known?.own;
  if (own) return own.p50;
  const took = usualTime(node.span, usual);
  if (!took) return undefined;
  const calls = awaitedChildren(node).reduce((sum, child) => sum + (usualTime(child.span, usual)?.p50 ?? length(child)), 0);
  return Math.max(0, took.p50 - calls);
}
