import { isAwaited } from '../trace/edges.ts';
import { httpStatus, isFailing } from '../trace/failing.ts';
import { isMadeGood } from '../trace/failure.ts';
import type { Node, Tree } from '../trace/node.ts';
import type { Micros } from '../units.ts';
import { type Found, found } from './found.ts';
import { originsOf, saysMore } from './origin.ts';
import { failsAnyway, type UsualByOperation } from './usual.ts';
import { verdictOn } from './verdict.ts';
import { lasted, named, saidError, shareOfPath } from './wording.ts';

/** Somebody caught it, perhaps on purpose: Uber counts such errors in 29 % of requests that went well ("The Tale of Errors in Microservices"). */
const CONFIDENCE = 0.5;
const WORDLESS = 0.45;
/** A thing that was looked for and is not there is an answer. https://www.rfc-editor.org/rfc/rfc9110#section-15.5.5 */
const NOT_THERE = 404;

/** Failures that somebody above caught, or a state machine did, so that the transaction went well all the same. */
export function swallowedErrors(tree: Tree, path: Micros, usual: UsualByOperation): readonly Found[] {
  const caught = tree.nodes.filter((node) => isSwallowed(node) && !failsAnyway(node.span, usual));
  return caught.flatMap((end) => {
    const [origin] = originsOf(end, usual);
    if (!origin || (!saysMore(origin.node) && httpStatus(origin.node.span.attributes) === NOT_THERE)) return [];
    const { kind, node, edge } = verdictOn(origin.node, usual);
    const said = saidError(origin.node.span);
    return [
      found(node, {
        kind: 'swallowed-error',
        nodes: [origin.node, end],
        edge,
        confidence: saysMore(origin.node) ? CONFIDENCE : WORDLESS,
        summary: `${named(node.span)} failed and ${end.parent ? named(end.parent.span) : 'its caller'} went on without it: ${said}`,
        evidence: [`by itself that is ${kind}`, `${named(node.span)} took ${shareOfPath(lasted(origin.node), path)}`],
      }),
    ];
  });
}

/** The highest failing span of a chain that ends at somebody who did not fail. */
const isSwallowed = (node: Node): boolean =>
  isFailing(node.span) && node.parent !== undefined && !isFailing(node.parent.span) && isAwaited(node) && !isMadeGood(node);
