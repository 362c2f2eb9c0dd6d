/** Something happened `count` times of `of`. */
export type Rate = { readonly count: number; readonly of: number };

/**
 * Visits are no independent witnesses. An invariant of the program holds nearly always; what depends on data comes in clusters, so that
 * many sightings are worth little more than some: the intraclass correlation, as it enters a design effect (Kish, "Survey Sampling", 1965).
 */
const CLUSTERING = { invariant: 0.02, data: 0.1 } as const;
const INVARIANT = 0.9;
/** Half a sighting either way: what was never seen is rare, not impossible (Krichevsky, Trofimov 1981). */
const UNSEEN = 0.5;

/**
 * How many nats speak against both rates being one: the log likelihood ratio of the G-test, on sample sizes that allow for
 * clustering. Dunning, "Accurate methods for the statistics of surprise and coincidence", 1993.
 */
export function rateSurprise(now: Rate, usual: Rate): number {
  if (now.of === 0) return 0;
  const p = (usual.count + UNSEEN) / (usual.of + 2 * UNSEEN);
  const clustering = p >= INVARIANT || p <= 1 - INVARIANT ? CLUSTERING.invariant : CLUSTERING.data;
  const effective = (n: number): number => n / (1 + Math.max(0, n - 1) * clustering);
  const [here, there] = [effective(now.of), effective(usual.of + 2 * UNSEEN)];
  return ((here * there) / (here + there)) * divergence(Math.min(1, now.count / now.of), p);
}

/** Kullback and Leibler's, of one coin from another, in nats. */
function divergence(q: number, p: number): number {
  const part = (a: number, b: number): number => (a <= 0 ? 0 : a * Math.log(a / b));
  return part(q, p) + part(1 - q, 1 - p);
}

export type Sample = { readonly of: number; readonly mean: number; readonly variance: number };

export function sampleOf(values: readonly number[]): Sample {
  const of = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, of);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, of - 1);
  return { of, mean, variance };
}

/** What a whole system shifts by from one time to another without anybody's fault. */
export type Drift = { readonly centre: number; readonly deviation: number };

/** One operation's logarithm of time spreads by so much where nothing is known of it, and this guess is worth so many sightings. */
const GUESS = { variance: 0.5 ** 2, of: 5 } as const;

/** How many nats speak for the mean being above the usual one: the log likelihood ratio of a t-test, beyond the drift. */
export function shiftSurprise(now: Sample, usual: Sample, drift: Drift): number {
  if (now.of === 0 || usual.of === 0) return 0;
  const freedom = now.of + usual.of - 2 + GUESS.of;
  const squares = now.variance * (now.of - 1) + usual.variance * (usual.of - 1) + GUESS.variance * GUESS.of;
  const error = (squares / freedom) * (1 / now.of + 1 / usual.of) + drift.deviation ** 2;
  const shift = now.mean - usual.mean - drift.centre;
  return shift <= 0 ? 0 : ((freedom + 1) / 2) * Math.log(1 + shift ** 2 / error / freedom);
}

/** Where fewer places than this are compared, their own shifts tell little of the drift … */
const FEW_PLACES = 10;
/** … and then a quiet minute differs from another by this much. */
const QUIET = 0.15;
/** Of the median absolute deviation to a normal standard deviation. */
const MAD = 1.4826;

export function driftOf(shifts: readonly number[]): Drift {
  const weight = shifts.length / (shifts.length + FEW_PLACES);
  const middle = medianOf(shifts);
  const spread = MAD * medianOf(shifts.map((shift) => Math.abs(shift - middle)));
  return { centre: weight * middle, deviation: Math.sqrt(weight * spread ** 2 + (1 - weight) * QUIET ** 2) };
}

function medianOf(values: readonly number[]): number {
  const ordered = values.toSorted((a, b) => a - b);
  return ordered[ordered.length >> 1] ?? 0;
}
