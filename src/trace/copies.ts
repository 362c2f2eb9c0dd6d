import type { Attributes, SpanLink, SpanRecord, SpanStatus } from '../telemetry/record.ts';
import { byIds } from './by-ids.ts';
import { sharedIds, withOwnIds } from './shared-ids.ts';

/** X-Ray's mark on a copy written while the span still ran; it must not survive in a span that ended. */
const IN_PROGRESS = 'aws.xray.inprogress';

/** Equal text for equal content, whatever the order in which keys were set. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isPlain(inner) ? Object.fromEntries(Object.entries(inner).sort(byKey)) : inner,
  );
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

/** The first of each content, in canonical order, so that neither order nor repetition of the input shows. */
export function distinct<T>(values: readonly T[]): readonly T[] {
  const seen = new Map<string, T>();
  for (const value of values) {
    const key = canonical(value);
    if (!seen.has(key)) seen.set(key, value);
  }
  return [...seen.entries()].sort(byKey).map(([, value]) => value);
}

/** One record for each span: the finished copy, with what only an in-progress copy knew. */
export function uniqueSpans(records: readonly SpanRecord[]): readonly SpanRecord[] {
  const copies = copiesOf(records);
  const shared = sharedIds(copies);
  return (shared.size === 0 ? copies : copiesOf(withOwnIds(records, shared))).map(merged);
}

/** The records of each span. */
function copiesOf(records: readonly SpanRecord[]): readonly (readonly SpanRecord[])[] {
  const all: SpanRecord[][] = [];
  const known = byIds<SpanRecord[]>();
  for (const record of records) {
    const same = known.find(record.traceId, record.spanId);
    if (same) {
      same.push(record);
      continue;
    }
    const first = [record];
    all.push(first);
    known.set(record.traceId, record.spanId, first);
  }
  return all;
}

function merged(copies: readonly SpanRecord[]): SpanRecord {
  const [only, ...more] = copies;
  if (only && more.length === 0) return only;
  return best(distinct(copies).toSorted((a, b) => fullness(b) - fullness(a)));
}

/** An end outweighs everything else a copy may know. `distinct` has put equals into canonical order, and sorting is stable. */
function fullness(record: SpanRecord): number {
  const said = [record.parentSpanId, record.service, record.resource, record.error];
  const finished = record.end === undefined ? 0 : 1_000_000;
  return (
    finished + said.filter((value) => value !== undefined).length + Object.keys(record.attributes).length + record.links.length
  );
}

function best(ranked: readonly SpanRecord[]): SpanRecord {
  const [first, ...others] = ranked;
  if (!first) throw new Error('expected at least one copy of a span');
  return others.reduce(completed, first);
}

const completed = (kept: SpanRecord, other: SpanRecord): SpanRecord => ({
  ...kept,
  parentSpanId: kept.parentSpanId ?? other.parentSpanId,
  service: kept.service ?? other.service,
  operation: kept.operation || other.operation,
  resource: kept.resource ?? other.resource,
  end: kept.end ?? other.end,
  status: strongest(kept.status, other.status),
  error: kept.error ?? other.error,
  attributes: both(kept.attributes, other.attributes),
  links: union(kept.links, other.links),
});

const strongest = (kept: SpanStatus, other: SpanStatus): SpanStatus => (kept === 'unset' ? other : kept);

function both(kept: Attributes, other: Attributes): Attributes {
  const { [IN_PROGRESS]: _mark, ...rest } = other;
  return { ...rest, ...kept };
}

function union(kept: readonly SpanLink[], other: readonly SpanLink[]): readonly SpanLink[] {
  return [...kept, ...other.filter((link) => !kept.some((same) => same.traceId === link.traceId && same.spanId === link.spanId))];
}
