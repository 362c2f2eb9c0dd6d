import type { Node } from '../trace/node.ts';
import { compare } from '../trace/node.ts';
import type { Cause } from './cause.ts';

/** A cause, and where it stands in the tree. */
export type Found = { readonly cause: Cause; readonly node: Node };

type Words = Pick<Cause, 'kind' | 'confidence' | 'summary' | 'evidence'> & {
  readonly nodes?: readonly Node[];
  readonly edge?: Cause['edge'];
  /** Where the span's own is not the one to blame. */
  readonly service?: string;
};

/** A cause that is to be shown at this span; `nodes`: all spans that it is about. */
export function found(node: Node, { nodes = [node], edge, ...words }: Words): Found {
  const { service, operation, resource } = node.span;
  const spanIds = [...new Set([node, ...nodes].map(({ span }) => span.spanId))];
  const confidence = Math.round(100 * words.confidence) / 100;
  return { node, cause: { service, ...words, confidence, operation, resource, spanIds, edge } };
}

/** A total order: the surer, then the deeper, then the earlier to end, then by id. */
export const byRank = (a: Found, b: Found): number =>
  b.cause.confidence - a.cause.confidence ||
  b.node.span.depth - a.node.span.depth ||
  a.node.end - b.node.end ||
  compare(a.cause.spanIds.join(), b.cause.spanIds.join()) ||
  compare(a.cause.kind, b.cause.kind);
