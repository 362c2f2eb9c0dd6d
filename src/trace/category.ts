import { isAttempt, isInferred, isInit, isQueueLike, isRestore, type Node, type Tree } from './node.ts';
import type { Category, Section } from './transaction.ts';
import { heldIn } from './waits.ts';

/** What only passes work on: its own time is the platform's, not the owner's code. X-Ray writes some names in capitals, some small. */
const ORCHESTRATORS = /^AWS::(Lambda$|ApiGateway|StepFunctions|AppSync|Events)/i;

/** A span on the path, the span that its time belongs to, and the span that comes next on the path. */
export type OnPath = { readonly node: Node; readonly home: Node; readonly next: Node | undefined };

/** Spans that only say what happened inside another (states of a state machine, parts of a segment) are at home in that one. */
export function homesOf({ nodes }: Tree): ReadonlyMap<Node, Node> {
  const homes = new Map<Node, Node>();
  for (const node of nodes) {
    const { parent, span } = node;
    const isPart = span.kind === 'internal' && span.resource === undefined && span.service === parent?.span.service;
    if (isPart && parent) homes.set(node, homes.get(parent) ?? parent);
  }
  return homes;
}

export function categoryOf(section: Section, on: OnPath): Category {
  const { node } = on;
  if (section.what === 'gap') return 'unclassified';
  if (section.what === 'wait') return heldIn(node) === 'queue' ? 'queueing' : 'trigger';
  if (isRestore(node.span)) return 'containerInitialization';
  if (isInit(node.span)) return 'runtimeInitialization';
  if (isQueueLike(node)) return 'queueing';
  if (/^overhead$/i.test(node.span.operation)) return 'overhead';
  if (isStarting(on)) return 'containerInitialization';
  return ofHome(on.home);
}

type Starting = { readonly node: Pick<Node, 'span'>; readonly next: Pick<Node, 'span'> | undefined };

/** Lambda has taken the event, and the next that happens is the initialization of its sandbox. */
export function isStarting({ node, next }: Starting): boolean {
  return next !== undefined && isInit(next.span) && (node.span.resource === 'AWS::Lambda' || isAttempt(node.span));
}

function ofHome(home: Node): Category {
  if (isOrchestrator(home)) return 'orchestration';
  if (isInferred(home)) return 'externalService';
  switch (home.span.kind) {
    case 'client':
    case 'producer':
      return home.children.some((child) => child.span.kind === 'server') ? 'orchestration' : 'externalService';
    case 'server':
    case 'consumer':
    case 'internal':
      return 'computation';
  }
}

const isOrchestrator = ({ span }: Node): boolean =>
  isAttempt(span) || (ORCHESTRATORS.test(span.resource ?? '') && span.resource !== 'AWS::Lambda::Function');
