import { grouped } from '../trace/grouped.ts';
import { type ActFinding, type Finding, isFound, LEAST_NATS, type NamedFinding, type PaceFinding } from './findings.ts';
import type { Visit } from './visits.ts';

/** A service, and what speaks against it, the strongest first. `score` is in nats. */
export type Suspect = { readonly service: string; readonly score: number; readonly charges: readonly Charge[] };

/** A finding with the part of its surprise that nothing below explains. */
export type Charge = { readonly finding: Finding; readonly score: number; readonly explained: number };

export type Findings = {
  readonly acts: readonly ActFinding[];
  readonly paces: readonly PaceFinding[];
  readonly named: readonly NamedFinding[];
};

/** Everything found, of all that was compared, in one currency, best first; ties by name. */
export function suspectsOf({ acts, paces, named }: Findings, all: readonly (readonly Visit[])[]): readonly Suspect[] {
  const slow = paces.filter(isFound).map((finding) => ({ visits: finding.visits, nats: weighed(finding) }));
  const below = strongestBelow([...acts, ...slow], all);
  const charges = [
    ...[...acts, ...named.filter(isFound)].map((finding) => charged(finding, below)),
    ...paceCharges(
      paces,
      all,
      strongestBelow(
        acts.filter(({ kind }) => kind === 'failing'),
        all,
      ),
    ),
  ];
  return [...grouped(charges, ({ service }) => service)]
    .map(([service, group]) => suspect(service, group))
    .sort((a, b) => b.score - a.score || (a.service < b.service ? -1 : 1));
}

type Charged = { readonly service: string; readonly charge: Charge };

/** One fault shows in many acts of one kind, which are one witness; kinds add up, and so do a service and its edges. */
function suspect(service: string, group: readonly Charged[]): Suspect {
  const ordered = group.map(({ charge }) => charge).sort((a, b) => b.score - a.score || Number(isCall(b)) - Number(isCall(a)));
  const best = (kinds: readonly Finding['kind'][]): number =>
    ordered.find(({ finding }) => kinds.includes(finding.kind))?.score ?? 0;
  const slow = ordered.filter(({ finding }) => finding.kind === 'slow').reduce((sum, { score }) => sum + score, 0);
  return { service, score: best(['named']) + best(['failing']) + best(['lost', 'gained']) + slow, charges: ordered };
}

/** Of equal witnesses the call tells most. */
const isCall = ({ finding }: Charge): boolean => 'act' in finding && finding.act.kind === 'calls';

/** What happens below in the same transaction, and is about as surprising, explains this much of a finding above it. */
const EXPLAINED_WEIGHT = 0.8;
const AS_STRONG = 0.5;

function charged(finding: ActFinding | NamedFinding, below: ReadonlyMap<Visit, number>): Charged {
  const explained = explainedOf(finding, below, AS_STRONG * finding.nats);
  return { service: finding.service, charge: { finding, explained, score: finding.nats * (1 - EXPLAINED_WEIGHT * explained) } };
}

const explainedOf = ({ visits }: Finding, below: ReadonlyMap<Visit, number>, least: number): number =>
  visits.filter((visit) => (below.get(visit) ?? 0) >= least).length / Math.max(1, visits.length);

/** Of each visit, the nats of the strongest finding that shows in what it called. */
function strongestBelow(
  findings: readonly Pick<Finding, 'visits' | 'nats'>[],
  all: readonly (readonly Visit[])[],
): ReadonlyMap<Visit, number> {
  const here = new Map<Visit, number>();
  for (const { visits, nats } of findings) for (const visit of visits) here.set(visit, Math.max(here.get(visit) ?? 0, nats));
  const below = new Map<Visit, number>();
  for (const visit of all.flatMap((visits) => visits.toReversed())) {
    const { caller } = visit;
    if (caller) below.set(caller, Math.max(below.get(caller) ?? 0, below.get(visit) ?? 0, here.get(visit) ?? 0));
  }
  return below;
}

/** A tenth of the time of those who came by is half of what there is to say. */
const HALF_SHARE = 0.1;
const weighed = ({ nats, share }: PaceFinding): number => (nats * share) / (share + HALF_SHARE);

/**
 * Time between two services is either's. A slow callee is slow to all its callers, a slow caller is so with all its callees: each end is
 * charged by how many of its edges in that direction are slow, and, where that is alike, of all its edges.
 */
function paceCharges(
  paces: readonly PaceFinding[],
  all: readonly (readonly Visit[])[],
  failing: ReadonlyMap<Visit, number>,
): readonly Charged[] {
  const traced = new Set(all.flatMap((visits) => visits.map(({ service }) => service)));
  const edges = paces.flatMap(({ caller, service, nats }) =>
    caller === undefined ? [] : [{ caller, service, isSlow: isFound({ nats }) }],
  );
  const part = (touches: (edge: Edge) => boolean): number => {
    const touched = edges.filter(touches);
    return touched.filter(({ isSlow }) => isSlow).length / Math.max(1, touched.length);
  };
  return paces.filter(isFound).flatMap((finding): Charged[] => {
    // Who waits before he tries again, or for an answer that never comes, is late because of it.
    const explained = explainedOf(finding, failing, LEAST_NATS);
    const score = weighed(finding) * (1 - EXPLAINED_WEIGHT * explained);
    const { caller, service } = finding;
    if (caller === undefined) return [{ service, charge: { finding, score, explained } }];
    // Who traces nothing can be named, and hardly be asked.
    if (!traced.has(service)) return [{ service: caller, charge: { finding, score, explained } }];
    const asCallee = (part((edge) => edge.service === service) + part((edge) => isEnd(edge, service))) / 2;
    const asCaller = (part((edge) => edge.caller === caller) + part((edge) => isEnd(edge, caller))) / 2;
    return [
      { service, charge: { finding, score: score * asCallee, explained } },
      { service: caller, charge: { finding, score: score * asCaller, explained } },
    ];
  });
}

type Edge = { readonly caller: string; readonly service: string; readonly isSlow: boolean };
const isEnd = ({ caller, service }: Edge, of: string): boolean => caller === of || service === of;
