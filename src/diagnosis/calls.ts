import type { Node } from '../trace/node.ts';
import type { Span } from '../trace/transaction.ts';
import { operationKey } from './usual.ts';

/** The other side of a call; one that is only guessed may have been called by somebody between. */
export function answerOf(call: Node): Node | undefined {
  const { kind, service } = call.span;
  if (kind === 'client') return call.children.find(({ span }) => span.kind === 'server' && span.join !== 'inferred');
  // Where nobody tells kinds: a step of a service of which another service is all there is.
  const [only, ...others] = call.children;
  const isStep = kind === 'internal' && call.parent?.span.service === service;
  return isStep && only?.span.kind === 'internal' && others.length === 0 && only.span.service !== service ? only : undefined;
}

/** The calls that a span makes and its own process records, by the key of the callee. */
export function callsOf(node: Node): ReadonlyMap<string, readonly Node[]> {
  const calls = new Map<string, Node[]>();
  for (const child of node.children) {
    if (!isOwnCall(child, node)) continue;
    const key = operationKey(child.span.service, child.span.operation);
    const there = calls.get(key);
    if (there) there.push(child);
    else calls.set(key, [child]);
  }
  return calls;
}

/** What a process records of its own: only that can be missing. Another's span may be late, sampled away or never sent. */
const isOwnCall = (child: Node, parent: Node): boolean =>
  !child.adrift &&
  child.span.join === 'parent' &&
  child.span.service === parent.span.service &&
  (child.span.kind === 'client' || child.span.kind === 'producer' || child.span.kind === 'internal');

/** The operation behind the key of an own call. */
export const operationIn = (callee: string, { service }: Pick<Span, 'service'>): string =>
  callee.slice(operationKey(service, '').length);

const STREAMS = /kinesis|dynamodb/i;

/** Read in order, by a consumer that may lag behind: Kinesis and the streams of DynamoDB. */
export function isStream({ span, parent }: Node): boolean {
  const said = [span.attributes['messaging.system'], span.resource, span.attributes['faas.trigger.source']];
  const sent = [parent?.span.attributes['messaging.system'], parent?.span.resource];
  return [...said, ...sent].some((word) => typeof word === 'string' && STREAMS.test(word));
}
