import type { Stretch } from './timeline.ts';

/** In order; stretches that touch become one. */
export function merged(stretches: readonly Stretch[]): readonly Stretch[] {
  const result: Stretch[] = [];
  for (const next of stretches.toSorted((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last === undefined || next.start > last.end) result.push(next);
    else result[result.length - 1] = { start: last.start, end: Math.max(last.end, next.end) };
  }
  return result;
}

/**
 * What of `stretches` none of `others` covers; both in order and disjoint.
 *
 * stretches  ├───────────────┤
 * others   ├───┤   ├──┤
 * rest         ├───┤  ├──────┤
 */
export function without(stretches: readonly Stretch[], others: readonly Stretch[]): readonly Stretch[] {
  const edges = [...stretches.flatMap((one) => edgesOf(one, 1, 0)), ...others.flatMap((one) => edgesOf(one, 0, 1))];
  edges.sort((a, b) => a.at - b.at);
  const rest: Stretch[] = [];
  let [own, other, last] = [0, 0, Number.NEGATIVE_INFINITY];
  for (const edge of edges) {
    if (own > 0 && other === 0 && edge.at > last) rest.push({ start: last, end: edge.at });
    own += edge.own;
    other += edge.other;
    last = edge.at;
  }
  return merged(rest);
}

type Edge = { readonly at: number; readonly own: number; readonly other: number };

const edgesOf = ({ start, end }: Stretch, own: number, other: number): readonly Edge[] => [
  { at: start, own, other },
  { at: end, own: -own, other: -other },
];
