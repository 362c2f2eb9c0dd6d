import { between, earlier, fromSeconds, type Micros, micros, NO_TIME } from '../units.ts';

/**
 * Telemetry is pushed: when a source is cut off, its silence looks like health. What is kept of a source from one look to the next, to
 * tell a silence that is unlike it from its own pauses.
 */
export type Watch = {
  readonly lookedAt: Micros;
  /** It has been looked at without a break since then; what was not seen proves nothing. */
  readonly since: Micros;
  readonly arrivedAt: Micros;
  /** By the hour since the epoch, of the last week: the longest pause that was over and touched it. An hour that is not there is not known. */
  readonly pauses: Readonly<Record<string, Micros>>;
  /** The last one that was to be told. */
  readonly silence: Silence | undefined;
};

/** `to`: undefined while it lasts. `usual`: the longest pause before it, `patience`: how long it had lasted when it was to be told. */
export type Silence = {
  readonly from: Micros;
  readonly to: Micros | undefined;
  readonly usual: Micros;
  readonly patience: Micros;
};

/** `unknown`: too little was seen of it. `irregular`: it pauses for long, and its silence means nothing. */
export type Rhythm =
  | { readonly kind: 'unknown' | 'irregular' }
  | { readonly kind: 'steady'; readonly usual: Micros; readonly patience: Micros };

const HOUR = fromSeconds(3_600);
const WEEK_HOURS = 168;
/** Nobody looked for so long, which is once a minute, or Redis was away. Those who could not deliver meanwhile wait a while before they try again. */
const BREAK = fromSeconds(180);
/** So much must be known of a source before its silence means anything … */
const KNOWN_HOURS = 24;
/** … and of a week nearly every hour, before only those are asked that are like the present one. */
const WEEK_KNOWN_HOURS = 160;
/** No deployment and no throttling sender is told of. It is also how long AWS switches a subscription off that it was denied. */
const LEAST_PATIENCE = fromSeconds(600);
/**
 * Of n arrivals at random times the longest pause is about ln(n) times the mean one, and a pause of thrice that length comes once in about
 * n³/6. With one in three minutes, n is 420 in what is asked below: once in seventy years. Twice that length would come twice a year.
 */
const FACTOR = 3;
/** Who pauses longer cannot be told of within an hour; it has nights, or next to nothing to say. */
const LONGEST_OF_STEADY = fromSeconds(1_200);

const hourOf = (at: Micros): number => Math.floor(at / HOUR);

/** It was taken down, or nobody has mended it: what is usual of it is known no more. */
export const isForgotten = (arrivedAt: Micros, now: Micros): boolean => hourOf(now) - hourOf(arrivedAt) > WEEK_HOURS;

/** Whether somebody looks at it now. */
export const isWatched = ({ lookedAt }: Watch, now: Micros): boolean => now - lookedAt <= BREAK;

/** What is known after a look, at which the last that came had come at `arrivedAt`. */
export function looked(before: Watch | undefined, arrivedAt: Micros, now: Micros): Watch {
  const seen = before && isWatched(before, now) ? before : undefined;
  const next: Watch = {
    lookedAt: now,
    since: seen?.since ?? now,
    arrivedAt,
    pauses: seen && arrivedAt > seen.arrivedAt ? withPause(seen, arrivedAt) : (before?.pauses ?? {}),
    silence: ended(before, arrivedAt),
  };
  if (next.silence && next.silence.to === undefined) return next;
  const rhythm = rhythmOf(next, now);
  if (rhythm.kind !== 'steady' || between(quietSince(next), now) <= rhythm.patience) return next;
  return { ...next, silence: { from: arrivedAt, to: undefined, usual: rhythm.usual, patience: rhythm.patience } };
}

const quietSince = ({ arrivedAt, since }: Pick<Watch, 'arrivedAt' | 'since'>): Micros => (arrivedAt > since ? arrivedAt : since);

function ended(before: Watch | undefined, arrivedAt: Micros): Silence | undefined {
  const silence = before?.silence;
  return silence && silence.to === undefined && arrivedAt > silence.from ? { ...silence, to: arrivedAt } : silence;
}

/**
 * The pause that is over now, in each hour that it touched. A silence that was told counts as long as it was when it was told: for a week
 * it takes thrice as much at that time of day, and then is no longer told there, so that nobody is told of what happens often.
 */
function withPause(before: Watch, arrivedAt: Micros): Watch['pauses'] {
  const from = quietSince(before);
  const { silence } = before;
  const isTold = silence !== undefined && silence.to === undefined;
  const to = isTold ? earlier(arrivedAt, micros(from + silence.patience)) : arrivedAt;
  const oldest = hourOf(arrivedAt) - WEEK_HOURS;
  const pauses = new Map(Object.entries(before.pauses).filter(([hour]) => Number(hour) > oldest));
  const pause = between(from, to);
  for (let hour = Math.max(hourOf(from), oldest + 1); hour <= hourOf(to); hour++)
    pauses.set(String(hour), micros(Math.max(pause, pauses.get(String(hour)) ?? 0)));
  return Object.fromEntries(pauses);
}

/** As it usually is at the time of day of its present pause; until a week is known, at any. */
export function rhythmOf(watch: Watch, now: Micros): Rhythm {
  const known = Object.entries(watch.pauses);
  if (known.length < KNOWN_HOURS) return { kind: 'unknown' };
  const like = known.length < WEEK_KNOWN_HOURS ? known : known.filter(([hour]) => isLike(Number(hour), quietSince(watch), now));
  const usual = like.reduce<Micros>((longest, [, pause]) => (pause > longest ? pause : longest), NO_TIME);
  if (usual > LONGEST_OF_STEADY) return { kind: 'irregular' };
  return { kind: 'steady', usual, patience: micros(Math.max(LEAST_PATIENCE, FACTOR * usual)) };
}

//           from ├── pause ──┤ now
//   ├─ 1 hour ─┤             ├─ 1 hour ─┤     at that time of any day
function isLike(hour: number, from: Micros, now: Micros): boolean {
  const first = hourOf(from) - 1;
  const last = hourOf(now) + 1;
  return (((hour - first) % 24) + 24) % 24 <= last - first;
}
