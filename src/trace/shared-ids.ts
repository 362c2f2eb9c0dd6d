import { servingHalf } from '../telemetry/ids.ts';
import type { SpanRecord } from '../telemetry/record.ts';
import { isCalling, isServing } from '../telemetry/span-words.ts';

/** The services that wrote the two halves of one call. */
type Halves = { readonly callers: Set<string>; readonly servers: Set<string> };

/** Ids under which both sides of a call wrote, by `keyOf`. */
export type SharedIds = ReadonlyMap<string, Halves>;

/** Of all records, those with one id together. */
export function sharedIds(copies: readonly (readonly SpanRecord[])[]): SharedIds {
  const shared = new Map<string, Halves>();
  for (const same of copies) {
    const [first] = same;
    if (first && same.length > 1 && same.some(serves) && same.some(calls)) shared.set(keyOf(first), halvesOf(same));
  }
  return shared;
}

function halvesOf(same: readonly SpanRecord[]): Halves {
  const halves: Halves = { callers: new Set(), servers: new Set() };
  for (const span of same) if (span.service !== undefined) (serves(span) ? halves.servers : halves.callers).add(span.service);
  return halves;
}

/**
 * Zipkin lets the client and the server of a call share one span id. Here the server's half becomes a span of its own under the
 * client's, and what hangs under the id hangs under the server, unless the client's service alone wrote it (Jaeger's rule, but
 * for that last clause). Only all records of a trace together show it: the halves come from two senders.
 */
export function withOwnIds(spans: readonly SpanRecord[], shared: SharedIds): readonly SpanRecord[] {
  return spans.map((span) => {
    if (serves(span) && shared.has(keyOf(span))) {
      return { ...span, spanId: servingHalf(span.spanId), parentSpanId: span.spanId };
    }
    const { parentSpanId } = span;
    const above = parentSpanId === undefined ? undefined : shared.get(`${span.traceId}:${parentSpanId}`);
    if (parentSpanId === undefined || !above || isOfCaller(span, above)) return span;
    return { ...span, parentSpanId: servingHalf(parentSpanId) };
  });
}

const keyOf = (span: SpanRecord): string => `${span.traceId}:${span.spanId}`;

const serves = ({ spanKind }: SpanRecord): boolean => isServing(spanKind);

const calls = ({ spanKind }: SpanRecord): boolean => isCalling(spanKind);

const isOfCaller = ({ service = '' }: SpanRecord, { callers, servers }: Halves): boolean =>
  callers.has(service) && !servers.has(service);
