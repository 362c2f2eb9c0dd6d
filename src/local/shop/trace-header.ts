import { type Context, ROOT_CONTEXT, type SpanContext, TraceFlags, trace } from '@opentelemetry/api';

/** `00-<trace>-<span>-01`, which travels in requests and messages. https://www.w3.org/TR/trace-context/#traceparent-header */
export function traceparent(of: Context): string {
  const span = trace.getSpanContext(of);
  if (span === undefined) throw new Error('expected to be inside a span');
  return `00-${span.traceId}-${span.spanId}-01`;
}

/** Where the sender of a `traceparent` was. */
export function sender(header: string): SpanContext {
  const [, traceId = '', spanId = ''] = header.split('-');
  return { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
}

export const below = (parent: SpanContext): Context => trace.setSpanContext(ROOT_CONTEXT, parent);

/** `Root=1-…;Parent=…;Sampled=1`, the same trace as AWS writes it. */
export function xrayHeader(traceId: string, parentSpanId: string): string {
  return `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)};Parent=${parentSpanId};Sampled=1`;
}
