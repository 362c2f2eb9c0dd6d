import { RECEIVED_FROM } from '../telemetry/deliveries.ts';
import { isCalling } from '../telemetry/span-words.ts';
import { isAwaited } from './edges.ts';
import { httpStatus, isFailing, timedOut } from './failing.ts';
import { isSameThing, isSameWork } from './failure.ts';
import { MARGIN, type Node, type Tree } from './node.ts';
import type { Section, WaitReason } from './transaction.ts';

const QUEUES = /sqs|kinesis|kafka|rabbit|dynamodb|activemq/i;

/** What a span that was handed over waited in: a queue or a stream keeps work until somebody takes it, anything else hands it on at once. */
export function heldIn({ span, parent }: Node): Extract<WaitReason, 'queue' | 'trigger'> {
  const said = [
    span.attributes['messaging.system'],
    span.resource,
    span.attributes[RECEIVED_FROM],
    span.attributes['faas.trigger.source'],
    parent?.span.attributes['messaging.system'],
    parent?.span.resource,
  ];
  return said.some((word) => typeof word === 'string' && QUEUES.test(word)) ? 'queue' : 'trigger';
}

/** Refusals that ask to come again later; any other 4xx is refused again. https://docs.aws.amazon.com/general/latest/gr/api-retries.html */
const COME_AGAIN: ReadonlySet<number> = new Set([408, 425, 429]);
const THROTTLED = /throttl|throughput|too ?many|limit|slow ?down|busy/i;
const SERVER_FAULT = 500;

/**
 * Whether a caller that waits for its calls made the later of two because the earlier failed; the time between them is its back-off.
 *
 * parent  ├────────────────────────────┤
 * earlier   ├───× failed
 * later                    ├──────┤
 * path    ├p┼─e─┼ back-off ┼──l───┼─p──┤
 */
export function triesAgain(earlier: Node, later: Node, states: ReadonlySet<Node>): boolean {
  if (!isFailing(earlier.span) || !isSameThing(earlier, later)) return false;
  // A state does one thing; what a program does twice may be two things.
  return (later.parent !== undefined && states.has(later.parent)) || resent(later) || isWorthRetry(earlier);
}

/** https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-request-retries-and-redirects */
const resent = ({ span }: Node): boolean => Number(span.attributes['http.request.resend_count'] ?? 0) > 0;

function isWorthRetry({ span }: Node): boolean {
  if (!isCalling(span.kind)) return false;
  const code = httpStatus(span.attributes);
  const words = `${span.error?.type ?? ''} ${span.error?.message ?? ''}`;
  return code === undefined || code >= SERVER_FAULT || COME_AGAIN.has(code) || timedOut(span) || THROTTLED.test(words);
}

/** The failed attempt after which a message or an event was delivered once more, as the ids or X-Ray's own words tell. */
export function deliveryBefore(node: Node): Node | undefined {
  if (!node.parent || node.adrift || isAwaited(node)) return undefined;
  return node.parent.children
    .filter((other) => other !== node && !isAwaited(other) && isSameWork(other, node) && isFailing(other.span))
    .filter((other) => other.start < node.start && other.end <= node.start + MARGIN)
    .reduce<Node | undefined>((last, other) => (last && last.end >= other.end ? last : other), undefined);
}

/** The states of a state machine: what X-Ray draws inside the execution, one in another where they run in parallel. */
export function statesOf({ nodes }: Tree): ReadonlySet<Node> {
  const states = new Set<Node>();
  for (const each of nodes) {
    const { parent, span } = each;
    if (!parent || span.kind !== 'internal') continue;
    if (states.has(parent) || isExecution(parent)) states.add(each);
  }
  return states;
}

const isExecution = ({ span }: Node): boolean => span.resource === 'AWS::StepFunctions::StateMachine' && span.kind === 'server';

/**
 * Passing work on takes a state some milliseconds. One that does nothing for longer waits: for the time it was told (a whole second
 * at least), a token, an approval or a worker. https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html
 */
export const IDLE_STATE_MICROS = 500_000;

/** The path with every wait that a state machine chose (told to, or before it tried again) as time of the state. */
export function charged(path: readonly Section[], byId: ReadonlyMap<string, Node>): readonly Section[] {
  return path.map((section) => {
    const node = byId.get(section.spanId);
    if (section.why === 'state') return { ...section, what: 'work' };
    if (section.why !== 'retry' || section.what !== 'wait' || !node?.parent || !isAwaited(node)) return section;
    return { ...section, what: 'work', spanId: node.parent.span.spanId };
  });
}
