import { type Micros, micros, NO_TIME } from '../units.ts';
import { isInit, isQueueLike, type Node, type Tree } from './node.ts';
import type { Category, Section } from './transaction.ts';

const NOTHING: Readonly<Record<Category, Micros>> = {
  orchestration: NO_TIME,
  trigger: NO_TIME,
  containerInitialization: NO_TIME,
  runtimeInitialization: NO_TIME,
  computation: NO_TIME,
  queueing: NO_TIME,
  externalService: NO_TIME,
  overhead: NO_TIME,
  unclassified: NO_TIME,
};

/** What only passes work on: its own time is the platform's, not the owner's code. */
const ORCHESTRATORS = /^AWS::(Lambda$|ApiGateway|StepFunctions|AppSync|Events|STEPFUNCTIONS)/;
const QUEUES = /sqs|kinesis|kafka|rabbit|dynamodb|activemq/i;
/** X-Ray's segment of the Lambda service tries an event several times, each a subsegment. */
const ATTEMPT = /^Attempt #\d+$/;

export type Spent = { readonly breakdown: Readonly<Record<Category, Micros>>; readonly coldStarts: number };

/** The critical path by kind of time; the sum is the path's length. */
export function spentOn(tree: Tree, path: readonly Section[]): Spent {
  const byId = new Map(tree.nodes.map((each) => [each.span.spanId, each]));
  const breakdown = { ...NOTHING };
  path.forEach((section, i) => {
    const node = byId.get(section.spanId);
    const next = path[i + 1];
    const category = node ? categoryOf(section, node, next ? byId.get(next.spanId) : undefined) : 'unclassified';
    breakdown[category] = micros(breakdown[category] + section.end - section.start);
  });
  return { breakdown, coldStarts: coldStarts(path, byId) };
}

function categoryOf(section: Section, node: Node, next: Node | undefined): Category {
  if (section.what === 'gap') return 'unclassified';
  if (section.what === 'wait') return isFromQueue(node) ? 'queueing' : 'trigger';
  if (isInit(node.span)) return 'runtimeInitialization';
  if (isQueueLike(node.span)) return 'queueing';
  if (/^overhead$/i.test(node.span.operation)) return 'overhead';
  if (isOrchestrator(node))
    return next && isInit(next.span) && node.span.resource === 'AWS::Lambda' ? 'containerInitialization' : 'orchestration';
  return byKind(node);
}

function byKind(node: Node): Category {
  switch (node.span.kind) {
    case 'client':
    case 'producer':
      return node.children.some((child) => child.span.kind === 'server') ? 'orchestration' : 'externalService';
    case 'server':
    case 'consumer':
      return 'computation';
    case 'internal':
      return isOrchestrated(node) ? 'orchestration' : 'computation';
  }
}

const isOrchestrator = ({ span }: Node): boolean =>
  ATTEMPT.test(span.operation) || (ORCHESTRATORS.test(span.resource ?? '') && span.resource !== 'AWS::Lambda::Function');

/** A state of a state machine: the time is the machine's unless a child of the state explains it. */
const isOrchestrated = ({ span, parent }: Node): boolean =>
  span.service === parent?.span.service && /^AWS::StepFunctions/i.test(parent.span.resource ?? '');

function isFromQueue({ span, parent }: Node): boolean {
  const said = [
    span.attributes['messaging.system'],
    span.resource,
    span.attributes['faas.trigger.source'],
    parent?.span.attributes['messaging.system'],
    parent?.span.resource,
  ];
  return said.some((word) => typeof word === 'string' && QUEUES.test(word));
}

function coldStarts(path: readonly Section[], byId: ReadonlyMap<string, Node>): number {
  const worked = new Set(path.filter((section) => section.what === 'work').map((section) => section.spanId));
  const nodes = [...worked].map((id) => byId.get(id)).filter((node) => node !== undefined);
  return nodes.filter((node) => isInit(node.span) || (saysColdStart(node) && !hasInitOnPath(node, worked))).length;
}

const saysColdStart = ({ span }: Node): boolean =>
  (span.invocation?.initDuration ?? 0) > 0 || span.attributes['faas.coldstart'] === true;

const hasInitOnPath = (node: Node, worked: ReadonlySet<string>): boolean =>
  [...node.children, ...(node.parent?.children ?? [])].some((near) => isInit(near.span) && worked.has(near.span.spanId));
