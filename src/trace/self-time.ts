import { earlier, later, type Micros, micros } from '../units.ts';
import type { Node } from './node.ts';

/**
 * Length of a span less what its children cover of it.
 *
 * span   ├────────────────┤
 * a          ├────┤
 * b             ├────┤
 * self   ├───┤       ├────┤
 */
export function selfTime(node: Node): Micros {
  let covered = 0;
  let reached = node.start;
  for (const child of node.children.toSorted((a, b) => a.start - b.start)) {
    const from = later(child.start, reached);
    const to = earlier(child.end, node.end);
    if (to <= from) continue;
    covered += to - from;
    reached = to;
  }
  return micros(node.end - node.start - covered);
}
