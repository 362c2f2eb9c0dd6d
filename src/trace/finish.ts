import type { TraceId } from '../telemetry/ids.ts';
import type { EventRecord, LogRecord } from '../telemetry/record.ts';
import { between, type Micros, micros, NO_TIME } from '../units.ts';
import { spentOn } from './breakdown.ts';
import { criticalPath, lastOf } from './critical-path.ts';
import { fatalEnds } from './failure.ts';
import type { Draft, OpenSpan, Tree } from './node.ts';
import { beganAt, notTraced } from './not-traced.ts';
import { selfTime } from './self-time.ts';
import { settle } from './timing.ts';
import type { Incomplete, Section, Span, Transaction } from './transaction.ts';
import { grow } from './tree.ts';

/** The stable name and the one that older SDKs send. https://opentelemetry.io/docs/specs/semconv/resource/deployment-environment/ */
const ENVIRONMENT = ['deployment.environment.name', 'deployment.environment'] as const;
const NO_ENVIRONMENT = 'default';
const DEFECTS: readonly Incomplete[] = [
  ...(['missing-root', 'missing-parent', 'still-running', 'clock-skew', 'cycle', 'truncated'] as const),
  ...(['producer-not-traced', 'consumer-not-traced', 'sampled'] as const),
];

/** Builds the tree of one transaction, walks it and tells what it shows. Throws on no spans at all. */
export function transactionOf(
  drafts: readonly Draft[],
  { logs, events }: { readonly logs: readonly LogRecord[]; readonly events: readonly EventRecord[] },
): Transaction {
  const tree = grow(drafts);
  const defects = new Set([...tree.incomplete, ...settle(tree), ...leftOut(tree), ...notTraced(tree)]);
  const path = criticalPath(tree);
  const { entry } = tree;
  const began = beganAt(tree);
  return {
    id: entry.span.traceId,
    traceIds: traceIdsOf(tree),
    name: entry.span.operation,
    service: entry.span.service,
    environment: environmentOf(tree),
    outcome: fatalEnds(tree).length > 0 ? 'failed' : 'ok',
    incomplete: DEFECTS.filter((each) => defects.has(each)),
    start: began,
    duration: between(began, lastOf(tree, 'completion').end),
    spans: measured(tree, path),
    criticalPath: path,
    ...spentOn(tree, path),
    logs: inOrder(logs),
    events: inOrder(events),
  };
}

/** X-Ray says so itself where a trace outgrew what it keeps. */
const leftOut = ({ nodes }: Tree): readonly Incomplete[] =>
  nodes.some(({ span }) => span.attributes['aws.xray.limit_exceeded'] === true) ? ['truncated'] : [];

/** They come in canonical order (`distinct`), in which those of one moment stay. */
const inOrder = <T extends LogRecord | EventRecord>(said: readonly T[]): readonly T[] => said.toSorted((a, b) => a.at - b.at);

function traceIdsOf({ entry, nodes }: Tree): readonly TraceId[] {
  const others = new Set(nodes.map((node) => node.span.traceId));
  others.delete(entry.span.traceId);
  return [entry.span.traceId, ...[...others].sort()];
}

function environmentOf({ nodes }: Tree): string {
  for (const { span } of nodes) {
    for (const name of ENVIRONMENT) {
      const said = span.attributes[name];
      if (typeof said === 'string' && said !== '') return said;
    }
  }
  return NO_ENVIRONMENT;
}

function measured({ nodes }: Tree<OpenSpan>, path: readonly Section[]): readonly Span[] {
  const critical = new Map<string, Micros>();
  for (const { spanId, start, end, what } of path) {
    if (what === 'work') critical.set(spanId, micros((critical.get(spanId) ?? 0) + end - start));
  }
  for (const node of nodes) {
    node.span.self = selfTime(node);
    node.span.critical = critical.get(node.span.spanId) ?? NO_TIME;
  }
  return nodes.map(({ span }) => span);
}
