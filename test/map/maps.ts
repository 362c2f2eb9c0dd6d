import type { Edge, MapScene, Place } from '../../src/map/service-map.ts';
import type { Bucket, TrendScene } from '../../src/map/trend/trend.ts';
import { fromMillis, fromSeconds, micros } from '../../src/units.ts';

/** Caller (undefined: from outside), callee, calls, p95 in ms, errors, more. */
export type EdgeSketch = readonly [
  from: string | undefined,
  to: string,
  calls: number,
  p95: number,
  errors?: number,
  more?: Partial<Edge>,
];

const edgeOf = ([from, to, calls, p95, errors = 0, more = {}]: EdgeSketch): Edge => ({
  from,
  to,
  calls,
  errors,
  origins: errors,
  p50: fromMillis(p95 / 2),
  p95: fromMillis(p95),
  async: false,
  inferred: false,
  ...more,
});

/** A map from its edges, in the order in which `observe` would give them; a place's id is its name. */
export function sceneOf(
  sketches: readonly EdgeSketch[],
  more: Partial<MapScene> & { chips?: Readonly<Record<string, string>> } = {},
): MapScene {
  const { chips = {}, ...scene } = more;
  const names = [...new Set(sketches.flatMap(([from, to]) => [to, ...(from === undefined ? [] : [from])]))].sort();
  const places: readonly Place[] = names.map((name) => ({
    id: name,
    name,
    chip: (Object.hasOwn(chips, name) ? chips[name] : undefined) ?? 'λ',
  }));
  const key = ({ from = '', to }: Edge): string => `${to}\u0000${from}`;
  const edges = sketches.map(edgeOf).sort((a, b) => (key(a) < key(b) ? -1 : 1));
  return { map: { places, edges, transactions: 1 }, window: undefined, about: undefined, focus: undefined, ...scene };
}

const ASYNC = { async: true };

/** Sixteen places: a shop whose warehouse fails. */
const SHOP: readonly EdgeSketch[] = [
  [undefined, 'shop-api', 200, 1_500],
  ['shop-api', 'checkout-fn', 200, 1_410],
  ['checkout-fn', 'sessions', 200, 5],
  ['checkout-fn', 'orders-table', 400, 46],
  ['checkout-fn', 'pricing-fn', 200, 142],
  ['pricing-fn', 'orders-table', 395, 61],
  ['checkout-fn', 'payments-fn', 198, 506, 1, { origins: 0 }],
  ['payments-fn', 'stripe', 200, 471, 1],
  ['checkout-fn', 'orders-queue', 195, 31],
  ['orders-queue', 'fulfil-fn', 182, 1_920, 0, ASYNC],
  ['fulfil-fn', 'orders-table', 181, 29],
  ['fulfil-fn', 'labels-bucket', 181, 184],
  ['fulfil-fn', 'warehouse', 191, 2_754, 66],
  ['checkout-fn', 'order-events', 195, 22],
  ['order-events', 'email-fn', 195, 64, 0, ASYNC],
  ['order-events', 'analytics-fn', 195, 50, 0, ASYNC],
  ['email-fn', 'ses', 195, 196],
  ['analytics-fn', 'firehose', 195, 41],
];

const CHIPS: Readonly<Record<string, string>> = {
  'shop-api': 'API',
  stripe: 'HTTP',
  'orders-table': 'DB',
  sessions: 'KV',
  'orders-queue': 'SQS',
  'labels-bucket': 'S3',
  warehouse: 'HTTP',
  'order-events': 'SNS',
  ses: 'HTTP',
  firehose: 'KDF',
};

export const shopScene = (more: Partial<MapScene> = {}): MapScene =>
  sceneOf(SHOP, { chips: CHIPS, window: { minutes: 15, read: 200, seen: 1_234 }, ...more });

const HOUR = 3_600_000_000;
/** 2026-11-22T09:14:00Z */
export const TREND_AT = fromMillis(Date.UTC(2026, 10, 22, 9, 14));

/** Hours before the one that the transaction is in, and ms. */
export const bucket = (age: number, p50: number, p95: number): Bucket => ({
  start: micros(Math.floor(TREND_AT / HOUR) * HOUR - age * HOUR),
  count: 10,
  p50: fromMillis(p50),
  p95: fromMillis(p95),
});

export const trend = (more: Partial<TrendScene> = {}): TrendScene => ({
  operation: 'POST /checkout',
  step: micros(HOUR),
  buckets: [bucket(2, 500, 1_000), bucket(1, 500, 2_000), bucket(0, 1_000, 4_000)],
  one: { at: TREND_AT, took: fromSeconds(8) },
  ...more,
});

/** A day in which the slowest grew slower from noon on: the median hardly moved. */
export const slowing: TrendScene = trend({
  buckets: Array.from({ length: 24 }, (_, i) =>
    bucket(23 - i, 520 + 40 * (i % 3), 900 + 120 * (i % 4) + Math.max(0, i - 19) * 520),
  ),
  one: { at: TREND_AT, took: fromSeconds(6.36) },
});
