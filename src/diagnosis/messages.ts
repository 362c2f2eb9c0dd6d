import type { EventRecord } from '../telemetry/record.ts';
import { fatalEnds } from '../trace/failure.ts';
import type { Node, Tree } from '../trace/node.ts';
import type { Transaction } from '../trace/transaction.ts';
import { between, spelled } from '../units.ts';
import { type Found, found } from './found.ts';
import { lasted, named } from './wording.ts';

/** One message was in two hands at once: nothing else looks like that. */
const TWICE = 0.9;
const GIVEN_UP = 0.8;

/**
 * A message that was delivered again while its first delivery still ran: the queue thought it lost.
 *
 * first   ├────────────────┤
 * again          ├────────────────┤     its visibility time-out was over
 */
export function duplicateDeliveries(tree: Tree): readonly Found[] {
  const byMessage = new Map<string, Node[]>();
  for (const node of tree.nodes) {
    const id = node.span.attributes['messaging.message.id'];
    if (node.span.kind !== 'consumer' || typeof id !== 'string') continue;
    const key = JSON.stringify([node.span.service, node.span.operation, id]);
    byMessage.set(key, [...(byMessage.get(key) ?? []), node]);
  }
  return [...byMessage.values()].flatMap((deliveries) => {
    const [first, again] = deliveries.toSorted((a, b) => a.start - b.start || a.end - b.end);
    return first && again && again.start < first.end && again.parent !== first ? [delivered(first, again)] : [];
  });
}

function delivered(first: Node, again: Node): Found {
  const { service } = again.span;
  const after = spelled(between(first.start, again.start));
  return found(again, {
    kind: 'duplicate-delivery',
    nodes: [first],
    edge: again.parent && { caller: again.parent.span.service, callee: service },
    confidence: TWICE,
    summary: `${service} got the same message again ${after} after it began, while it still worked on it`,
    evidence: [
      `${named(first.span)} takes ${spelled(lasted(first))}, and after ${after} the queue delivered message ${String(again.span.attributes['messaging.message.id'])} anew: its visibility time-out is shorter than the work`,
    ],
  });
}

/** AWS gave the work up where no run of it can be seen to fail: it never began, or nobody traces it. */
export function givenUp(tree: Tree, { events }: Transaction): readonly Found[] {
  if (fatalEnds(tree).length > 0) return [];
  const [event] = events.filter(isGivenUp);
  const [sender = tree.entry] = tree.nodes.filter(({ span }) => span.kind === 'producer').toReversed();
  if (!event) return [];
  return [
    found(sender, {
      kind: 'dead-letter',
      edge: undefined,
      confidence: GIVEN_UP,
      summary: `What ${named(sender.span)} sent was given up: ${fateOf(event)}`,
      evidence: [`announced by ${event.source}${event.resource === undefined ? '' : ` of ${event.resource}`}`],
    }),
  ];
}

/** What AWS did with work that failed, in words. */
export const fatesIn = ({ events }: Transaction): readonly string[] => [...new Set(events.filter(isGivenUp).map(fateOf))];

const isGivenUp = (event: EventRecord): boolean =>
  (event.what === 'dead-letter' && !event.redrive) || (event.what === 'lambda-destination' && event.outcome === 'failed');

function fateOf(event: EventRecord): string {
  if (event.what === 'lambda-destination')
    return `Lambda gave the event up (${event.condition}${event.attempts === undefined ? '' : `, ${event.attempts} attempts`})`;
  const count = event.what === 'dead-letter' ? event.receiveCount : undefined;
  return `it lies in a dead-letter queue${count === undefined ? '' : ` after ${count} deliveries`}`;
}
