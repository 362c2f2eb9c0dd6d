import { servingHalf } from '../telemetry/ids.ts';
import type { SpanRecord } from '../telemetry/record.ts';

/** The services that wrote the two halves of one call. */
type Halves = { readonly callers: Set<string>; readonly servers: Set<string> };

/**
 * Zipkin lets the client and the server of a call share one span id. Here the server's half becomes a span of its own under the
 * client's, and what hangs under the id hangs under the server, unless the client's service alone wrote it (Jaeger's rule, but
 * for that last clause). Only all records of a trace together show it: the halves come from two senders.
 */
export function withOwnIds(spans: readonly SpanRecord[]): readonly SpanRecord[] {
  const shared = sharedIds(spans);
  if (shared.size === 0) return spans;
  return spans.map((span) => {
    if (isServing(span) && shared.has(keyOf(span))) {
      return { ...span, spanId: servingHalf(span.spanId), parentSpanId: span.spanId };
    }
    const { parentSpanId } = span;
    const above = parentSpanId === undefined ? undefined : shared.get(`${span.traceId}:${parentSpanId}`);
    if (parentSpanId === undefined || !above || isOfCaller(span, above)) return span;
    return { ...span, parentSpanId: servingHalf(parentSpanId) };
  });
}

const keyOf = (span: SpanRecord): string => `${span.traceId}:${span.spanId}`;

const isServing = ({ spanKind }: SpanRecord): boolean => spanKind === 'server' || spanKind === 'consumer';

const isCalling = ({ spanKind }: SpanRecord): boolean => spanKind === 'client' || spanKind === 'producer';

const isOfCaller = ({ service = '' }: SpanRecord, { callers, servers }: Halves): boolean =>
  callers.has(service) && !servers.has(service);

function sharedIds(spans: readonly SpanRecord[]): ReadonlyMap<string, Halves> {
  const called = new Set(spans.filter(isCalling).map(keyOf));
  const shared = new Map<string, Halves>();
  for (const span of spans) {
    if (isServing(span) && called.has(keyOf(span))) shared.set(keyOf(span), { callers: new Set(), servers: new Set() });
  }
  for (const span of shared.size === 0 ? [] : spans) {
    const halves = shared.get(keyOf(span));
    if (span.service !== undefined) (isServing(span) ? halves?.servers : halves?.callers)?.add(span.service);
  }
  return shared;
}
