import type { Span } from '../trace/transaction.ts';
import { type Folded, folded, type Item, templateOf } from './folding.ts';
import { type Chip, chipOf, nameOf } from './naming.ts';
import { type PathPiece, piecesOf, type Wait, waitsOf } from './pieces.ts';
import { remembered } from './remembered.ts';
import { merged, without } from './stretches.ts';
import { isDeepest, type Knot, type Stretch, type Timeline } from './timeline.ts';

/** One line of the waterfall: a span, or a group of its sort. Both the PNG and its text twin draw these. */
export type Row = {
  /** Of a group: its first. */
  readonly span: Span;
  /** Steps in to the right: ancestors that have rows. */
  readonly depth: number;
  /** Row of the nearest ancestor that has one. */
  readonly parent: number | undefined;
  readonly chip: Chip;
  readonly service: string;
  /** '' where the service says it all. */
  readonly operation: string;
  /** Spans drawn in this row; above 1 they are a group. */
  readonly count: number;
  /** Spans more that tell of the same thing, and are drawn as one with it. */
  readonly twins: readonly Span[];
  /** Descendants that no row shows. */
  readonly hidden: number;
  /** One, or the merged times of a group. In order, disjoint. */
  readonly bars: readonly Stretch[];
  /** Where hidden descendants on the critical path lie outside the bars. In order, disjoint. */
  readonly beyond: readonly Stretch[];
  /** µs, the longest of a group; undefined: not seen to end. */
  readonly duration: number | undefined;
  /** Between the hand-over and the start. */
  readonly waits: readonly Wait[];
  readonly cold: Stretch | undefined;
  readonly failed: boolean;
  /** Where the failure began: it failed, and nothing below it did. */
  readonly origin: boolean;
  /** '' where it did not fail. */
  readonly errorType: string;
  readonly onPath: boolean;
  /** Of the critical path, hidden descendants included; 0 to 1. */
  readonly share: number;
  readonly doubt: Doubt | undefined;
  /** It came from so many spans more than the row above shows: those of a batch. */
  readonly moreSenders: number;
};

/** What is not certain of a row's place: its parent never came, its parent is a guess, or its clock was wrong. */
type Doubt = 'missing-parent' | 'inferred' | 'skew';

export type Waterfall = {
  readonly rows: readonly Row[];
  /** µs since the epoch at the left edge. */
  readonly from: number;
  /** µs from edge to edge; at least 1. */
  readonly length: number;
  /** In order. */
  readonly path: readonly PathPiece[];
  /** Spans in all: rows + folded. */
  readonly spans: number;
  readonly folded: number;
};

/** Folds a transaction to about `budget` rows: 1.2 times as many when then nothing needs folding. */
export function waterfallOf(timeline: Timeline, budget: number): Waterfall {
  const known = waterfalls(timeline).get(budget);
  if (known) return known;
  const waterfall = foldedTo(timeline, budget);
  waterfalls(timeline).set(budget, waterfall);
  return waterfall;
}

/** By budget. */
const waterfalls = remembered((_: Timeline) => new Map<number, Waterfall>());

function foldedTo(timeline: Timeline, budget: number): Waterfall {
  const fold = folded(timeline, budget);
  const owners = ownersOf(fold);
  const order = inOrder(fold, owners);
  const rowOf = new Map(order.map((item, row) => [item, row]));
  const rowOfKnot = new Map<Knot, number | undefined>();
  for (const item of fold.items) {
    const owner = owners.get(item);
    for (const knot of item.knots) rowOfKnot.set(knot, owner && rowOf.get(owner));
  }
  const path = piecesOf(timeline, rowOfKnot);
  const facts: Facts = {
    timeline,
    owners,
    rowOf,
    times: timeByRow(path),
    hidden: hiddenByItem(fold, owners),
  };
  const rows: Row[] = [];
  for (const item of order) rows.push(rowFrom(item, rows, facts));
  const spans = spansOf(timeline.knots);
  return { rows, from: timeline.from, length: timeline.length, path, spans, folded: spans - rows.length };
}

const spansOf = (knots: readonly Knot[]): number => knots.reduce((sum, { twins }) => sum + 1 + twins.length, 0);

type Owners = ReadonlyMap<Item, Item | undefined>;

/** The item itself or its nearest ancestor that has a row. */
function ownersOf({ items, kept }: Folded): Owners {
  const owners = new Map<Item, Item | undefined>();
  for (const item of items) owners.set(item, kept.has(item) ? item : item.parent && owners.get(item.parent));
  return owners;
}

/** Depth first, siblings by start; the entry before any other root. */
function inOrder({ items, kept }: Folded, owners: Owners): readonly Item[] {
  const below = new Map<Item | undefined, Item[]>();
  for (const item of items) {
    if (!kept.has(item)) continue;
    const owner = item.parent && owners.get(item.parent);
    const siblings = below.get(owner);
    if (siblings) siblings.push(item);
    else below.set(owner, [item]);
  }
  const latestFirst = (owner: Item | undefined): readonly Item[] =>
    (below.get(owner) ?? []).toSorted(
      (a, b) => Number(isEntry(a)) - Number(isEntry(b)) || b.start - a.start || a.score - b.score,
    );
  const order: Item[] = [];
  const waiting = [...latestFirst(undefined)];
  for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
    order.push(item);
    waiting.push(...latestFirst(item));
  }
  return order;
}

