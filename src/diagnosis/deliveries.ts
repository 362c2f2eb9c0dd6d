import { isFailing } from '../trace/failing.ts';
import { attemptsAt } from '../trace/failure.ts';
import type { Node } from '../trace/node.ts';

/** From the third failed delivery on we blame the message. Two may be one restart of the consumer; queues redrive after 3 to 5. */
export const POISONOUS = 3;

/** Names that OpenTelemetry, the X-Ray SDKs and hand-written instrumentation give to SQS's ApproximateReceiveCount. */
const COUNT = [
  'messaging.message.delivery_attempt',
  'messaging.receive_count',
  'messaging.message.receive_count',
  'aws.sqs.approximate_receive_count',
  'aws.sqs.message.approximate_receive_count',
  'ApproximateReceiveCount',
] as const;
const LIMIT = ['messaging.max_receive_count', 'aws.sqs.max_receive_count', 'maxReceiveCount'] as const;

export type DeliveryCount = { readonly count: number; readonly of: number | undefined; readonly isLast: boolean };

/** How often this message was delivered, as the consumer says or as its failed siblings show. */
export function deliveryOf(node: Node): DeliveryCount | undefined {
  const seen = node.span.kind === 'consumer' ? attemptsAt(node).filter((each) => isFailing(each.span)).length : 0;
  const count = Math.max(numberOf(node, COUNT) ?? 0, isOneMessage(node) ? seen : 0);
  if (count === 0) return undefined;
  const of = numberOf(node, LIMIT);
  return { count, of, isLast: of !== undefined && count >= of };
}

const isOneMessage = (node: Node): boolean => node.span.attributes['messaging.message.id'] !== undefined;

function numberOf({ span }: Node, names: readonly string[]): number | undefined {
  const found = names.map((name) => Number(span.attributes[name])).find((value) => Number.isInteger(value) && value > 0);
  return found;
}
