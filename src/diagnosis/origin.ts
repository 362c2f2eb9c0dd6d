import { isAwaited } from '../trace/edges.ts';
import { isFailing } from '../trace/failing.ts';
import { attemptsAt, isMadeGood } from '../trace/failure.ts';
import { compare, type Node } from '../trace/node.ts';
import { errorClass } from './error-class.ts';
import { failsAnyway, type UsualByOperation } from './usual.ts';

/**
 * Where a failure began. `hole`: spans between it and where it showed do not say that they failed. `retried`: a later call of the same
 * kind went well, and yet its caller failed without a word of its own.
 */
export type Origin = { readonly node: Node; readonly end: Node; readonly via: 'chain' | 'hole' | 'above-hole' | 'retried' };

/** Mistakes of the code itself: a failed call below may have provoked one, but the code is what breaks. */
const OWN_MISTAKE =
  /^(Type|Reference|Syntax|Range|Key|Index|Attribute|Name|Value|ZeroDivision|Assertion|Unhandled)Error$|NullPointer|ClassCast|IllegalState/;
/** Says no more than that something failed: an HTTP code, or a word for any error. */
const SAYS_NOTHING = /^(\d{3}|[45]xx|error|exception|fault|_OTHER|Unhandled|HTTP ?\d*)$/i;

/** The origins behind one end of a failure, the likelier first. */
export function originsOf(end: Node, usual: UsualByOperation): readonly Origin[] {
  const deepest = descend(end, usual);
  const below = beyondHole(deepest, usual);
  if (!below) return [repeated(deepest, end, usual) ?? { node: deepest, end, via: 'chain' }];
  if (saysMore(deepest) && !echoes(deepest, below)) {
    return [
      { node: deepest, end, via: 'chain' },
      { node: below, end, via: 'above-hole' },
    ];
  }
  const origin: Origin = repeated(below, end, usual) ?? { node: below, end, via: 'hole' };
  // What only passes on the words of the origin is not another explanation.
  return echoes(deepest, below) ? [origin] : [origin, { node: deepest, end, via: 'above-hole' }];
}

/** Not every second call of one kind is the first one tried again. */
function repeated(silent: Node, end: Node, usual: UsualByOperation): Origin | undefined {
  if (saysMore(silent)) return undefined;
  const failing = silent.children.filter(
    (child) => isAwaited(child) && isFailing(child.span) && isMadeGood(child) && !failsAnyway(child.span, usual),
  );
  const last = lastToEnd(failing);
  return last && { node: descend(last, usual), end, via: 'retried' };
}

/** From failing caller to failing callee, as far down as that goes. */
function descend(end: Node, usual: UsualByOperation): Node {
  let at = end;
  for (let next = surfaced(at, usual); next; next = surfaced(at, usual)) at = next;
  return at;
}

/** The failing call that this span's failure came from. */
function surfaced(node: Node, usual: UsualByOperation): Node | undefined {
  const live = node.children.filter(isAwaited).flatMap((child) => (isLive(child, usual) ? [child] : behind(child, usual)));
  const echoed = live.filter((child) => echoes(node, child));
  if (echoed.length === 0 && isOwn(node)) return undefined;
  return lastToEnd(echoed.length > 0 ? echoed : live);
}

/** Many clients set a status where no answer came, and leave it unset where the answer was a failure. */
function behind(call: Node, usual: UsualByOperation): readonly Node[] {
  const { kind, status } = call.span;
  if (kind !== 'client' || status !== 'unset' || isAnsweredLater(call)) return [];
  return call.children.filter((child) => child.span.kind === 'server' && isAwaited(child) && isLive(child, usual));
}

const isAnsweredLater = (call: Node): boolean =>
  attemptsAt(call).some((other) => other.start >= call.end && !other.children.some(({ span }) => isFailing(span)));

/** Nobody gave it up, nobody made it good, and it does not fail every time. */
const isLive = (node: Node, usual: UsualByOperation): boolean =>
  isFailing(node.span) && errorClass(node.span) !== 'cancelled' && !isMadeGood(node) && !failsAnyway(node.span, usual);

/** Fails by itself, whatever its calls did: what killed the sandbox, what was too large to answer, what the code got wrong. */
function isOwn({ span }: Node): boolean {
  const nature = errorClass(span);
  if (nature === 'function-timeout' || nature === 'out-of-memory' || nature === 'payload-too-large') return true;
  return OWN_MISTAKE.test(span.error?.type ?? '');
}

/** Whether the caller's error is the callee's, passed on. */
function echoes({ span: caller }: Node, { span: callee }: Node): boolean {
  const nature = errorClass(caller);
  if (nature !== undefined && nature === errorClass(callee)) return true;
  if (!caller.error || !callee.error) return false;
  const said = `${caller.error.type} ${caller.error.message}`;
  if (!SAYS_NOTHING.test(callee.error.type) && callee.error.type !== '' && said.includes(callee.error.type)) return true;
  return callee.error.message.length > 3 && said.includes(callee.error.message);
}

/** Whether its error is more than a code, or a word for any error. */
export const saysMore = ({ span }: Node): boolean =>
  span.error !== undefined && span.error.type !== '' && !SAYS_NOTHING.test(span.error.type);

/** X-Ray leaves invoke segments OK, and handlers catch and map: the deepest failure under spans that do not show one. */
function beyondHole(node: Node, usual: UsualByOperation): Node | undefined {
  const own = isOwn(node);
  const found: Node[] = [];
  const rest = node.children.filter(isAwaited);
  for (let next = rest.pop(); next; next = rest.pop()) {
    // A caller may throw what it was answered: that a function was stopped is then said by both.
    if (isLive(next, usual) && (!own || echoes(node, next))) found.push(next);
    rest.push(...next.children.filter((child) => isAwaited(child) && !isMadeGood(child)));
  }
  const depth = found.reduce((most, each) => Math.max(most, each.span.depth), 0);
  return lastToEnd(found.filter((each) => each.span.depth === depth));
}

function lastToEnd(nodes: readonly Node[]): Node | undefined {
  const [last] = nodes.toSorted((a, b) => b.end - a.end || b.start - a.start || compare(a.span.spanId, b.span.spanId));
  return last;
}
