import type { EventRecord } from '../telemetry/record.ts';
import { micros, spelled } from '../units.ts';
import type { Cause, CauseKind } from './cause.ts';
import { contrast, spelledContrast } from './contrast.ts';
import type { ActFinding, Finding, PaceFinding } from './findings.ts';
import type { Charge, Suspect } from './suspects.ts';
import type { Visit } from './visits.ts';
import { peerOf, percent, targetOf } from './wording.ts';

export type Circumstances = {
  /** How many comparisons were made: one of many is bound to stand out. */
  readonly tests: number;
  /** Of all that was found, what speaks against this one. */
  readonly share: number;
  readonly isFirst: boolean;
  readonly events: readonly EventRecord[];
  readonly visits: readonly Visit[];
};

const SPANS = 20;
const FACTS = 4;

export function causeOf(suspect: Suspect, circumstances: Circumstances): Cause {
  const [strongest] = suspect.charges as readonly [Charge]; // nobody is a suspect without a charge
  // A transaction's own diagnosis knows more kinds than the comparison does.
  const { finding } =
    suspect.charges.find((charge) => charge.finding.kind === 'named' && isAsTelling(charge, strongest)) ?? strongest;
  return {
    ...placeOf(finding),
    service: suspect.service,
    spanIds: [...new Set(finding.visits.flatMap(({ steps }) => steps.slice(0, 1).map(({ span }) => span.spanId)))].slice(
      0,
      SPANS,
    ),
    confidence: confidenceIn(suspect, circumstances),
    evidence: [
      ...distinctFacts(suspect.charges).slice(0, FACTS),
      ...contrastFacts(finding, circumstances.visits),
      ...changeFacts(suspect.service, finding, circumstances.events),
    ],
  };
}

/** Most of what is found beside the first is its consequence: with half of it all, it is nearly always the one. */
const OWN = { atLeast: 0.3, share: 1.2 } as const;
const LARGEST = 0.97;

function confidenceIn({ score, charges }: Suspect, { tests, share, isFirst }: Circumstances): number {
  // Odds start at one in so many comparisons.
  const real = 1 / (1 + Math.exp(Math.log(tests) - score));
  const own = isFirst ? Math.min(1, OWN.atLeast + OWN.share * share) : share;
  return Math.round(100 * Math.min(LARGEST, Math.max(real * own, ...charges.map(toldConfidence)))) / 100;
}

/** What failed transactions say of themselves is no less sure for being compared, as far as they agree and nothing below explains it. */
const toldConfidence = ({ finding, explained }: Charge): number =>
  finding.kind === 'named' ? (finding.cause.confidence * finding.now.count * (1 - explained)) / finding.now.of : 0;

const isAsTelling = (charge: Charge, strongest: Charge): boolean => 2 * charge.score >= strongest.score;

type Place = Pick<Cause, 'kind' | 'operation' | 'resource' | 'edge' | 'summary'>;

function placeOf(finding: Finding): Place {
  if (finding.kind === 'named') {
    const { kind, operation, resource, edge, summary } = finding.cause;
    return { kind, operation, resource, edge, summary };
  }
  const [step] = finding.visits[0]?.steps ?? [];
  if (finding.kind === 'slow') {
    const { caller, service } = finding;
    return {
      kind: paceKind(finding),
      operation: step?.operation ?? service,
      resource: step?.span.resource,
      edge: caller === undefined ? undefined : { caller, callee: service },
      summary: paceSummary(finding),
    };
  }
  const isCall = finding.act.kind === 'calls';
  const callee = isCall ? finding.act.span.service : calleeOf(finding.act);
  const span = isCall ? step?.span : finding.act.span;
  return {
    kind: KINDS[finding.kind](finding),
    operation: span?.operation ?? finding.service,
    resource: span?.resource,
    edge: callee === undefined ? undefined : { caller: finding.service, callee },
    summary: actSentence(finding),
  };
}

const calleeOf = ({ span }: ActFinding['act']): string | undefined =>
  span.kind === 'client' ? (targetOf(span) ?? peerOf(span)) : undefined;

function paceKind({ caller, isUntraced }: PaceFinding): CauseKind {
  if (caller === undefined) return 'slow-self';
  return isUntraced ? 'slow-dependency' : 'gap';
}

