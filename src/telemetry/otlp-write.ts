import type { Attributes, AttributeValue, SpanKind, SpanRecord, SpanStatus, TelemetryRecord } from './record.ts';
import { STACK } from './stack.ts';

/**
 * Spans as an ExportTraceServiceRequest in OTLP/JSON, for any tool that takes it; `parseOtlp` reads it back.
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function otlpJson(records: readonly TelemetryRecord[]): string {
  const byService = new Map<string, SpanRecord[]>();
  for (const record of records) {
    if (record.kind !== 'span') continue;
    const service = record.service ?? '';
    const there = byService.get(service);
    if (there) there.push(record);
    else byService.set(service, [record]);
  }
  const resourceSpans = [...byService].map(([service, spans]) => ({
    resource: service === '' ? {} : { attributes: [keyValue(['service.name', service])] },
    scopeSpans: [{ scope: { name: 'tracefall' }, spans: spans.map(otlpSpan) }],
  }));
  return JSON.stringify({ resourceSpans }, undefined, 1);
}

/** https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto */
const KIND: Readonly<Record<SpanKind, number>> = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 };
const STATUS: Readonly<Record<SpanStatus, number>> = { unset: 0, ok: 1, error: 2 };

function otlpSpan(span: SpanRecord) {
  const { traceId, spanId, parentSpanId, operation, spanKind, start, end, status, error, attributes, links } = span;
  return {
    ...{ traceId, spanId, ...(parentSpanId && { parentSpanId }), name: operation, kind: KIND[spanKind] },
    startTimeUnixNano: nanos(start),
    ...(end !== undefined && { endTimeUnixNano: nanos(end) }),
    attributes: Object.entries(attributes).map(keyValue),
    status: { code: STATUS[status], ...(error && { message: error.message }) },
    ...(error && { events: [exception(error, attributes, nanos(end ?? start))] }),
    ...(links.length > 0 && { links: links.map(({ traceId: trace, spanId: linked }) => ({ traceId: trace, spanId: linked })) }),
  };
}

/** https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-spans/ */
function exception({ type, message }: NonNullable<SpanRecord['error']>, attributes: Attributes, timeUnixNano: string) {
  const stack = attributes[STACK];
  const said: Attributes = {
    ...{ 'exception.type': type, 'exception.message': message },
    ...(stack !== undefined && { [STACK]: stack }),
  };
  return { timeUnixNano, name: 'exception', attributes: Object.entries(said).map(keyValue) };
}

const nanos = (time: number): string => `${BigInt(time) * 1_000n}`;

const keyValue = ([key, value]: readonly [string, AttributeValue]) => ({ key, value: anyValue(value) });

function anyValue(value: AttributeValue) {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  return { arrayValue: { values: value.map((item) => ({ stringValue: item })) } };
}
