import { chipOf } from './naming.ts';
import { isDeepest, type Knot, type Timeline } from './timeline.ts';

/** A row to be: one span, or siblings of one sort that share a row. */
export type Item = {
  readonly knots: readonly Knot[];
  readonly parent: Item | undefined;
  readonly children: Item[];
  readonly depth: number;
  readonly start: number;
  /** µs of the critical path spent in or before it. */
  readonly critical: number;
  readonly errorType: string;
  readonly score: number;
};

/** Items that get a row, and every item there is, parents before children. */
export type Folded = { readonly items: readonly Item[]; readonly kept: ReadonlySet<Item> };

/** So many siblings of one sort make a group. */
const GROUP = 3;
/** A span with more of the critical path than this stands alone, and has a row while there is room. */
const TELLING = 0.02;
/** When everything fits in so many budgets nothing is folded: a few rows more read better than `+2`. */
const STRETCH = 1.2;
/** A row brings so many of its ancestors along; longer chains are elided. */
const ANCESTORS = 2;
/** With so many rows, spans that tell nothing stay folded. */
const ENOUGH_ROWS = 10;

/** Chooses what gets one of `budget` rows: the entry, each type of error, the critical path, then what was busy. */
export function folded(timeline: Timeline, budget: number): Folded {
  if (timeline.knots.length <= Math.floor(budget * STRETCH)) {
    const items = itemsOf(timeline, () => true);
    return { items, kept: new Set(items) };
  }
  const telling = timeline.length * TELLING;
  const alone = itemsOf(timeline, (knot) => knot.critical > telling);
  if (needed(alone, telling).length <= budget) return { items: alone, kept: chosen(alone, budget, timeline) };
  // Twenty calls of 3 % each would fill the picture: they may share rows after all.
  const grouped = itemsOf(timeline, () => false);
  return { items: grouped, kept: chosen(grouped, budget, timeline) };
}

function itemsOf(timeline: Timeline, standsAlone: (knot: Knot) => boolean): readonly Item[] {
  const items: Item[] = [];
  const roots = timeline.knots.filter((knot) => knot.parent === undefined);
  const waiting: { readonly parent: Item | undefined; readonly siblings: readonly Knot[] }[] = [
    { parent: undefined, siblings: roots },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const knots of sorts(next.siblings, standsAlone)) {
      const item = itemOf(knots, next.parent, timeline);
      next.parent?.children.push(item);
      items.push(item);
      waiting.push({ parent: item, siblings: knots.flatMap((knot) => knot.children) });
    }
  }
  return items;
}

/** Siblings by sort; a sort too small for a group comes apart again. The entry is never grouped. */
function sorts(siblings: readonly Knot[], standsAlone: (knot: Knot) => boolean): readonly (readonly Knot[])[] {
  const alone: Knot[][] = [];
  const bySort = new Map<string, Knot[]>();
  for (const knot of siblings) {
    const entry = knot.parent === undefined && knot === siblings[0];
    const sort = sortOf(knot);
    const same = bySort.get(sort);
    if (entry || standsAlone(knot)) alone.push([knot]);
    else if (same) same.push(knot);
    else bySort.set(sort, [knot]);
  }
  const groups = [...bySort.values()].flatMap((same) => (same.length >= GROUP ? [same] : same.map((knot) => [knot])));
  return [...alone, ...groups];
}

/** Ids and numbers in names do not make another sort. */
export const templateOf = (operation: string): string =>
  operation.replace(/[0-9a-f]{8}-[0-9a-f-]{27,}|\b[0-9a-f]{12,}\b|\d+/gi, '#');

const sortOf = ({ span, errorType }: Knot): string =>
  [span.service, chipOf(span), templateOf(span.operation), errorType].join('\u0001');

function itemOf(knots: readonly Knot[], parent: Item | undefined, timeline: Timeline): Item {
  const critical = knots.reduce((sum, knot) => sum + knot.critical, 0);
  const busy = knots.reduce((sum, knot) => sum + knot.at.end - knot.at.start, 0);
  const depth = parent === undefined ? 0 : parent.depth + 1;
  const first = knots[0];
  const score =
    errorScore(knots) +
    (critical / timeline.length) * 400 +
    Math.min(1, busy / timeline.length) * 40 +
    (parent === undefined ? 20 : 0) +
    (knots.some((knot) => knot.cold) ? 3 : 0) -
    Math.min(depth, 12) * 1.5;
  return {
    knots,
    parent,
    children: [],
    depth,
    start: knots.reduce((least, knot) => Math.min(least, knot.at.start), Number.POSITIVE_INFINITY),
    critical,
    errorType: first?.errorType ?? '',
    score: first !== undefined && first === timeline.knots[0] ? Number.POSITIVE_INFINITY : score,
  };
}

/** An error beats everything, the deepest of them first. */
function errorScore(knots: readonly Knot[]): number {
  const failed = knots.filter((knot) => knot.failed).length;
  if (failed === 0) return 0;
  return 1000 + (knots.some(isDeepest) ? 500 : 0) + Math.min(200, failed);
}

const byScore = (a: Item, b: Item): number => b.score - a.score || a.start - b.start;

/** What must not be folded away: the entry, the best item of each error type, and what the critical path spent its time in. */
function needed(items: readonly Item[], telling: number): readonly Item[] {
  const best = [...items].sort(byScore);
  const types = new Set<string>();
  return best.filter((item, rank) => {
    const newType = item.errorType !== '' && !types.has(item.errorType);
    types.add(item.errorType);
    return rank === 0 || newType || item.critical > telling;
  });
}

function chosen(items: readonly Item[], budget: number, timeline: Timeline): ReadonlySet<Item> {
  const must = needed(items, timeline.length * TELLING).slice(0, budget);
  const kept = new Set<Item>(must);
  for (const item of must) keepWithAncestors(kept, item, budget);
  for (const item of [...items].sort(byScore)) {
    if (kept.size >= budget) break;
    if (kept.size >= ENOUGH_ROWS && tellsNothing(item, timeline.length)) continue;
    keepWithAncestors(kept, item, budget);
  }
  return kept;
}

const tellsNothing = (item: Item, length: number): boolean => {
  const busy = item.knots.reduce((sum, knot) => sum + knot.at.end - knot.at.start, 0);
  return item.errorType === '' && item.critical < length * 0.004 && busy < length * 0.01 && item.knots.length < GROUP;
};

/** Takes the item and up to two ancestors, or nothing when they do not all fit. */
function keepWithAncestors(kept: Set<Item>, item: Item, budget: number): void {
  const wanted = kept.has(item) ? [] : [item];
  let ancestor = item.parent;
  for (let step = 0; step < ANCESTORS && ancestor !== undefined && !kept.has(ancestor); step += 1) {
    wanted.push(ancestor);
    ancestor = ancestor.parent;
  }
  if (kept.size + wanted.length > budget) return;
  for (const one of wanted) kept.add(one);
}