const KINDS: Readonly<Record<ActFinding['kind'], (finding: ActFinding) => CauseKind>> = {
  failing: () => 'exception',
  lost: ({ act }) => (act.kind === 'calls' ? 'missing-call' : 'changed-behaviour'),
  gained: () => 'changed-behaviour',
};

const distinctFacts = (charges: readonly Charge[]): readonly string[] => [
  ...new Set(charges.map(({ finding }) => factOf(finding))),
];

function factOf(finding: Finding): string {
  if (finding.kind === 'slow') return paceFact(finding);
  if (finding.kind !== 'named') return actFact(finding);
  return `${finding.now.count} of ${finding.now.of} failed transactions name it: ${finding.cause.summary}`;
}

const shareOf = ({ share }: PaceFinding): string => `${percent(share, 1)} of the time of the transactions that come by`;

const paceSummary = (finding: PaceFinding): string =>
  finding.caller === undefined
    ? `${finding.service} itself is slower than usual: ${shareOf(finding)}`
    : `Between ${finding.caller} and ${finding.service} more time passes than usual: ${shareOf(finding)}`;

function paceFact(finding: PaceFinding): string {
  const { caller, service, spent, excess, transactions, visits } = finding;
  const place = caller === undefined ? `own time of ${service}` : `time between ${caller} and ${service}`;
  const each = spelled(micros(spent / transactions));
  const usually = spelled(micros((spent - excess) / transactions));
  const slow = new Set(visits.map(({ transaction }) => transaction)).size;
  const clear = slow === 0 ? '' : `, clearly so in ${slow} of ${transactions} transactions`;
  return `${place} ${each} against ${usually} usually${clear}; ${shareOf(finding)}`;
}

const VERBS = {
  failing: { logs: 'logs the error', fails: 'fails in', calls: 'calls', runs: 'runs' },
  lost: { logs: 'no longer logs', fails: 'no longer fails in', calls: 'no longer calls', runs: 'no longer runs' },
  gained: { logs: 'now logs', fails: 'now fails in', calls: 'now calls', runs: 'now runs' },
} as const;

const actSentence = ({ kind, service, act }: ActFinding): string =>
  `${service} ${VERBS[kind][act.kind]} ${act.kind === 'logs' ? `“${act.told}”` : act.told}`;

function actFact(finding: ActFinding): string {
  const { now, usual, key } = finding;
  const before = usual.of === 0 ? 'not seen before' : `usually ${Math.round(usual.count)} of ${usual.of}`;
  return `${actSentence(finding)}: ${Math.round(now.count)} of ${now.of} transactions through ${key}, ${before}`;
}

/** Those that show it against those of the same operation that do not. */
function contrastFacts(finding: Finding, visits: readonly Visit[]): readonly string[] {
  const showing = new Set(finding.visits);
  const keys = new Set(finding.visits.map(({ key }) => key));
  const others = visits.filter((visit) => keys.has(visit.key) && !showing.has(visit));
  const shown = ({ steps }: Visit) => steps.map(({ span }) => span.attributes);
  return contrast(finding.visits.map(shown), others.map(shown))
    .slice(0, 1)
    .map((each) => spelledContrast(each, 'failures'));
}

/** An older change would have shown earlier. */
const RECENT = micros(30 * 60 * 1_000_000);

/** Of ARNs, and of versions and aliases behind a name. */
const NAME_ENDS = /[:/]/;

/** A change is a fact beside a cause and never makes one: most that come shortly before are not to blame. */
function changeFacts(service: string, { visits }: Finding, events: readonly EventRecord[]): readonly string[] {
  const onset = visits.reduce((first, { steps }) => Math.min(first, steps[0]?.span.start ?? first), Number.POSITIVE_INFINITY);
  return events.flatMap((event): string[] => {
    if (event.what !== 'change' || event.outcome === 'failed' || !event.resource?.split(NAME_ENDS).includes(service)) return [];
    const before = onset - event.at;
    if (!(before > 0 && before <= RECENT)) return [];
    const version = event.version === undefined ? '' : ` (version ${event.version})`;
    return [`began ${spelled(micros(before))} after ${event.action} of ${event.resource}${version}`];
  });
}
