import { micros, spelled } from '../../units.ts';
import { counted } from '../../waterfall/scene.ts';
import { clean, shortened } from '../../waterfall/text.ts';
import { scaleOf } from './scale.ts';
import { type Bucket, clockTime, shownBuckets, spanOf, type TrendScene } from './trend.ts';

/** A day of hours; of finer buckets the latest. */
const MOST_LINES = 24;
const BAND_CELLS = 40;
const NAME_CHARACTERS = 160;

/**
 * The trend in characters: from p50 to p95 of each bucket, on one logarithmic axis, and where this one lies.
 *
 * ```
 * 06:00  ····├──────┤·········        640 ms   1.80 s
 * 09:00  ····├────────┤·······        700 ms   3.17 s
 * 09:14  ···················◆         6.36 s
 * ```
 */
export function trendDrawn(scene: TrendScene): string {
  const shown = shownBuckets(scene);
  const kept = shown.slice(-MOST_LINES);
  const scale = scaleOf([scene.one.took, ...kept.flatMap(({ p50, p95 }) => [p50, p95])]);
  const cellOf = (duration: number): number =>
    Math.max(0, Math.min(BAND_CELLS - 1, Math.floor(scale.place(duration) * BAND_CELLS)));
  const { from } = spanOf(scene);
  const lines = kept.map(({ start, p50, p95 }) => {
    const band = bandOf(cellOf(p50), cellOf(p95));
    return `${clockTime(Math.max(start, from))}  ${band}  ${spelled(p50).padStart(7)} ${spelled(p95).padStart(7)}`;
  });
  const one =
    `${clockTime(scene.one.at)}  ${'·'.repeat(cellOf(scene.one.took))}◆`.padEnd(BAND_CELLS + 9) +
    spelled(scene.one.took).padStart(7);
  const left = shown.length - kept.length;
  return [
    `${nameOf(scene)}: p50 to p95 in the 24 hours before, UTC`,
    ...(left > 0 ? [`(${counted(left, 'earlier bucket')} not shown)`] : []),
    ...lines,
    `${one}  this one`,
  ].join('\n');
}

function bandOf(first: number, last: number): string {
  const band = last <= first ? '│' : `├${'─'.repeat(last - first - 1)}┤`;
  return `${'·'.repeat(first)}${band}`.padEnd(BAND_CELLS, '·');
}

const nameOf = ({ operation }: TrendScene): string => shortened(clean(operation), NAME_CHARACTERS, (some) => some.length);

/** The trend in words, below 1,000 characters. */
export function trendAltText(scene: TrendScene): string {
  const buckets = shownBuckets(scene);
  const last = buckets.at(-1);
  const took = `${nameOf(scene)} took ${spelled(scene.one.took)}`;
  if (!last) return `${took}. It was not seen to go well in the 24 hours before.`;
  const times = `${(scene.one.took / Math.max(1, last.p95)).toFixed(1)}× the latest p95 of ${spelled(last.p95)}`;
  const sightings = buckets.reduce((sum, { count }) => sum + count, 0);
  return `${took}, ${times}. In the 24 hours before, p50 was ${rangeOf(buckets, 'p50')} and p95 ${rangeOf(buckets, 'p95')}, of ${counted(sightings, 'sighting')} that went well.`;
}

function rangeOf(buckets: readonly Bucket[], of: 'p50' | 'p95'): string {
  const all = buckets.map((bucket) => bucket[of]).sort((a, b) => a - b);
  const [least, most] = [spelled(micros(all[0] ?? 0)), spelled(micros(all.at(-1) ?? 0))];
  return least === most ? least : `${least} to ${most}`;
}
