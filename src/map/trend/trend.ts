import type { Micros } from '../../units.ts';

/** What was counted of one operation in one stretch of time. */
export type Bucket = { readonly start: Micros; readonly count: number; readonly p50: Micros; readonly p95: Micros };

/** How long an operation took over time; what was not seen at all has no bucket. */
export type History = {
  /** Of one bucket. */
  readonly step: Micros;
  /** The oldest first. */
  readonly buckets: readonly Bucket[];
};

/** An operation's last 24 hours, and one transaction that was not like them. */
export type TrendScene = History & {
  readonly operation: string;
  readonly one: { readonly at: Micros; readonly took: Micros };
};

const HOURS = 24;
const HOUR = 3_600_000_000;

/** From a day before the transaction to its end; both ends as instants in µs. */
export function spanOf({ one }: Pick<TrendScene, 'one'>): { readonly from: number; readonly to: number } {
  const to = one.at + one.took;
  return { from: to - HOURS * HOUR, to };
}

/** Those of which a part lies in the 24 hours. */
export function shownBuckets(scene: TrendScene): readonly Bucket[] {
  const { from, to } = spanOf(scene);
  return scene.buckets.filter(({ start, count }) => count > 0 && start < to && start + scene.step > from);
}

/** Full hours at which the time axis has a mark, three apart. */
export function marksIn(from: number, to: number): readonly { readonly at: number; readonly label: string }[] {
  const first = Math.ceil(from / (3 * HOUR)) * 3 * HOUR;
  return Array.from({ length: Math.floor((to - first) / (3 * HOUR)) + 1 }, (_, n) => {
    const at = first + n * 3 * HOUR;
    return { at, label: clockTime(at) };
  });
}

/** `09:00`, in UTC: the picture is the same for every viewer. */
export const clockTime = (at: number): string => new Date(at / 1_000).toISOString().slice(11, 16);
