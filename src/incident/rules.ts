import type { Spread } from '../diagnosis/usual.ts';
import { fromSeconds, type Micros, micros, toMillis } from '../units.ts';
import type { Alert, Incident } from './incident.ts';
import { RESOLVE_AFTER } from './life.ts';
import { STORM_LIMIT, type StormLimit } from './storm.ts';
import { wallClock } from './wall-clock.ts';

/** What a team wants to be told, where and when. The first rule that matches decides. */
export type Rules = {
  /** Where nothing else is said. */
  readonly channel: string;
  /** Where Tracefall tells of its own trouble; undefined: where nothing else is said. */
  readonly notices?: string | undefined;
  readonly routes: readonly { readonly when: Match; readonly channel: string }[];
  readonly mute: readonly Match[];
  readonly thresholds: readonly Threshold[];
  readonly quietHours: readonly QuietHours[];
  /** Healthy for this long, an incident that nobody holds is over. */
  readonly resolveAfter: Micros;
  readonly storm: StormLimit;
  /** Of pictures where `themes` says nothing of their channel. */
  readonly theme: Theme;
  readonly themes: Readonly<Record<string, Theme>>;
  /** Where a thread also speaks up in its channel; elsewhere never. */
  readonly broadcast: readonly { readonly channel: string; readonly reopenedAfter: Micros }[];
};

type Theme = 'light' | 'dark';

/** Each part that is given must match; `*` stands for anything. */
export type Match = {
  readonly environment?: string | undefined;
  readonly service?: string | undefined;
  readonly operation?: string | undefined;
  readonly owner?: string | undefined;
  readonly severity?: 'failed' | 'slow' | undefined;
};

/** What is slow is told only beyond these. */
type Threshold = {
  readonly when: Match;
  readonly longerThan?: Micros | undefined;
  readonly timesUsual?: number | undefined;
};

/** New threads wait until they are over; what has a thread is kept true in it. Minutes since midnight there; `until` may be the next day's. */
type QuietHours = { readonly when: Match; readonly from: number; readonly until: number; readonly zone: string };

export const DEFAULT_RULES: Omit<Rules, 'channel'> = {
  ...{ routes: [], mute: [], thresholds: [], quietHours: [], broadcast: [] },
  ...{ resolveAfter: RESOLVE_AFTER, storm: STORM_LIMIT },
  ...{ theme: 'light', themes: {} },
};

/** Nobody can know whether a viewer's Slack is light or dark; a team may. */
export const themeIn = (channel: string, { theme, themes }: Rules): Theme => themes[channel] ?? theme;
/** Whether the entry is worth telling the whole channel: it was over for so long that nobody has its thread open. */
export function isBroadcast({ log }: Pick<Incident, 'log'>, index: number, channel: string, { broadcast }: Rules): boolean {
  const policy = broadcast.find((each) => each.channel === channel);
  const entry = log[index];
  if (!policy || entry?.what !== 'reopened') return false;
  const resolved = log.slice(0, index).findLast(({ what }) => what === 'resolved');
  return resolved !== undefined && entry.at - resolved.at >= policy.reopenedAfter;
}

/** Where incidents may be told. */
export const channelsOf = ({ channel, routes }: Pick<Rules, 'channel' | 'routes'>): readonly string[] => [
  ...new Set([channel, ...routes.map((route) => route.channel)]),
];

export type Telling =
  | { readonly kind: 'told'; readonly channel: string; readonly why: string }
  | { readonly kind: 'untold'; readonly why: string };

/** Whether people are told of the alert, where, and by which rule. */
export function tellingOf(alert: Alert, usual: Spread | undefined, rules: Rules): Telling {
  const muted = rules.mute.findIndex((rule) => matches(rule, alert));
  if (muted >= 0) return { kind: 'untold', why: `mute rule ${muted + 1}` };
  const threshold = alert.outcome === 'slow' ? rules.thresholds.findIndex(({ when }) => matches(when, alert)) : -1;
  const limit = rules.thresholds[threshold];
  if (limit && !isBeyond(limit, alert, usual)) return { kind: 'untold', why: `threshold ${threshold + 1}` };
  const route = rules.routes.findIndex(({ when }) => matches(when, alert));
  const channel = rules.routes[route]?.channel;
  if (channel === undefined) return { kind: 'told', channel: rules.channel, why: 'the default channel' };
  return { kind: 'told', channel, why: `route ${route + 1}` };
}

function isBeyond({ longerThan, timesUsual }: Threshold, { duration }: Alert, usual: Spread | undefined): boolean {
  if (longerThan !== undefined && duration <= longerThan) return false;
  return timesUsual === undefined || usual === undefined || duration > timesUsual * usual.p95;
}

function matches(rule: Match, alert: Alert): boolean {
  const { environment, service, transaction, owner = '', outcome } = alert;
  const given: readonly (readonly [string | undefined, readonly string[]])[] = [
    [rule.environment, [environment]],
    // Whose service people called, and whose failed.
    [rule.service, [service, alert.hop.service]],
    [rule.operation, [transaction]],
    [rule.owner, [owner]],
    [rule.severity, [outcome]],
  ];
  return given.every(([pattern, values]) => pattern === undefined || values.some((value) => isLike(value, pattern)));
}

/** `pay*` is like `payments`. Each star takes the earliest place where what follows it fits: no pattern makes this slow. */
export function isLike(value: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return value === pattern;
  const last = rest.pop() ?? '';
  if (!value.startsWith(first) || value.length < first.length + last.length || !value.endsWith(last)) return false;
  let at = first.length;
  const end = value.length - last.length;
  for (const part of rest) {
    const found = value.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

const DAY_MINUTES = 24 * 60;

/** How long a new thread must still wait; 0: it may come now. */
export function quietFor(alert: Alert, now: Micros, rules: Rules): Micros {
  const waits = rules.quietHours.filter(({ when }) => matches(when, alert)).map((hours) => left(hours, now));
  return micros(Math.max(0, ...waits));
}

function left({ from, until, zone }: QuietHours, now: Micros): number {
  const clock = wallClock(toMillis(now), zone) / 60_000;
  const minute = ((clock % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES;
  const passed = (minute - from + DAY_MINUTES) % DAY_MINUTES;
  const length = (until - from + DAY_MINUTES) % DAY_MINUTES;
  return passed < length ? fromSeconds((length - passed) * 60) : 0;
}
