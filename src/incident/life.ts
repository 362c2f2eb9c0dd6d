import { fromSeconds, type Micros, micros } from '../units.ts';

/** Where an incident stands, and who brought it there. */
type Standing =
  | { readonly state: 'open' }
  | { readonly state: 'acknowledged'; readonly by: string; readonly at: Micros }
  | { readonly state: 'snoozed'; readonly by: string; readonly at: Micros; readonly until: SnoozeEnd }
  /** Opened and closed again and again; `resting`: it does not fail just now. */
  | { readonly state: 'flapping'; readonly times: number; readonly resting: boolean }
  | { readonly state: 'resolved'; readonly by: string; readonly at: Micros }
  /** Its one transaction turned out to be another incident's. */
  | { readonly state: 'merged'; readonly into: string };

export type IncidentState = Standing['state'];

/** `version`: the one that failed when it was snoozed; another one that fails is the next deployment. */
export type SnoozeEnd =
  | { readonly kind: 'time'; readonly at: Micros }
  | { readonly kind: 'deployment'; readonly version: string | undefined };

/** Who did what, when: one entry for every change, written in the same step as the change. */
export type LogEntry = {
  readonly at: Micros;
  /** A Slack user id, or `tracefall`. */
  readonly by: string;
  readonly what:
    | 'opened'
    | 'acknowledged'
    | 'noted'
    | 'resolved'
    | 'snoozed'
    | 'woken'
    | 'assigned'
    | 'reopened'
    | 'flapping'
    | 'merged'
    /** What was told until then was lost with Redis, and stands in the thread. */
    | 'recalled';
  readonly from: IncidentState | undefined;
  readonly to: IncidentState;
  /** Of a note: its text; of an assignment: to whom; else why, where it is not plain. */
  readonly text: string | undefined;
  /** The message in the thread that said so, where a person wrote it there. */
  readonly message: string | undefined;
};

export type Life = Standing & {
  /** A Slack user id. */
  readonly assignee: string | undefined;
  /** Lately, oldest first. */
  readonly reopened: readonly Micros[];
};

export const NEW_LIFE: Life = { state: 'open', assignee: undefined, reopened: [] };

export const TRACEFALL = 'tracefall';

/** What people do. `message`: the message in the thread by which they did it. */
export type Deed = { readonly by: string; readonly message?: string | undefined } & (
  | { readonly kind: 'acknowledge' | 'resolve' | 'reopen' }
  | { readonly kind: 'snooze'; readonly until: SnoozeEnd }
  | { readonly kind: 'assign'; readonly to: string }
  | { readonly kind: 'note'; readonly text: string }
);

export type LifeEvent =
  | Deed
  /** One more transaction has failed, at that time by its own clocks. */
  | { readonly kind: 'failed'; readonly at: Micros; readonly version: string | undefined }
  /** No failure for that long, and healthy transactions meanwhile. */
  | { readonly kind: 'recovered'; readonly quietFor: Micros }
  | { readonly kind: 'woke' }
  | { readonly kind: 'merged'; readonly into: string };

export type Step =
  | { readonly kind: 'changed'; readonly life: Life; readonly entry: LogEntry | undefined }
  | { readonly kind: 'same' }
  /** A person asked for what is not possible now: somebody was first, or it is over. */
  | { readonly kind: 'refused' };

/** Opened and closed more often than this within FLAPPING_WITHIN is one state, not many messages. */
const FLAPPING_TIMES = 3;
const FLAPPING_WITHIN = fromSeconds(30 * 60);

/** Healthy for this long, it is over: three times that still fit FLAPPING_WITHIN, so that turns show. */
export const RESOLVE_AFTER = fromSeconds(7 * 60);

const HELD = ['open', 'acknowledged', 'snoozed', 'flapping'] as const;

const MAY: Readonly<Record<Deed['kind'], readonly IncidentState[]>> = {
  acknowledge: ['open', 'snoozed', 'flapping'],
  resolve: HELD,
  snooze: HELD,
  assign: HELD,
  reopen: ['resolved'],
  note: [...HELD, 'resolved', 'merged'],
};

/** What people can do to it now. */
export const may = (life: Life, deed: Deed['kind']): boolean => MAY[deed].includes(life.state);

