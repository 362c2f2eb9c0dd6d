import { httpStatus, isFailing } from '../trace/failing.ts';
import { isLambdaService } from '../trace/functions.ts';
import { depthFirst, isInferred, isInit, length, MARGIN, type Node } from '../trace/node.ts';
import { micros, spelled } from '../units.ts';
import type { CauseKind } from './cause.ts';
import { deliveryOf, POISONOUS } from './deliveries.ts';
import { type ErrorClass, errorClass } from './error-class.ts';
import { type UsualByOperation, usualTime } from './usual.ts';
import { lasted, named, notSeen, peerOf, saidError, targetOf } from './wording.ts';

/** What an origin is, said in our words. `node` is where it is to be shown. */
export type Verdict = {
  readonly kind: CauseKind;
  readonly node: Node;
  readonly edge: { readonly caller: string; readonly callee: string } | undefined;
  readonly summary: string;
  readonly evidence: readonly string[];
};

/** A request that the gateway refused for lack of a function is over sooner than any handler could be. ServiTrace's thumbnail_app_fault: 10 ms. */
const NEVER_RAN = micros(50_000);

/** https://www.rfc-editor.org/rfc/rfc9110#section-15.5.9 */
const REQUEST_TIMEOUT = 408;

const isCall = ({ span }: Node): boolean => span.kind === 'client' || span.kind === 'producer';

export function verdictOn(origin: Node, usual: UsualByOperation): Verdict {
  const nature = errorClass(origin.span);
  if (nature === 'timeout') return onTimeOut(origin, usual);
  if (nature === 'function-timeout') return onFunctionTimeout(origin);
  if (nature === 'out-of-memory') return onMemory(origin);
  if (nature === 'not-invocable' || wasNeverRun(origin)) return onNeverInvoked(origin);
  const named = nature && PLAIN[nature];
  if (named) return { ...plain(origin, named.kind), summary: `${named.words(origin)}: ${saidError(origin.span)}` };
  return poisonOf(origin) ?? onAnyError(origin);
}

type Words = { readonly kind: CauseKind; readonly words: (node: Node) => string };

const PLAIN: Partial<Record<ErrorClass, Words>> = {
  throttled: { kind: 'throttled', words: ({ span }) => `${calleeOf(span) ?? 'AWS'} throttled ${named(span)}` },
  'concurrency-limit': {
    kind: 'concurrency-limit',
    words: ({ span }) =>
      `${calleeOf(span) ?? 'The function'} already runs as often at once as it may: ${named(span)} was refused`,
  },
  'permission-denied': { kind: 'permission-denied', words: ({ span }) => `${span.service} may not do ${span.operation}` },
  'payload-too-large': { kind: 'payload-too-large', words: ({ span }) => `${named(span)} failed on too large a payload` },
};

const calleeOf = (span: Node['span']): string | undefined => targetOf(span) ?? peerOf(span);

const plain = (node: Node, kind: CauseKind): Verdict => ({ kind, node, edge: edgeOf(node), summary: '', evidence: [] });

function edgeOf(node: Node): Verdict['edge'] {
  if (!isCall(node)) return undefined;
  const answered = node.children.find((child) => child.span.service !== node.span.service)?.span.service;
  const callee = answered ?? calleeOf(node.span);
  return callee === undefined ? undefined : { caller: node.span.service, callee };
}

function onAnyError(node: Node): Verdict {
  const error = saidError(node.span);
  if (!isCall(node)) return { ...plain(node, 'exception'), summary: `${named(node.span)} failed: ${error}` };
  const callee = calleeOf(node.span);
  const call = { ...plain(node, 'downstream-error'), summary: `The call ${named(node.span)} failed: ${error}` };
  if (callee === undefined) return call;
  const answered = httpStatus(node.span.attributes) !== undefined;
  const summary = answered
    ? `${callee} answered ${named(node.span)} with ${error}`
    : `${callee} failed ${named(node.span)}: ${error}`;
  return { ...call, summary };
}

/** The message fails again and again: it, and not its environment, is at fault. */
function poisonOf(origin: Node): Verdict | undefined {
  if (isCall(origin)) return undefined;
  for (let at: Node | undefined = origin; at && isFailing(at.span); at = at.parent) {
    const delivery = deliveryOf(at);
    if (!delivery || delivery.count < POISONOUS) continue;
    const ordinal = `${delivery.count}${delivery.of === undefined ? '' : ` of ${delivery.of}`}`;
    return {
      ...plain(at, 'poison-message'),
      summary: `${at.span.service} failed on the same message again (delivery ${ordinal}): ${saidError(origin.span)}`,
      evidence: delivery.isLast ? [`delivery ${ordinal} was the last: the dead-letter queue is next`] : [],
    };
  }
  return undefined;
}

/** The caller's patience, or the callee's slowness: which of them ended when tells. */
function onTimeOut(node: Node, usual: UsualByOperation): Verdict {
  const error = saidError(node.span);
  const callee = answererOf(node);
  if (wasAnswered(node) || (callee && isFailing(callee.span))) return onRefusal(node, callee);
  if (!callee) return onSilence(node);
  const went = callee.end - node.end;
  const facts = [
    `${named(callee.span)} took ${spelled(lasted(callee))}, ${named(node.span)} gave up after ${spelled(lasted(node))}`,
  ];
  if (went > MARGIN) facts.push(`${callee.span.service} went on for another ${spelled(micros(went))} after nobody waited`);
  const known = usualTime(callee.span, usual);
  if (known)
    facts.push(`${named(callee.span)} usually takes ${spelled(known.p50)} (p95 ${spelled(known.p95)}, n=${known.count})`);
  const tight = known && length(callee) <= 1.2 * known.p95;
  return {
    kind: 'caller-timeout',
    node,
    edge: { caller: node.span.service, callee: callee.span.service },
    summary: `${node.span.service} stopped waiting for ${named(callee.span)}${tight ? ', which took no longer than usual' : ''}: ${error}`,
    evidence: facts,
  };
}