const isEntry = ({ score }: Item): boolean => score === Number.POSITIVE_INFINITY;

/** The knots that each row stands for beside its own. */
function hiddenByItem({ items, kept }: Folded, owners: Owners): ReadonlyMap<Item, readonly Knot[]> {
  const hidden = new Map<Item, Knot[]>();
  for (const item of items) {
    const owner = owners.get(item);
    if (owner === undefined || kept.has(item)) continue;
    const known = hidden.get(owner) ?? [];
    hidden.set(owner, known);
    for (const knot of item.knots) known.push(knot);
  }
  return hidden;
}

/** µs of the critical path. */
function timeByRow(path: readonly PathPiece[]): ReadonlyMap<number, number> {
  const times = new Map<number, number>();
  for (const { row, start, end } of path) {
    if (row !== undefined) times.set(row, (times.get(row) ?? 0) + end - start);
  }
  return times;
}

type Facts = {
  readonly timeline: Timeline;
  readonly owners: Owners;
  readonly rowOf: ReadonlyMap<Item, number>;
  readonly times: ReadonlyMap<number, number>;
  readonly hidden: ReadonlyMap<Item, readonly Knot[]>;
};

function rowFrom(item: Item, above: readonly Row[], facts: Facts): Row {
  const owner = item.parent && facts.owners.get(item.parent);
  const parent = owner && facts.rowOf.get(owner);
  const time = facts.times.get(above.length);
  // An item is made of at least one knot; itemsOf never makes an empty one.
  const knot = item.knots.reduce((first, other) => (other.at.start < first.at.start ? other : first));
  const hidden = facts.hidden.get(item) ?? [];
  const bars = merged(item.knots.map(({ at }) => at));
  const onPath = hidden.filter(({ sections }) => sections.length > 0);
  return {
    span: knot.span,
    depth: parent === undefined ? 0 : (above[parent]?.depth ?? 0) + 1,
    parent,
    chip: chipOf(knot.span),
    ...nameUnder(parent === undefined ? undefined : above[parent], { ...knot.span, operation: sharedOperation(item) }),
    count: item.knots.length,
    twins: item.knots.flatMap(({ twins }) => twins),
    hidden: spansOf(hidden),
    bars,
    beyond: without(merged(onPath.map(({ at }) => at)), bars),
    duration: longest(item.knots),
    failed: knot.failed,
    origin: item.knots.some(isDeepest),
    errorType: knot.errorType,
    onPath: time !== undefined,
    share: (time ?? 0) / facts.timeline.length,
    moreSenders: item.knots.reduce(
      (sum, { span, twins }) => sum + senders(span) + twins.reduce((s, twin) => s + senders(twin), 0),
      0,
    ),
    ...(item.knots.length === 1 ? aloneWith(knot, facts.timeline) : { waits: [], cold: undefined, doubt: undefined }),
  };
}

/** `+9 more senders`, or nothing. */
export const sendersSaid = (more: number): readonly string[] =>
  more === 0 ? [] : [`+${more.toLocaleString('en-US')} more sender${more === 1 ? '' : 's'}`];

const senders = ({ alsoFrom }: Span): number => alsoFrom.length;

/** What only a span by itself can tell. */
const aloneWith = (knot: Knot, timeline: Timeline): Pick<Row, 'waits' | 'cold' | 'doubt'> => ({
  waits: waitsOf(knot, timeline),
  cold: knot.cold,
  doubt: doubtOf(knot),
});

/** X-Ray names the Lambda service, the function and its run alike: under a row of that name only what differs is worth saying. */
function nameUnder(parent: Row | undefined, span: Span): Pick<Row, 'service' | 'operation'> {
  const name = nameOf(span);
  if (parent === undefined || parent.span.service !== span.service) return name;
  if (name.operation === '') return { ...name, operation: span.operation };
  const isRun = span.resource === 'AWS::Lambda::Function' && span.operation === span.service && span.kind !== 'client';
  return isRun ? { service: span.service, operation: 'function' } : name;
}

/** Of a group whose names differ in their numbers: what they have in common. */
function sharedOperation({ knots }: Item): string {
  const [first = '', ...others] = new Set(knots.map(({ span }) => span.operation));
  return others.length === 0 ? first : templateOf(first);
}

function longest(knots: readonly Knot[]): number | undefined {
  const ended = knots.filter(({ open }) => !open).map(({ at }) => at.end - at.start);
  return ended.length === 0 ? undefined : ended.reduce((most, one) => Math.max(most, one));
}

function doubtOf({ orphan, span }: Knot): Doubt | undefined {
  if (orphan) return 'missing-parent';
  if (span.join === 'inferred') return 'inferred';
  return span.shifted === 0 ? undefined : 'skew';
}
