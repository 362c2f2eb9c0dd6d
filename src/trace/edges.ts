import { isServing } from '../telemetry/span-words.ts';
import { timedOut } from './failing.ts';
import { isAttempt, length, MARGIN, type Node } from './node.ts';

/** A call may outlast its caller by this share before we say that the caller did not wait. CRISP's tolerance. */
export const TOLERANCE = 0.01;

/**
 * Whether a span's parent waited for it. The first rule that fits decides; without a kind or a link, an asynchronous child
 * that happens to end inside its parent cannot be told from a call (as in FIRM and ServiTrace).
 */
export function isAwaited(child: Node): boolean {
  const { parent } = child;
  if (!parent) return false;
  if (isMessage(child, parent)) return false;
  if (isLambdaPair(parent, child)) return true;
  // parent ├──────┤
  // child            ├────┤   started after the parent was over
  if (child.start >= parent.end + MARGIN) return false;
  if (timedOut(parent.span)) return true;
  if (parent.span.kind === 'client' && child.span.kind === 'server') {
    return length(child) <= (1 + TOLERANCE) * length(parent) + MARGIN;
  }
  // parent ├──────────┤
  // child        ├──────────┤   nobody awaited the promise
  const overrun = child.end - parent.end;
  return overrun <= MARGIN || overrun <= TOLERANCE * length(parent);
}

export const awaitedChildren = (parent: Node): readonly Node[] => parent.children.filter(isAwaited);

function isMessage(child: Node, parent: Node): boolean {
  if (isAttempt(child.span)) return true;
  if (child.span.join === 'link' || child.span.attributes['async'] === true) return true;
  if (child.span.join === 'message' && !isRequest(child, parent)) return true;
  return child.span.kind === 'consumer' && !isBatchItem(child, parent);
}

/** Two halves of a call that carry its id, but not one trace: a gateway or an invoked function answers its caller. */
function isRequest({ span: child }: Node, { span: parent }: Node): boolean {
  return child.kind === 'server' && (parent.kind === 'server' || ANSWERING.test(parent.resource ?? ''));
}

const ANSWERING = /^AWS::(?:Lambda|ApiGateway)/;

/** A handler that takes its batch message by message does wait for each of them. */
function isBatchItem(child: Node, parent: Node): boolean {
  return (
    isServing(parent.span.kind) &&
    parent.span.service === child.span.service &&
    child.start >= parent.start &&
    child.end <= parent.end + MARGIN
  );
}

/** X-Ray's two segments of one invocation: the Lambda service, or its attempt at an event, waits for the function. */
export const isLambdaPair = (parent: Node, child: Node): boolean =>
  child.span.resource === 'AWS::Lambda::Function' && (parent.span.resource === 'AWS::Lambda' || isAttempt(parent.span));
