import type { Tree } from '../trace/node.ts';
import type { Section } from '../trace/transaction.ts';
import { type Micros, micros } from '../units.ts';
import { answerOf } from './calls.ts';
import { gapsByEnd, ownByService } from './ends.ts';
import { type Found, found } from './found.ts';
import { type Place, placesOn } from './places.ts';
import { saidOf } from './slow-words.ts';
import type { UsualByOperation } from './usual.ts';

/** Less than this much beyond the usual explains nothing: the larger of the two counts. */
const LEAST_EXCESS = micros(20_000);
const LEAST_EXCESS_SHARE = 0.1;
/** Without history, a shorter wait is how queues and triggers are. */
const LEAST_WAIT = micros(1_000_000);
/** Nielsen, "Response Times: The 3 Important Limits": nobody notices 0.1 s … */
const NOTICEABLE = micros(100_000);
/** … and 1 s keeps the flow of thought: what takes longer is slow, also where nothing is known of the usual. */
const SLOW_FOR_ANYBODY = micros(1_000_000);
/** Without history, a cold start that takes less of the path is not what made it slow. */
const COLD_SHARE = 0.3;
/** Without history a part has to stand out: so much of the path, and so many times the third. */
const LEADING = { share: 0.3, ratio: 1.5 } as const;
/** Of what is unusual: with less, and the next nearly as large, it is unusual everywhere. */
const DRAWN = { share: 0.35, ratio: 1.3 } as const;
/** As large as the next, both may matter; without a next it is hardly ever another. */
const FIRST = { atLeast: 0.75, beyond: 0.2 } as const;
/** Beside a larger one. */
const SECOND = { atLeast: 0.45, beyond: 0.05 } as const;

/** Where the critical path spends its time beyond the usual, or simply most of it where nothing is known of the usual. */
export function slowCauses(tree: Tree, path: readonly Section[], usual: UsualByOperation): readonly Found[] {
  const total = micros(path.reduce((sum, each) => sum + (each.end - each.start), 0));
  const weighed = ownByService(gapsByEnd(placesOn(tree, path, usual))).map((place) => ({ place, excess: excessOf(place) }));
  const whole = wholeOf(weighed, total);
  const isAsUsual = whole.excess < Math.max(LEAST_EXCESS, LEAST_EXCESS_SHARE * total);
  if (whole.hasHistory && isAsUsual && weighed.every((each) => each.excess !== undefined)) return [];
  const calls = tree.nodes.filter(answerOf);
  return weighed.flatMap(({ place, excess }) => {
    const [node] = place.nodes;
    const confidence = confidenceOf({ place, excess }, whole);
    return node && confidence > 0 ? [found(node, { confidence, ...saidOf(place, { total, usual, calls }) })] : [];
  });
}

type Weighed = { readonly place: Place; readonly excess: number | undefined };

type Whole = {
  readonly total: Micros;
  readonly excess: number;
  readonly hasHistory: boolean;
  /** The largest first. */
  readonly amounts: readonly number[];
  readonly excesses: readonly number[];
};

function wholeOf(weighed: readonly Weighed[], total: Micros): Whole {
  return {
    total,
    excess: weighed.reduce((sum, each) => sum + (each.excess ?? 0), 0),
    hasHistory: weighed.some(({ place }) => place.median !== undefined),
    amounts: weighed.map(({ place }) => place.amount).sort((a, b) => b - a),
    excesses: weighed.map((each) => each.excess ?? 0).sort((a, b) => b - a),
  };
}

/** undefined: nobody knows what would be usual here. */
function excessOf({ kind, amount, median }: Place): number | undefined {
  if (median !== undefined) return Math.max(0, amount - median);
  if (kind === 'cold-start' || kind === 'retried') return amount;
  if (kind === 'queue-wait' || kind === 'iterator-age') return amount >= LEAST_WAIT ? amount : 0;
  return undefined;
}

function confidenceOf({ place, excess }: Weighed, whole: Whole): number {
  const history = whole.hasHistory && excess !== undefined ? againstUsual(excess, whole) : 0;
  const byItself = whole.total >= NOTICEABLE ? alone(place, whole) : 0;
  return Math.max(history, byItself);
}

function againstUsual(excess: number, whole: Whole): number {
  const impact = whole.total > 0 ? excess / whole.total : 0;
  const share = whole.excess > 0 ? excess / whole.excess : 0;
  const [first = 0, second = 0] = whole.excesses;
  if (share < DRAWN.share && first < DRAWN.ratio * second) return 0;
  return leadOf(excess, whole.excesses) * Math.min(1, impact / 0.3) * (impact < 0.1 ? 0.3 : 1);
}

function leadOf(part: number, [first = 0, second = 0]: readonly number[]): number {
  if (part < first) return SECOND.atLeast + SECOND.beyond * (part / first);
  return FIRST.atLeast + FIRST.beyond * (1 - (second / Math.max(1, first)) ** 2);
}

function alone(place: Place, whole: Whole): number {
  const { kind, amount, median } = place;
  const part = amount / whole.total;
  if (kind === 'cold-start') return whole.total >= SLOW_FOR_ANYBODY && part >= COLD_SHARE ? 0.3 + 0.6 * part : 0;
  if (kind === 'queue-wait' || kind === 'iterator-age') return amount >= LEAST_WAIT ? 0.3 + 0.5 * part : 0;
  if (median !== undefined || !isLeading(place, whole)) return 0;
  return leadOf(amount, whole.amounts);
}

/** Two may lead side by side: no more than that is what a third is held against. */
function isLeading({ amount }: Place, { total, amounts: [, , third = 0] }: Whole): boolean {
  if (amount <= NOTICEABLE) return false;
  return amount > total / 2 || (amount >= LEADING.share * total && amount >= LEADING.ratio * third);
}
