import type { EventRecord } from '../telemetry/record.ts';
import type { Span } from '../trace/transaction.ts';
import { micros, spelled } from '../units.ts';
import type { Cause, CauseKind } from './cause.ts';
import { contrast, spelledContrast } from './contrast.ts';
import type { ActFinding, Finding, PaceFinding } from './findings.ts';
import type { Charge, Suspect } from './suspects.ts';
import type { Visit } from './visits.ts';
import { percent } from './wording.ts';

export type Circumstances = {
  /** How many comparisons were made: one of many is bound to stand out. */
  readonly tests: number;
  /** Of all that was found, what speaks against this one. */
  readonly share: number;
  /** The best cause of each transaction that did not go well. */
  readonly named: readonly Cause[];
  readonly events: readonly EventRecord[];
  readonly visits: readonly Visit[];
};

const SPANS = 20;
const FACTS = 4;

export function causeOf(suspect: Suspect, circumstances: Circumstances): Cause {
  const [{ finding }] = suspect.charges as readonly [Charge]; // nobody is a suspect without a charge
  const span = spanOf(finding);
  return {
    kind: kindOf(finding, circumstances.named),
    service: suspect.service,
    operation: span?.operation ?? suspect.service,
    resource: span?.resource,
    spanIds: [...new Set(finding.visits.flatMap(({ steps }) => steps.slice(0, 1).map((step) => step.span.spanId)))].slice(
      0,
      SPANS,
    ),
    edge:
      finding.kind === 'slow' && finding.caller !== undefined ? { caller: finding.caller, callee: finding.service } : undefined,
    confidence: confidenceIn(suspect, circumstances),
    summary: summaryOf(finding),
    evidence: [
      ...distinctFacts(suspect.charges).slice(0, FACTS),
      ...contrastFacts(finding, circumstances.visits),
      ...changeFacts(suspect.service, finding, circumstances.events),
    ],
  };
}

/** Odds start at one in so many comparisons; what clustering remains makes a nat worth half. */
const NAT_WORTH = 0.5;
const LARGEST = 0.97;

function confidenceIn({ score }: Suspect, { tests, share }: Circumstances): number {
  const real = 1 / (1 + Math.exp(-NAT_WORTH * (score - Math.log(tests))));
  return Math.round(100 * Math.min(LARGEST, real * (0.4 + 0.6 * share))) / 100;
}

/** What the transactions themselves call it, where they agree on the place. */
function kindOf(finding: Finding, named: readonly Cause[]): CauseKind {
  if (finding.kind === 'slow') return finding.caller === undefined ? 'slow-self' : 'gap';
  if (finding.kind === 'failing')
    return named.find(({ service, kind }) => service === finding.service && kind !== 'unknown')?.kind ?? 'exception';
  return finding.kind === 'lost' && finding.act.kind === 'calls' ? 'missing-call' : 'changed-behaviour';
}

const spanOf = (finding: Finding): Span | undefined =>
  finding.kind === 'slow'
    ? finding.visits[0]?.steps[0]?.span
    : finding.act.kind === 'calls'
      ? finding.visits[0]?.steps[0]?.span
      : finding.act.span;

function summaryOf(finding: Finding): string {
  if (finding.kind === 'slow') {
    const share = `${percent(finding.share, 1)} of the time of the transactions that come by`;
    return finding.caller === undefined
      ? `${finding.service} itself is slower than usual: ${share}`
      : `Between ${finding.caller} and ${finding.service} more time passes than usual: ${share}`;
  }
  return actSentence(finding);
}

function distinctFacts(charges: readonly Charge[]): readonly string[] {
  return [...new Set(charges.map(({ finding }) => (finding.kind === 'slow' ? paceFact(finding) : actFact(finding))))];
}

function paceFact({ caller, service, spent, excess, transactions, visits, share }: PaceFinding): string {
  const place = caller === undefined ? `own time of ${service}` : `time between ${caller} and ${service}`;
  const each = spelled(micros(spent / transactions));
  const usually = spelled(micros((spent - excess) / transactions));
  const slow = new Set(visits.map(({ transaction }) => transaction)).size;
  const clear = slow === 0 ? '' : `clearly in ${slow} of ${transactions} transactions, `;
  return `${place} ${each} against ${usually} usually, ${clear}${percent(share, 1)} of their time`;
}

const VERBS = { failing: { logs: 'logs the error', fails: 'fails in', calls: 'calls', runs: 'runs' } } as const;

function actSentence({ kind, service, act }: ActFinding): string {
  const what = act.kind === 'logs' ? `“${act.told}”` : act.told;
  if (kind === 'failing') return `${service} ${VERBS.failing[act.kind]} ${what} more often than usual`;
  const verb = { logs: 'logs', calls: 'calls', runs: 'runs', fails: 'fails in' }[act.kind];
  return kind === 'lost' ? `${service} no longer ${verb} ${what} as usual` : `${service} now ${verb} ${what}`;
}

function actFact(finding: ActFinding): string {
  const { now, usual, key } = finding;
  return `${actSentence(finding)}: ${Math.round(now.count)} of ${now.of} transactions through ${key}, usually ${Math.round(usual.count)} of ${usual.of}`;
}

/** Those that show it against those of the same operation that do not. */
function contrastFacts(finding: Finding, visits: readonly Visit[]): readonly string[] {
  const showing = new Set(finding.visits);
  const keys = new Set(finding.visits.map(({ key }) => key));
  const others = visits.filter((visit) => keys.has(visit.key) && !showing.has(visit));
  const shown = ({ steps }: Visit) => steps.map(({ span }) => span.attributes);
  return contrast(finding.visits.map(shown), others.map(shown)).slice(0, 1).map(spelledContrast);
}

/** An older change would have shown earlier. */
const RECENT = micros(30 * 60 * 1_000_000);

/** A change is a fact beside a cause and never makes one: most that come shortly before are not to blame. */
function changeFacts(service: string, { visits }: Finding, events: readonly EventRecord[]): readonly string[] {
  const onset = visits.reduce((first, { steps }) => Math.min(first, steps[0]?.span.start ?? first), Number.POSITIVE_INFINITY);
  return events.flatMap((event): string[] => {
    if (event.what !== 'change' || event.outcome === 'failed' || !event.resource?.includes(service)) return [];
    const before = onset - event.at;
    if (!(before > 0 && before <= RECENT)) return [];
    const version = event.version === undefined ? '' : ` (version ${event.version})`;
    return [`began ${spelled(micros(before))} after ${event.action} of ${event.resource}${version}`];
  });
}
