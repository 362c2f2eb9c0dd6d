import type { Node, Tree } from '../trace/node.ts';
import type { Section } from '../trace/transaction.ts';
import { between, type Micros, micros, spelled } from '../units.ts';
import type { Cause } from './cause.ts';
import type { Found } from './error-causes.ts';
import { usualOf } from './outcome.ts';
import { answerOf, type Place, placesOn, type SlowKind } from './places.ts';
import type { UsualByOperation } from './usual.ts';
import { lasted, named, peerOf, shareOfPath, targetOf } from './wording.ts';

/** Less than this much beyond the usual explains nothing: the larger of the two counts. */
const LEAST_EXCESS = micros(20_000);
const LEAST_EXCESS_SHARE = 0.1;
/** Without history, a shorter wait is how queues and triggers are. */
const LEAST_WAIT = micros(1_000_000);
/** Without history, nobody waits for less. Nielsen, "Response Times: The 3 Important Limits": 1 s keeps the flow of thought. */
const LEAST_TOTAL = micros(1_000_000);
/** Without history, a cold start that takes less of the path is not what made it slow. */
const COLD_SHARE = 0.3;
const LARGEST = 0.95;

/** Where the critical path spends its time beyond the usual, or simply most of it where nothing is known of the usual. */
export function slowCauses(tree: Tree, path: readonly Section[], usual: UsualByOperation): readonly Found[] {
  const total = micros(path.reduce((sum, each) => sum + (each.end - each.start), 0));
  const weighed = placesOn(tree, path, usual).map((place) => ({ place, excess: excessOf(place) }));
  const excess = weighed.reduce((sum, each) => sum + (each.excess ?? 0), 0);
  const hasHistory = weighed.some(({ place }) => place.median !== undefined);
  if (
    hasHistory &&
    excess < Math.max(LEAST_EXCESS, LEAST_EXCESS_SHARE * total) &&
    weighed.every((each) => each.excess !== undefined)
  )
    return [];
  return weighed.map((each) => found(each, confidenceOf(each, { total, excess, hasHistory }), total, usual));
}

type Weighed = { readonly place: Place; readonly excess: number | undefined };

/** undefined: nobody knows what would be usual here. */
function excessOf({ kind, amount, median }: Place): number | undefined {
  if (median !== undefined) return Math.max(0, amount - median);
  if (kind === 'cold-start') return amount;
  if (kind === 'queue-wait') return amount >= LEAST_WAIT ? amount : 0;
  return undefined;
}

type Whole = { readonly total: Micros; readonly excess: number; readonly hasHistory: boolean };

/** The single-trace form with its start values; see the README on how they are to be replaced by feedback. */
function confidenceOf({ place, excess }: Weighed, whole: Whole): number {
  const part = whole.total > 0 ? place.amount / whole.total : 0;
  const history = whole.hasHistory && excess !== undefined ? againstUsual(excess, whole) : 0;
  const byItself = whole.total >= LEAST_TOTAL ? alone(place, part) : 0;
  return Math.round(100 * Math.min(LARGEST, Math.max(history, byItself))) / 100;
}

function againstUsual(excess: number, whole: Whole): number {
  const impact = whole.total > 0 ? excess / whole.total : 0;
  const share = whole.excess > 0 ? excess / whole.excess : 0;
  return (0.35 + 0.6 * share) * Math.min(1, impact / 0.3) * (impact < 0.1 ? 0.3 : 1);
}

function alone({ kind, amount, median }: Place, part: number): number {
  if (kind === 'cold-start') return part >= COLD_SHARE ? 0.3 + 0.6 * part : 0;
  if (kind === 'queue-wait') return amount >= LEAST_WAIT ? 0.3 + 0.5 * part : 0;
  if (median !== undefined) return 0;
  return part > 0.5 ? 0.6 * part : 0.3 * part;
}

function found({ place }: Weighed, confidence: number, total: Micros, usual: UsualByOperation): Found {
  const [node] = place.nodes;
  if (!node) throw new Error('expected a place to have a span');
  const { span } = node;
  const cause: Cause = {
    kind: place.kind,
    service: span.service,
    operation: span.operation,
    resource: span.resource,
    spanIds: place.nodes.map((each) => each.span.spanId),
    edge: edgeOf(place.kind, node),
    confidence,
    summary: `${WORDS[place.kind](node)}: ${shareOfPath(place.amount, total)}`,
    evidence: factsOf(place, node, usual),
  };
  return { cause, depth: span.depth, end: node.end };
}

const WORDS: Readonly<Record<SlowKind, (node: Node) => string>> = {
  'cold-start': ({ span }) => `${span.service} had to start cold`,
  'queue-wait': ({ span, parent }) => `Work from ${parent?.span.service ?? 'nobody known'} waited before ${span.service} took it`,
  'slow-dependency': ({ span }) => `${targetOf(span) ?? peerOf(span) ?? 'A call'} was slow to answer ${named(span)}`,
  'slow-self': ({ span }) => `${named(span)} spent the time itself`,
  gap: (node) =>
    answerOf(node)
      ? `Between ${node.span.service} and ${answerOf(node)?.span.service} time passed that neither spent (${named(node.span)})`
      : `No span explains the time before ${named(node.span)}`,
};

function edgeOf(kind: SlowKind, node: Node): Cause['edge'] {
  if (kind === 'queue-wait' || kind === 'cold-start')
    return node.parent && { caller: node.parent.span.service, callee: node.span.service };
  const callee =
    answerOf(node)?.span.service ?? (kind === 'slow-dependency' ? (targetOf(node.span) ?? peerOf(node.span)) : undefined);
  return callee === undefined ? undefined : { caller: node.span.service, callee };
}

function factsOf({ kind, nodes, amount, median }: Place, node: Node, usual: UsualByOperation): readonly string[] {
  const facts: string[] = [];
  const known = usualOf(node.span, usual);
  if (known && median !== undefined) {
    facts.push(
      `${spelled(amount)} vs ${spelled(median)} usually (${named(node.span)}: median ${spelled(known.p50)}, p95 ${spelled(known.p95)}, n=${known.count})`,
    );
  } else {
    facts.push(`${named(node.span)}: ${spelled(amount)}; no history to compare it with`);
  }
  if (nodes.length > 1) facts.push(`${nodes.length} times in this transaction, the longest ${spelled(lasted(node))}`);
  const answer = kind === 'gap' ? answerOf(node) : undefined;
  if (answer) {
    const [before, after] = [between(node.start, answer.start), between(answer.end, node.end)];
    facts.push(`${spelled(before)} before ${named(answer.span)} started, ${spelled(after)} after it ended`);
  }
  return facts;
}
