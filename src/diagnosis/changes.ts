import type { TelemetryRecord } from '../telemetry/record.ts';
import { functionName, namesOf } from '../trace/functions.ts';
import { compare, type Node, type Tree } from '../trace/node.ts';
import type { Span, Transaction } from '../trace/transaction.ts';
import { between, fromMillis, type Micros, NO_TIME, spelled } from '../units.ts';
import { type Found, found } from './found.ts';
import { named, peerOf, targetOf } from './wording.ts';

/** Somebody changed how a resource behaves: a deployment, a configuration, a table's capacity. */
export type ResourceChange = {
  readonly at: Micros;
  /** As its owner calls it, without account and region. */
  readonly resource: string;
  readonly action: string;
  readonly version: string | undefined;
};

/** What changed longer before the onset has been living with healthy transactions. */
export const BEFORE_ONSET = fromMillis(30 * 60_000);
/** Hops between what changed and where it began; what lies further away is a coincidence until more is known. */
const NEAR = 1;
const RAISE = 0.03;
const MOST_CONFIDENCE = 0.97;
/** On the path, shortly before, and nothing else explains it: that is all that speaks for it. */
const BY_ITSELF = 0.5;

/** A change that was refused or failed changed nothing, unless it was undone: that is one more change. */
const UNDONE = /ROLLBACK/;

/** The changes among these records. */
export function changesIn(records: readonly TelemetryRecord[]): readonly ResourceChange[] {
  return records.flatMap((record) => {
    if (record.kind !== 'event' || record.what !== 'change' || record.resource === undefined || record.at === NO_TIME) return [];
    if (record.outcome === 'failed' && !UNDONE.test(record.action)) return [];
    const { at, action, version, resource } = record;
    return [{ at, action, version, resource: resourceName(resource) }];
  });
}

/** `Orders` of a table's ARN, the function's name of any of its ARNs, a queue's name of its URL. */
function resourceName(resource: string): string {
  const name = functionName(resource);
  return name === resource && /^(arn:|https?:)/.test(resource) ? (resource.split(/[:/]/).at(-1) ?? resource) : name;
}

/** Under which names what changed may be found in a transaction. */
export function resourcesOf({ spans }: Transaction): readonly string[] {
  return [...new Set(spans.flatMap(resourcesIn))];
}

const resourcesIn = (span: Span): readonly string[] =>
  [...namesOf(span), targetOf(span), peerOf(span)].flatMap((name) => (name === undefined ? [] : [resourceName(name)]));

/** The changes that may have to do with what began at this time, the latest first. */
export function recentChanges(changes: readonly ResourceChange[], onset: Micros): readonly ResourceChange[] {
  return changes
    .filter(({ at }) => at <= onset && onset - at <= BEFORE_ONSET)
    .toSorted((a, b) => b.at - a.at || compare(a.resource, b.resource) || compare(a.action, b.action));
}

/**
 * A change is evidence for a cause that lies where it was made, or next to it, whichever came last: the latest change of all is in most
 * incidents somebody else's (RootCauseBench: right in 1 of 24).
 */
export function withChanges(one: Found, changes: readonly ResourceChange[], onset: Micros): Found {
  const [nearest] = changes
    .map((change) => ({ change, hops: hopsTo(one.node, change.resource) }))
    .filter(({ hops }) => hops <= NEAR)
    .sort((a, b) => a.hops - b.hops);
  if (!nearest) return one;
  const confidence = Math.min(MOST_CONFIDENCE, Math.round(100 * (one.cause.confidence + RAISE)) / 100);
  // Second: the first is what the cause rests on, and of the others people see only a few.
  return {
    ...one,
    cause: { ...one.cause, confidence, evidence: one.cause.evidence.toSpliced(1, 0, said(nearest.change, onset)) },
  };
}

/** 0: at the span itself, 1: at its caller or at one of its calls, 2: farther. */
function hopsTo({ span, parent, children }: Node, resource: string): number {
  if (resourcesIn(span).includes(resource)) return 0;
  const beside = [...(parent ? [parent] : []), ...children];
  return beside.some((node) => resourcesIn(node.span).includes(resource)) ? 1 : 2;
}

const said = (change: ResourceChange, onset: Micros): string =>
  `began ${spelled(between(change.at, onset))} after ${done(change)}`;

/** Only with its alias does a version take the place of another; `$LATEST` is no version but whatever is there. */
function done({ action, resource, version }: ResourceChange): string {
  if (version === undefined || version === '$LATEST') return `${action} of ${resource}`;
  return action === 'UpdateAlias'
    ? `version ${version} of ${resource} went live`
    : `${action} of ${resource}, version ${version}`;
}

/** Where nothing else explains what went wrong: what changed on the way, the nearest to the entry first. */
export function changeCauses(tree: Tree, changes: readonly ResourceChange[], onset: Micros): readonly Found[] {
  const [nearest] = changes
    .flatMap((change) => {
      const node = tree.nodes.find(({ span }) => resourcesIn(span).includes(change.resource));
      return node ? [{ change, node }] : [];
    })
    .sort((a, b) => a.node.span.depth - b.node.span.depth);
  if (!nearest) return [];
  const { change, node } = nearest;
  return [
    found(node, {
      kind: 'change',
      confidence: BY_ITSELF,
      summary: `Nothing in the transaction says why, but ${change.resource}, on its way at ${named(node.span)}, was changed shortly before`,
      evidence: [said(change, onset)],
    }),
  ];
}
