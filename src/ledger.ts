import type { Kept } from './ports.ts';
import type { Parsed, RejectKind } from './telemetry/record.ts';

/** Where telemetry comes in. */
export const SOURCES = [
  ...(['otlp-traces', 'otlp-logs', 'eventbridge', 'firehose'] as const),
  /** The functions of serverless.yml. */
  ...(['lambda-spans', 'lambda-logs', 'lambda-events'] as const),
] as const;
export type Source = (typeof SOURCES)[number];

/** Why something was not kept, in one word of a closed list. */
export type Reason =
  | RejectKind
  | 'bad-token'
  | 'bad-content-type'
  | 'bad-encoding'
  | 'broken-off'
  /** More at once than this process holds, or than this sender may send. */
  | 'busy'
  | 'too-fast'
  /** Redis did not confirm: the sender sends again. */
  | 'unavailable'
  /** A log or an event that belongs to no transaction. */
  | 'no-trace-id'
  /** Its trace has as many records as a trace may have. */
  | 'trace-full'
  /** Of a new and healthy trace, while the memory of Redis comes to its end. */
  | 'memory-short';

/** What became of spans, logs and events that came in. A body that nobody could read counts as one. */
export type Entry = {
  readonly received: number;
  readonly stored: number;
  readonly duplicates: number;
  /** Understood, and tells nothing that is kept: END, INIT_START, a control message. */
  readonly quiet: number;
  readonly rejected: Readonly<Partial<Record<Reason, number>>>;
};

export type Totals = Readonly<Partial<Record<Source, Entry>>>;

const NOTHING: Entry = { received: 0, stored: 0, duplicates: 0, quiet: 0, rejected: {} };

export const refusedBody = (reason: Reason): Entry => ({ ...NOTHING, received: 1, rejected: { [reason]: 1 } });

/** `received` is what was read; the rest is what those say who put it away: that they are equal is no tautology. */
export const keptEntry = (parsed: Parsed, kept: Kept): Entry => ({
  received: readIn(parsed),
  stored: kept.stored,
  duplicates: kept.duplicates,
  quiet: parsed.quiet,
  rejected: added(rejectedIn(parsed), { 'trace-full': kept.truncated, 'no-trace-id': kept.unplaced, 'memory-short': kept.shed }),
});

/** Nothing of it can be relied on; what was stored none the less is a duplicate when it comes again. */
export const unkeptEntry = (parsed: Parsed): Entry => ({
  ...NOTHING,
  received: readIn(parsed),
  quiet: parsed.quiet,
  rejected: added(rejectedIn(parsed), { unavailable: parsed.records.length }),
});

const readIn = ({ records, rejects, quiet }: Parsed): number => records.length + rejects.length + quiet;

const rejectedIn = ({ rejects }: Parsed): Entry['rejected'] =>
  rejects.reduce<Entry['rejected']>((sum, { kind = 'malformed' }) => added(sum, { [kind]: 1 }), {});

const added = (a: Entry['rejected'], b: Entry['rejected']): Entry['rejected'] => {
  const sum = Object.entries(b).map(([reason, count]) => [
    reason,
    count + (Object.entries(a).find(([r]) => r === reason)?.[1] ?? 0),
  ]);
  return { ...a, ...Object.fromEntries(sum.filter(([, count]) => count !== 0)) };
};

export const addedEntries = (a: Entry, b: Entry): Entry => ({
  received: a.received + b.received,
  stored: a.stored + b.stored,
  duplicates: a.duplicates + b.duplicates,
  quiet: a.quiet + b.quiet,
  rejected: added(a.rejected, b.rejected),
});

/** 0, or something was lost or counted twice. */
export const unaccounted = ({ received, stored, duplicates, quiet, rejected }: Entry): number =>
  received - stored - duplicates - quiet - Object.values(rejected).reduce((sum, count) => sum + count, 0);

/** These were refused for what Tracefall has or lacks: their sender is none the worse for it. */
const AS_GOOD_AS_KEPT: readonly Reason[] = ['no-trace-id', 'trace-full', 'memory-short'];

/** How many came through: whatever was understood. */
export const arrived = ({ stored, duplicates, quiet, rejected }: Entry = NOTHING): number =>
  stored + duplicates + quiet + AS_GOOD_AS_KEPT.reduce((sum, reason) => sum + (rejected[reason] ?? 0), 0);

/** Why most of what did not come through since `before` was refused. */
export function refusedSince(before: Entry = NOTHING, { rejected }: Entry = NOTHING): Reason | undefined {
  // The keys of `rejected` are reasons.
  const reasons = (Object.keys(rejected) as Reason[]).filter((reason) => !AS_GOOD_AS_KEPT.includes(reason));
  const more = reasons.map((reason) => ({ reason, count: (rejected[reason] ?? 0) - (before.rejected[reason] ?? 0) }));
  return more.filter(({ count }) => count > 0).toSorted((a, b) => b.count - a.count)[0]?.reason;
}

/** `120 received = 100 stored + 15 duplicate + 5 rejected (bad-gzip 5)` */
export function balanceOf({ received, stored, duplicates, quiet, rejected }: Entry): string {
  const reasons = Object.entries(rejected).toSorted(([, a], [, b]) => b - a);
  const told = reasons.map(([reason, count]) => `${reason} ${count}`).join(', ');
  const sum = reasons.reduce((all, [, count]) => all + count, 0);
  const parts = [`${stored} stored`, `${duplicates} duplicate`, ...(quiet > 0 ? [`${quiet} that tell nothing we keep`] : [])];
  return `${received} received = ${[...parts, `${sum} rejected${told === '' ? '' : ` (${told})`}`].join(' + ')}`;
}

/**
 * Of suspect transactions, by trace: what was stored of them is in the sums above, and what came of it in this one. `healthy`: nothing to
 * tell; `forgotten`: nothing came of it in two weeks, for which what was given up is kept; `lost`: 0, or there is neither a result nor a job.
 */
export type Examined = {
  readonly asked: number;
  readonly counted: number;
  readonly muted: number;
  readonly healthy: number;
  readonly givenUp: number;
  readonly forgotten: number;
  readonly underWay: number;
  readonly lost: number;
};

/** `12 asked = 9 in incidents + 1 muted by rules + 1 healthy after all + 1 given up + 0 under way` */
export function balanceOfExamined({ asked, counted, muted, healthy, givenUp, forgotten, underWay, lost }: Examined): string {
  const told = `${counted} in incidents + ${muted} muted by rules + ${healthy} healthy after all`;
  return `${asked} asked = ${told} + ${givenUp} given up + ${underWay} under way${seldom(forgotten, 'forgotten')}${seldom(lost, 'lost')}`;
}

const seldom = (count: number, what: string): string => (count === 0 ? '' : ` + ${count} ${what}`);

/** What one process has taken since it began, by source. */
export type Ledger = {
  readonly enter: (source: Source, entry: Entry) => void;
  readonly totals: () => Totals;
};

export function ledger(): Ledger {
  let totals: Totals = {};
  return {
    enter: (source, entry) => {
      totals = { ...totals, [source]: addedEntries(totals[source] ?? NOTHING, entry) };
    },
    totals: () => totals,
  };
}
