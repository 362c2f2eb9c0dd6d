import { isLambdaService } from '../trace/functions.ts';
import { isInferred, MARGIN } from '../trace/node.ts';
import type { Draft } from './timeline.ts';

/** A Lambda service's segment that differs from its function's by less of the picture looks the same. */
const SEEN = 0.01;

/**
 * One thing told by several spans becomes one knot. X-Ray draws a call and, as its child, its picture of the service that was called;
 * it draws a run as a segment of the Lambda service, one of the function, and the `Invocation` in it.
 *
 * S3.PutObject   ├──────┤                 upload      ├───────────┤
 *   PutObject    ├──────┤   inferred        upload     ├─────────┤
 *                                             Invocation ├──────┤  Overhead
 */
export function withoutTwins(knots: readonly Draft[], length: number): readonly Draft[] {
  const gone = new Set<Draft>();
  // Children before parents, so that three of a kind become one.
  for (const lead of knots.toReversed()) {
    const twins = lead.children.filter((child) => isTwin(lead, child, length));
    const [twin] = twins;
    // Of two that look alike neither is the one.
    if (twin === undefined || twins.length > 1) continue;
    absorb(lead, twin);
    gone.add(twin);
  }
  return gone.size === 0 ? knots : knots.filter((knot) => !gone.has(knot));
}

function isTwin(lead: Draft, child: Draft, length: number): boolean {
  // What is doubtful, or failed in another way, has a row of its own.
  const differs = child.span.join !== 'parent' || child.orphan || child.open !== lead.open;
  const failsOtherwise = child.failed && lead.failed && child.errorType !== lead.errorType;
  if (differs || failsOtherwise || child.span.shifted !== lead.span.shifted) return false;
  return isPictured(lead, child) || isInvocation(lead, child) || isRunOf(lead, child, length);
}

/** The other side of a call, drawn from the call; or what is all that this other side did. */
function isPictured(lead: Draft, child: Draft): boolean {
  const isOther = isInferred(child) && lead.span.kind === 'client';
  const isWhole = isInferred(lead) && child.span.kind === 'internal' && !child.queueLike;
  return (isOther || isWhole) && apart(lead, child) <= 2 * MARGIN;
}

/** What it leaves of the function's segment are spans too: Initialization, Overhead. */
const isInvocation = (lead: Draft, { span }: Draft): boolean =>
  lead.span.resource === 'AWS::Lambda::Function' && span.service === lead.span.service && /^invocation$/i.test(span.operation);

const isRunOf = (lead: Draft, child: Draft, length: number): boolean =>
  isLambdaService(lead.span) &&
  child.span.resource === 'AWS::Lambda::Function' &&
  child.span.service === lead.span.service &&
  apart(lead, child) <= SEEN * length;

const apart = ({ at }: Draft, other: Draft): number => Math.abs(at.start - other.at.start) + Math.abs(at.end - other.at.end);

/** The lead keeps its place, its name and its times. */
function absorb(lead: Draft, twin: Draft): void {
  const children = lead.children.flatMap((child) => (child === twin ? twin.children : [child]));
  for (const child of twin.children) child.parent = lead;
  lead.children = children;
  lead.twins = [...lead.twins, twin.span, ...twin.twins];
  lead.sections = [...lead.sections, ...twin.sections].sort((a, b) => a.start - b.start);
  lead.critical += twin.critical;
  lead.errorType = lead.failed ? lead.errorType : twin.errorType;
  lead.failed ||= twin.failed;
  lead.failures = lead.failed ? 1 : 0;
}