/** The callee itself says that a time was over: nobody here has waited for it. */
function onRefusal(node: Node, answer: Node | undefined): Verdict {
  const callee = answer?.span.service ?? calleeOf(node.span);
  return {
    ...plain(node, 'downstream-timeout'),
    edge: callee === undefined ? undefined : { caller: node.span.service, callee },
    summary: `${callee ?? 'What it called'} answered ${named(node.span)} that a time was over: ${saidError(node.span)}`,
  };
}

/** With a refusal of its own, other than that it waited in vain itself: Step Functions says 400 to a token that is too old. */
function wasAnswered(node: Node): boolean {
  const answers = [node, ...node.children.filter(isInferred)].map(({ span }) => httpStatus(span.attributes) ?? 0);
  return isCall(node) && answers.some((code) => code >= 400 && code < 500 && code !== REQUEST_TIMEOUT);
}

/** Who was asked and did come to an end. */
function answererOf(node: Node): Node | undefined {
  const answers = node.children.filter(({ span }) => span.kind === 'server' && !isInit(span) && span.duration !== undefined);
  return answers.toSorted((a, b) => b.end - a.end)[0];
}

function onSilence(node: Node): Verdict {
  const silent = pendingLeaf(node) ?? node;
  const peer = calleeOf(silent.span);
  const whose =
    peer === undefined
      ? `${named(silent.span)} had no answer in time`
      : `No answer in time from ${peer} to ${named(silent.span)}`;
  return {
    kind: 'downstream-timeout',
    node: silent,
    edge: edgeOf(silent),
    summary: `${whose}: ${saidError(node.span)}`,
    evidence: [notSeen('the other side: network, cold start, or nobody traces it')],
  };
}

/** The deepest call that was never seen to end. */
function pendingLeaf(node: Node): Node | undefined {
  const open = depthFirst(node).filter((each) => each.span.duration === undefined);
  return open.toSorted((a, b) => b.span.depth - a.span.depth || b.end - b.start - (a.end - a.start))[0];
}

function onFunctionTimeout(node: Node): Verdict {
  const leaf = busyLeaf(node);
  const peer = leaf && calleeOf(leaf.span);
  const during = leaf ? ` while ${leaf.span.operation}${peer === undefined ? '' : ` to ${peer}`} ran` : '';
  const open = leaf?.span.duration === undefined ? 'had no end' : 'was the last to run';
  return {
    ...plain(node, 'function-timeout'),
    edge: leaf && peer !== undefined ? { caller: node.span.service, callee: peer } : undefined,
    summary: `Lambda stopped ${node.span.service} at its time-out after ${spelled(lasted(node))}${during}`,
    evidence: [
      ...(leaf
        ? [`${leaf.span.operation}${peer === undefined ? '' : ` to ${peer}`} ${open} after ${spelled(lasted(leaf))}`]
        : []),
      ...(leaf ? [] : [notSeen('what it was doing')]),
    ],
  };
}

/** What the function was doing when it was stopped: a call without an end, else the last long one. */
function busyLeaf(node: Node): Node | undefined {
  const inside = depthFirst(node).slice(1);
  const open = inside.filter((each) => each.span.duration === undefined);
  const last =
    open.length > 0 ? open : inside.filter((each) => each.end >= node.end - length(node) / 10 && each.children.length === 0);
  return last.toSorted((a, b) => b.span.depth - a.span.depth || length(b) - length(a))[0];
}

function onMemory(node: Node): Verdict {
  const { invocation } = node.span;
  const [used, size] = [invocation?.maxMemoryUsedMB, invocation?.memorySizeMB];
  const fact = used !== undefined && size !== undefined ? `${used} of ${size} MB used` : undefined;
  return {
    ...plain(node, 'out-of-memory'),
    summary: `${node.span.service} ran out of memory${fact === undefined ? '' : ` (${fact})`}: ${saidError(node.span)}`,
    evidence: fact === undefined ? [] : [fact],
  };
}

/** Lambda answered for a function that did not start: no permission, no such version, nothing free. */
function wasNeverRun(node: Node): boolean {
  if ((httpStatus(node.span.attributes) ?? 0) < 500 || node.span.error || length(node) > NEVER_RAN) return false;
  const services = depthFirst(node).filter(({ span }) => isLambdaService(span));
  return (
    services.length > 0 &&
    services.every((service) => service.children.every((child) => child.span.resource !== 'AWS::Lambda::Function'))
  );
}

function onNeverInvoked(node: Node): Verdict {
  const service = depthFirst(node).find(({ span }) => isLambdaService(span));
  const callee = service?.span.service ?? calleeOf(node.span) ?? node.span.service;
  return {
    ...plain(node, 'never-invoked'),
    edge: { caller: node.span.service, callee },
    summary: `${callee} never ran: ${named(node.span)} was refused with ${saidError(node.span)}`,
    evidence: [`answered after ${spelled(lasted(node))}, and no span of the handler: permission, missing version or throttling`],
  };
}
