import { isAwaited } from '../trace/edges.ts';
import { isFailing } from '../trace/failing.ts';
import { isCaller } from '../trace/functions.ts';
import { isInferred, isQueueLike, type Node } from '../trace/node.ts';
import type { Transaction } from '../trace/transaction.ts';
import { regrow } from '../trace/tree.ts';
import { type Micros, micros } from '../units.ts';
import { chipOf } from '../waterfall/naming.ts';
import { type Callee, calleeOf, sourceOf } from './callee.ts';

/** One end of a call: a service that sends spans, or what is known of something that does not. */
export type End = { readonly service: string; readonly chip: string } | Callee;

/** One step of one transaction from place to place. */
export type Call = {
  /** undefined: the transaction enters here. */
  readonly from: End | undefined;
  readonly to: End;
  readonly failed: boolean;
  /** No failing call further on explains it. */
  readonly origin: boolean;
  /** What the caller waited; of an asynchronous step, how long it lay between. */
  readonly took: Micros | undefined;
  readonly async: boolean;
  readonly inferred: boolean;
};

type Found = Omit<Call, 'origin'> & { readonly owner: Node };

/** Every call that a transaction shows. */
export function callsIn(transaction: Transaction): readonly Call[] {
  const { nodes } = regrow(transaction);
  const found = nodes.flatMap((node) => [...arrival(node), ...departure(node)]);
  const failing = new Set(found.filter(({ failed }) => failed).map(({ owner }) => owner));
  const explained = explainedBy(failing, nodes);
  return found.map(({ owner, ...call }) => ({ ...call, origin: call.failed && !explained.has(owner) }));
}

/** Spans below which another call failed that was waited for. */
function explainedBy(failing: ReadonlySet<Node>, nodes: readonly Node[]): ReadonlySet<Node> {
  const explained = new Set<Node>();
  // Children before parents.
  for (const node of nodes.toReversed()) {
    const { parent } = node;
    if (parent && isAwaited(node) && (failing.has(node) || explained.has(node))) explained.add(parent);
  }
  return explained;
}

/** How work came to the span's place from another. */
function arrival(node: Node): readonly Found[] {
  const { parent, span } = node;
  if (node.adrift || isInferred(node) || isPartOfPicture(node)) return [];
  const to = hostOf(node);
  const base = { to, failed: isFailing(span), took: span.duration, inferred: span.join === 'inferred', owner: node };
  if (!parent) return through(node, { ...base, from: undefined, async: false });
  if (isCaller(parent.span)) return isArrivalAt(node, parent) ? fromCall(node, parent, base) : [];
  if (sameEnd(hostOf(parent), to)) return [];
  return through(node, { ...base, from: hostOf(parent), ...(isAwaited(node) ? { async: false } : inBetween(node)) });
}

/** From the hand-over to the start, AWS's own span of that time included; what nobody was seen to hand over lay there nobody knows how long. */
function inBetween({ parent, start }: Node): Pick<Call, 'async' | 'took'> {
  const handedOver = parent && isQueueLike(parent) ? parent.start : parent?.end;
  return { async: true, took: handedOver === undefined ? undefined : micros(Math.max(0, start - handedOver)) };
}

/** X-Ray draws the time in a queue under its picture of the queue. */
const isPartOfPicture = ({ span, parent }: Node): boolean =>
  parent !== undefined && isInferred(parent) && span.service === parent.span.service;

/** A function may call itself; what it does inside a call of its own is no call. */
const isArrivalAt = ({ span }: Node, { span: caller }: Node): boolean =>
  span.service !== caller.service || span.kind === 'server' || span.kind === 'consumer';

function fromCall(node: Node, call: Node, base: Omit<Found, 'from' | 'async'>): readonly Found[] {
  if (isRelayed(call)) return through(node, { ...base, from: calleeOf(call.span), ...inBetween(node) });
  const { span, parent } = call;
  const failed = base.failed || isFailing(span);
  const from = hostOf(parent && span.service === parent.span.service ? parent : call);
  const waited = isAwaited(node) ? { async: false, took: span.duration ?? base.took } : inBetween(node);
  return [{ ...base, from, failed, ...waited, owner: call }];
}

/** A message may have come out of a queue that only its receiver names: topic → queue → function. */
function through(node: Node, call: Found): readonly Found[] {
  const source = sourceOf(node.span) ?? sourceInside(node);
  if (source === undefined) return [call];
  const last = { ...call, from: source, ...inBetween(node) };
  if (call.from === undefined || sameEnd(call.from, source)) return [last];
  return [{ ...call, to: source, failed: false, took: undefined, async: true }, last];
}

/** Instrumentations put the message on a span inside that of the invocation. */
const sourceInside = ({ children, span }: Node): Callee | undefined => {
  const inside = children.find((child) => child.span.kind === 'consumer' && child.span.service === span.service);
  return inside && sourceOf(inside.span);
};

/** What a span calls that no span of the other side shows, or that stands between it and the other side. */
function departure(node: Node): readonly Found[] {
  const { span } = node;
  const isAnswered = node.children.some((child) => !isInferred(child) && isArrivalAt(child, node));
  if (!isCaller(span) || (isAnswered && !isRelayed(node))) return [];
  const pictured = node.children.find(isInferred);
  const failed = isFailing(span) || (pictured !== undefined && isFailing(pictured.span));
  const from = hostOf(node);
  return [{ from, to: calleeOf(span), failed, took: span.duration, async: false, inferred: false, owner: node }];
}

/** What answers its caller itself; everything else that AWS runs keeps what it is given and hands it on later. */
const ANSWERS = /^AWS::(?:Lambda|ApiGateway|AppSync|StepFunctions|ECS|EC2)/i;

const isRelayed = ({ span }: Node): boolean =>
  span.kind === 'producer' ||
  span.attributes['messaging.system'] !== undefined ||
  (span.resource !== undefined && !ANSWERS.test(span.resource));

/** Where the span's work is done. A call's own kind is that of the other side. */
function hostOf({ span, parent }: Node): End {
  if (isInferred({ span }) && parent && isCaller(parent.span)) return calleeOf(parent.span);
  return { service: span.service, chip: isCaller(span) ? 'fn' : chipOf(span) };
}

export const isService = (end: End): end is Extract<End, { service: string }> => 'service' in end;

function sameEnd(a: End, b: End): boolean {
  if (isService(a)) return isService(b) && a.service === b.service;
  return !isService(b) && a.name === b.name && a.chip === b.chip;
}
