import type { Node } from '../trace/node.ts';
import { between, type Micros, spelled } from '../units.ts';
import { answerOf } from './calls.ts';
import type { Cause } from './cause.ts';
import { laidOn } from './ends.ts';
import type { Place, SlowKind } from './places.ts';
import { operationKey, type UsualByOperation, usualOf } from './usual.ts';
import { lasted, named, notSeen, peerOf, saidError, shareOfPath, targetOf } from './wording.ts';

type Whole = { readonly total: Micros; readonly usual: UsualByOperation; readonly calls: readonly Node[] };
type Said = Pick<Cause, 'kind' | 'summary' | 'evidence' | 'edge'> & {
  readonly nodes: readonly Node[];
  readonly service?: string;
};

/** What is said of a place that took long. */
export function saidOf(place: Place, { total, usual, calls }: Whole): Said {
  const { kind, nodes, amount } = place;
  const [node] = nodes as readonly [Node]; // a place is made of at least one
  const service = kind === 'gap' ? laidOn(nodes, calls) : undefined;
  return {
    kind,
    nodes,
    ...(service !== undefined && { service }),
    edge: edgeOf(kind, node),
    summary: `${WORDS[kind](place, node)}: ${shareOfPath(amount, total)}`,
    evidence: [...factsOf(place, node, usual), ...gapFacts(place)],
  };
}

const callee = ({ span }: Node): string | undefined => targetOf(span) ?? peerOf(span);

const WORDS: Readonly<Record<SlowKind, (place: Place, node: Node) => string>> = {
  'cold-start': (_, { span }) => `${span.service} had to start cold`,
  'queue-wait': (_, { span, parent }) =>
    `Work from ${parent?.span.service ?? 'nobody known'} waited before ${span.service} took it`,
  'iterator-age': (_, { span, parent }) =>
    `Records from ${parent?.span.service ?? 'nobody known'} waited in the stream before ${span.service} read them`,
  'slow-dependency': ({ median }, node) => {
    const how = median === undefined ? 'took most of the time of' : 'was slow to answer';
    return `${callee(node) ?? 'What it called'} ${how} ${named(node.span)}`;
  },
  'slow-self': ({ nodes, isTold }, { span }) => {
    if (isTold) return `The state machine ${span.service} was told to wait in ${span.operation}`;
    const operations = new Set(nodes.map((node) => node.span.operation)).size;
    return operations === 1
      ? `${named(span)} spent the time itself`
      : `${span.service} spent the time itself, in ${operations} operations`;
  },
  'n-plus-one': ({ nodes }, { span, parent }) =>
    `${parent ? named(parent.span) : span.service} called ${named(span)} ${nodes.length} times, one after the other`,
  retried: (_, { span }) => `${named(span)} failed and was tried again`,
  gap: (_, node) => {
    const answer = answerOf(node);
    if (!answer) return `No span explains the time before ${named(node.span)}`;
    return `Between ${node.span.service} and ${answer.span.service} time passed that neither spent (${named(node.span)})`;
  },
};

function edgeOf(kind: SlowKind, node: Node): Cause['edge'] {
  if (kind === 'queue-wait' || kind === 'iterator-age' || kind === 'cold-start')
    return node.parent && { caller: node.parent.span.service, callee: node.span.service };
  const isCall = kind === 'slow-dependency' || kind === 'n-plus-one' || kind === 'retried';
  const other = answerOf(node)?.span.service ?? (isCall ? callee(node) : undefined);
  return other === undefined ? undefined : { caller: node.span.service, callee: other };
}

function factsOf({ kind, nodes, amount, median, isTold }: Place, node: Node, usual: UsualByOperation): readonly string[] {
  const known = usualOf(node.span, usual);
  const facts: string[] = [];
  if (median === undefined) facts.push(`${named(node.span)}: ${spelled(amount)}; no history to compare it with`);
  else {
    const took = known?.took;
    const whole = took ? `: median ${spelled(took.p50)}, p95 ${spelled(took.p95)}, n=${took.count}` : '';
    facts.push(`${spelled(amount)} vs ${spelled(median)} usually (${named(node.span)}${whole})`);
  }
  if (kind === 'slow-self' && !isTold) facts.push(notSeen('what it did meanwhile, its own work or a call that nobody traces'));
  if (kind === 'slow-dependency') facts.push(notSeen('what the other side did meanwhile'));
  if (kind === 'retried') facts.push(`it said: ${saidError(node.span)}`);
  const often = kind === 'n-plus-one' ? usualTimes(node, usual) : undefined;
  if (often !== undefined) facts.push(`${nodes.length} calls, usually ${often}`);
  else if (nodes.length > 1) facts.push(`${nodes.length} times in this transaction, the longest ${spelled(lasted(node))}`);
  return facts;
}

function usualTimes({ parent, span }: Node, usual: UsualByOperation): number | undefined {
  const calls = parent && usualOf(parent.span, usual)?.calls;
  return calls?.get(operationKey(span.service, span.operation))?.times;
}

/** More of them say nothing new. */
const MOST_GAPS = 3;

/** How the time of each gap lies around its callee. */
function gapFacts({ kind, nodes }: Place): readonly string[] {
  if (kind !== 'gap') return [];
  return nodes.slice(0, MOST_GAPS).flatMap((node) => {
    const answer = answerOf(node);
    if (!answer) return [];
    const [before, after] = [between(node.start, answer.start), between(answer.end, node.end)];
    return [`${spelled(before)} before ${named(answer.span)} started, ${spelled(after)} after it ended`];
  });
}
