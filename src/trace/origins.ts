import type { TraceId } from '../telemetry/ids.ts';
import type { SpanRecord } from '../telemetry/record.ts';
import { micros } from '../units.ts';
import { isGuess, type JoinKeys, joinKeysOf } from './join-keys.ts';
import { compare, type Origin } from './node.ts';

/** The sides of a hop run on two clocks. */
const CLOCK_ROOM = micros(1_000_000);

/**
 * Spans that offer one id, the first to start first, and the traces they are of. `runs`: where for each of them the spans of its
 * trace begin that follow one another.
 */
type Offers = { readonly spans: SpanRecord[]; readonly runs: number[]; readonly traces: Set<TraceId> };

/** What each span came from, by every id it names; spans that name none are left out. The order of the spans does not matter. */
export function originsOf(spans: readonly SpanRecord[]): ReadonlyMap<SpanRecord, readonly Origin[]> {
  const keys = keyed(spans);
  const offers = new Map<string, Offers>();
  for (const { span, offers: offered } of keys) {
    for (const key of offered) {
      const known = offers.get(key) ?? { spans: [], runs: [], traces: new Set() };
      offer(known, span);
      offers.set(key, known);
    }
  }
  const found = new Map<SpanRecord, readonly Origin[]>();
  for (const { span, wants } of keys) {
    const origins = wants.flatMap((alternatives) => origin(span, alternatives, offers) ?? []);
    if (origins.length > 0) found.set(span, origins);
  }
  return found;
}

type Keyed = JoinKeys & { readonly span: SpanRecord };

/** Those that name an id, the first to start first. */
function keyed(spans: readonly SpanRecord[]): readonly Keyed[] {
  const found: Keyed[] = [];
  for (const span of spans) {
    const { offers, wants } = joinKeysOf(span);
    if (offers.length + wants.length > 0) found.push({ span, offers, wants });
  }
  return found.sort((a, b) => byStart(a.span, b.span));
}

function offer({ spans, runs, traces }: Offers, span: SpanRecord): void {
  const continues = spans.at(-1)?.traceId === span.traceId;
  runs.push(continues ? (runs.at(-1) ?? 0) : spans.length);
  spans.push(span);
  traces.add(span.traceId);
}

function origin(span: SpanRecord, alternatives: readonly string[], offers: ReadonlyMap<string, Offers>): Origin | undefined {
  for (const key of alternatives) {
    const offered = offers.get(key);
    const from = offered && nearest(span, offered);
    if (!from) continue;
    const rivals = offered.traces.size - (from.traceId !== span.traceId && offered.traces.has(span.traceId) ? 1 : 0);
    return { traceId: from.traceId, spanId: from.spanId, join: isGuess(key) || rivals > 1 ? 'inferred' : 'message', key };
  }
  return undefined;
}

/**
 * An id is offered once, or by a call and by the calls inside it: the first of them is the call. Where several traces offer it, the
 * last that began before is the likeliest.
 */
function nearest(span: SpanRecord, { spans: ordered, runs }: Offers): SpanRecord | undefined {
  let last = startedBy(ordered, span.start + CLOCK_ROOM) - 1;
  // What its own trace began later came from it, not it from that.
  while (ordered[last]?.traceId === span.traceId && (ordered[last]?.start ?? 0) > span.start) last -= 1;
  const trace = ordered[last]?.traceId;
  if (trace === undefined) return ordered.find((other) => other.traceId !== span.traceId);
  return ordered[runs[last] ?? last];
}

/** How many of them had started at that time. */
function startedBy(ordered: readonly SpanRecord[], time: number): number {
  let [low, high] = [0, ordered.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ordered[middle]?.start ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

const byStart = (a: SpanRecord, b: SpanRecord): number =>
  a.start - b.start || compare(a.traceId, b.traceId) || compare(a.spanId, b.spanId);
