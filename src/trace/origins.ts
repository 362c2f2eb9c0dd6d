import type { SpanLink, SpanRecord } from '../telemetry/record.ts';
import { micros } from '../units.ts';
import { isGuess, joinKeysOf } from './join-keys.ts';
import { compare } from './node.ts';

/** A span of another part of the system that this one came from, known by an id that both bear. */
export type Origin = SpanLink & { readonly join: 'message' | 'inferred'; readonly key: string };

/** The sides of a hop run on two clocks. */
const CLOCK_ROOM = micros(1_000_000);

/** What each span came from, by every id it names; spans that name none are left out. The order of the spans does not matter. */
export function originsOf(spans: readonly SpanRecord[]): ReadonlyMap<SpanRecord, readonly Origin[]> {
  const keys = spans.map((span) => ({ span, ...joinKeysOf({ ...span, kind: span.spanKind }) }));
  const offers = new Map<string, SpanRecord[]>();
  for (const { span, offers: offered } of keys.toSorted((a, b) => byStart(a.span, b.span))) {
    for (const key of offered) {
      const known = offers.get(key);
      if (known) known.push(span);
      else offers.set(key, [span]);
    }
  }
  const found = new Map<SpanRecord, readonly Origin[]>();
  for (const { span, wants } of keys) {
    const origins = wants.flatMap((alternatives) => origin(span, alternatives, offers) ?? []);
    if (origins.length > 0) found.set(span, origins);
  }
  return found;
}

function origin(
  span: SpanRecord,
  alternatives: readonly string[],
  offers: ReadonlyMap<string, readonly SpanRecord[]>,
): Origin | undefined {
  for (const key of alternatives) {
    const others = (offers.get(key) ?? []).filter((other) => other !== span);
    const from = nearest(span, others);
    if (!from) continue;
    const traces = new Set(others.map((other) => other.traceId));
    const join = isGuess(key) || traces.size > 1 ? 'inferred' : 'message';
    return { traceId: from.traceId, spanId: from.spanId, join, key };
  }
  return undefined;
}

/**
 * An id is offered once, or by a call and by the calls inside it: the first of them is the call. Where several traces offer it, the
 * last that began before is the likeliest.
 */
function nearest(span: SpanRecord, ordered: readonly SpanRecord[]): SpanRecord | undefined {
  const room = (other: SpanRecord): number => (other.traceId === span.traceId ? 0 : CLOCK_ROOM);
  const before = ordered.filter((other) => other.start <= span.start + room(other));
  const trace = (before.at(-1) ?? ordered[0])?.traceId;
  return (before.length > 0 ? lastRun(before) : ordered).find((other) => other.traceId === trace);
}

/** The offers since another trace's last one. */
function lastRun(ordered: readonly SpanRecord[]): readonly SpanRecord[] {
  const trace = ordered.at(-1)?.traceId;
  return ordered.slice(ordered.findLastIndex((other) => other.traceId !== trace) + 1);
}

const byStart = (a: SpanRecord, b: SpanRecord): number =>
  a.start - b.start || compare(a.traceId, b.traceId) || compare(a.spanId, b.spanId);