/** What the event makes of it. People win over machines: nothing that Tracefall finds takes back what a person has said. */
export function step(life: Life, event: LifeEvent, now: Micros): Step {
  switch (event.kind) {
    case 'failed':
      return failed(life, event, now);
    case 'recovered':
      return recovered(life, event.quietFor, now);
    case 'woke':
      return isOver(life, now) ? woken(life, now, undefined) : SAME;
    case 'merged':
      return life.state === 'merged' ? SAME : moved(life, { state: 'merged', into: event.into }, ours('merged', now, event.into));
    default:
      return may(life, event.kind) ? done(life, event, now) : { kind: 'refused' };
  }
}

const SAME: Step = { kind: 'same' };

type Said = Pick<LogEntry, 'at' | 'by' | 'what' | 'text' | 'message'>;

const ours = (what: LogEntry['what'], at: Micros, text?: string): Said => ({
  ...{ at, by: TRACEFALL, what, text, message: undefined },
});

/** Every change has its entry. */
const moved = (life: Life, standing: Standing, said: Said): Step => ({
  kind: 'changed',
  life: { ...standing, assignee: life.assignee, reopened: life.reopened },
  entry: { ...said, from: life.state, to: standing.state },
});

function done(life: Life, deed: Deed, at: Micros): Step {
  const { by } = deed;
  const said = (what: LogEntry['what'], text?: string): Said => ({ ...{ at, by, what, text }, message: deed.message });
  switch (deed.kind) {
    case 'acknowledge':
      return moved(life, { state: 'acknowledged', by, at }, said('acknowledged'));
    case 'resolve':
      return moved(life, { state: 'resolved', by, at }, said('resolved'));
    case 'reopen':
      return moved(life, { state: 'open' }, said('reopened'));
    case 'snooze':
      return moved(life, { state: 'snoozed', by, at, until: deed.until }, said('snoozed', untilSaid(deed.until)));
    case 'assign':
      return moved({ ...life, assignee: deed.to }, life, said('assigned', deed.to));
    case 'note':
      return moved(life, life, said('noted', deed.text));
  }
}

const untilSaid = (until: SnoozeEnd): string => (until.kind === 'time' ? String(until.at) : 'deployment');

type Failed = Extract<LifeEvent, { kind: 'failed' }>;

/** While it is open, acknowledged or snoozed a failure is counted and changes nothing. */
function failed(life: Life, { at, version }: Failed, now: Micros): Step {
  if (life.state === 'flapping' && life.resting) {
    const life2: Life = { ...life, times: life.times + 1, resting: false };
    return { kind: 'changed', life: life2, entry: undefined };
  }
  if (life.state === 'snoozed' && isDeployed(life.until, version)) return woken(life, now, version);
  // What failed before it was resolved and is told late is no news.
  if (life.state !== 'resolved' || at <= life.at) return SAME;
  const reopened = [...life.reopened.filter((before) => now - before < FLAPPING_WITHIN), now];
  if (reopened.length > FLAPPING_TIMES)
    return moved(
      { ...life, reopened: [] },
      { state: 'flapping', times: reopened.length, resting: false },
      ours('flapping', now, String(reopened.length)),
    );
  return moved({ ...life, reopened }, { state: 'open' }, ours('reopened', now, version));
}

const isDeployed = (until: SnoozeEnd, version: string | undefined): boolean =>
  until.kind === 'deployment' && version !== undefined && version !== until.version;

const isOver = (life: Life, now: Micros): boolean =>
  life.state === 'snoozed' && life.until.kind === 'time' && now >= life.until.at;

const woken = (life: Life, at: Micros, version: string | undefined): Step =>
  moved(life, { state: 'open' }, ours('woken', at, version));

function recovered(life: Life, quietFor: Micros, at: Micros): Step {
  const resolved = (): Step => moved(life, { state: 'resolved', by: TRACEFALL, at }, ours('resolved', at, String(quietFor)));
  if (life.state === 'open') return resolved();
  if (life.state !== 'flapping') return SAME;
  if (quietFor >= FLAPPING_WITHIN) return resolved();
  return life.resting ? SAME : { kind: 'changed', life: { ...life, resting: true }, entry: undefined };
}

/** After a failure, how long without another until it may be over; undefined: only a person ends it. */
export function quietUntilOver(life: Life, resolveAfter: Micros): Micros | undefined {
  if (life.state === 'open') return resolveAfter;
  if (life.state === 'flapping') return life.resting ? FLAPPING_WITHIN : resolveAfter;
  return undefined;
}

/** When it must be looked at again; undefined: nothing will happen by the clock. */
export const wakesAt = (life: Life): Micros | undefined =>
  life.state === 'snoozed' && life.until.kind === 'time' ? micros(life.until.at) : undefined;
