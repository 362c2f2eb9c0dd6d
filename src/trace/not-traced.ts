import { RECEIVED_SENT, RECEIVED_UNSAMPLED } from '../telemetry/deliveries.ts';
import { isServing } from '../telemetry/span-words.ts';
import { isoTime } from '../telemetry/time.ts';
import { type Micros, micros } from '../units.ts';
import { itemIds } from './join-keys.ts';
import { keyOf, type Node, type Tree } from './node.ts';
import type { Incomplete } from './transaction.ts';

/** Written on a run that only the platform told of, and of which it also said that it sends no trace. */
export const UNSAMPLED = 'tracefall.unsampled';

/** The longest that a stream keeps a record. https://docs.aws.amazon.com/streams/latest/dev/kinesis-extended-retention.html */
const LONGEST_WAIT = 365 * 86_400_000_000;

/**
 * When the transaction began: with its entry, or where that took a message whose sender was not traced, when it was sent.
 *
 * sent   ┄┄┄┄┄┄┄┄┄┄├───── entry ─────┤
 */
export function beganAt({ entry }: Tree): Micros {
  const { attributes, kind } = entry.span;
  if (!isServing(kind)) return entry.start;
  // When the data was written that triggered the function. https://opentelemetry.io/docs/specs/semconv/faas/faas-spans/#datasource
  const sent = attributes[RECEIVED_SENT] ?? isoTime(attributes['faas.document.time']);
  const waited = typeof sent === 'number' ? entry.start - sent : 0;
  return waited > 0 && waited <= LONGEST_WAIT ? micros(entry.start - waited) : entry.start;
}

/** Which sides of its hops nobody told of, as far as the other side shows it. */
export function notTraced(tree: Tree): readonly Incomplete[] {
  const found: Incomplete[] = [];
  if (lacksProducer(tree)) found.push('producer-not-traced');
  if (lacksConsumer(tree)) found.push('consumer-not-traced');
  if (tree.nodes.some(({ span }) => span.attributes[UNSAMPLED] === true) || leftOutBefore(tree)) found.push('sampled');
  return found;
}

/** An entry that names its parent lacks that; telling it twice would be one too many. */
function lacksProducer(tree: Tree): boolean {
  const { span, links, origins } = tree.entry;
  if (!isServing(span.kind) || span.parentSpanId !== undefined || origins.length > 0) return false;
  const isFromMessage = span.kind === 'consumer' && (itemIds(span.attributes).length > 0 || links.length > 0);
  return isFromMessage || beganAt(tree) < tree.entry.start;
}

const leftOutBefore = (tree: Tree): boolean =>
  tree.entry.span.attributes[RECEIVED_UNSAMPLED] === true && tree.entry.origins.length === 0;

/** Sent, and neither taken by a span below it nor named by a batch that took it among others. */
function lacksConsumer({ nodes }: Tree): boolean {
  const senders = nodes.filter((each) => each.span.kind === 'producer' && !each.children.some(takes));
  if (senders.length === 0) return false;
  const named = new Set(nodes.flatMap(({ span }) => span.alsoFrom.map((from) => keyOf(from.traceId, from.spanId))));
  return senders.some(({ span }) => !named.has(keyOf(span.traceId, span.spanId)));
}

const takes = ({ span }: Node): boolean => isServing(span.kind);
