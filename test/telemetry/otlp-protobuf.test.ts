import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseOtlp } from '../../src/telemetry/otlp.ts';
import { LogsRequest, TraceRequest } from '../../src/telemetry/otlp-descriptor.ts';
import { readOtlpJson } from '../../src/telemetry/otlp-json.ts';
import { protobufSignal, readOtlpProtobuf } from '../../src/telemetry/otlp-protobuf.ts';
import { logsRequest, onlyLog, otlpAttributes, otlpSpan, PARENT, REQUEST, SPAN, TRACE, traceRequest } from './samples.ts';

/** What OpenTelemetry's own exporter puts on the wire for the spans that `run` makes. */
async function exported(run: (provider: BasicTracerProvider) => void): Promise<Uint8Array> {
  const bodies: Buffer[] = [];
  const server = createServer(async (request, response) => {
    for await (const chunk of request) bodies.push(chunk);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A listening TCP server's address is never a pipe's name.
  const { port } = server.address() as AddressInfo;
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'shop', 'cloud.platform': 'aws_lambda' }),
    spanProcessors: [new SimpleSpanProcessor(new OTLPTraceExporter({ url: `http://127.0.0.1:${port}/v1/traces` }))],
  });
  run(provider);
  await provider.shutdown();
  await new Promise((resolve) => server.close(resolve));
  return Buffer.concat(bodies);
}

const parent: Context = trace.setSpanContext(ROOT_CONTEXT, { traceId: TRACE, spanId: PARENT, traceFlags: 1, isRemote: true });

test('what OpenTelemetry’s own exporter sends is read, to the microsecond', async () => {
  const bytes = await exported((provider) => {
    const tracer = provider.getTracer('shop');
    const attributes = { 'opentracing.ref_type': 'child_of' };
    const link = { context: { traceId: TRACE, spanId: PARENT, traceFlags: 1 }, attributes };
    const span = tracer.startSpan(
      'POST /checkout',
      { kind: SpanKind.SERVER, startTime: [1785830304, 877000501], links: [link] },
      parent,
    );
    span.setAttributes({ items: 3, price: 9.5, gift: true, tags: ['a', 'b'], retries: 0, cold: false, note: '' });
    span.recordException({ name: 'TypeError', message: 'x is not a function' });
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'failed' });
    span.end([1785830305, 19000193]);
  });

  expect(protobufSignal(bytes)).toBe('traces');
  const { records, rejects } = readOtlpProtobuf(bytes, 'traces', 'body');
  expect(rejects).toEqual([]);
  expect(records).toMatchObject([
    {
      kind: 'span',
      traceId: TRACE,
      parentSpanId: PARENT,
      service: 'shop',
      operation: 'POST /checkout',
      spanKind: 'server',
      resource: 'AWS::Lambda::Function',
      start: 1785830304877001,
      end: 1785830305019000,
      status: 'error',
      error: { type: 'TypeError', message: 'x is not a function' },
      attributes: { items: 3, price: 9.5, gift: true, tags: ['a', 'b'], retries: 0, cold: false, note: '' },
      links: [{ traceId: TRACE, spanId: PARENT, reference: 'child-of' }],
    },
  ]);
});

/** Recorded from @opentelemetry/otlp-transformer 0.223.1, ProtobufLogsSerializer: encoded by other hands than ours. */
const RECORDED_LOGS =
  'CvABCjoKGgoMc2VydmljZS5uYW1lEgoKCHBheW1lbnRzChoKCWZhYXMubmFtZRINCgtwYXltZW50cy1mbhAAErEBCg0KBHNob3ASBTEuMC4wEp8BCQE2Ulczi8gYEBEaBUVSUk9SKhIKEHBheW1lbnQgZGVjbGluZWQyPAoSZmFhcy5pbnZvY2F0aW9uX2lkEiYKJDhmNWMxYTUyLTZkMWUtNGMxZS05ZDNmLTBlMmY2ZjdhOGI5YzINCgdyZXRyaWVzEgIYAzgARQEAAABKEFuO//eYA4ED0mm2M4E/xgxSCO7hm37DwbF0WQApsVgzi8gY';

test('recorded protobuf logs are read', () => {
  const bytes = Buffer.from(RECORDED_LOGS, 'base64');

  expect(protobufSignal(bytes)).toBe('logs');
  expect(onlyLog(parseOtlp('LogRecords', bytes, 'protobuf'))).toEqual({
    kind: 'log',
    traceId: TRACE,
    spanId: SPAN,
    requestId: REQUEST,
    service: 'payments',
    at: 1785830304877000,
    severity: 'error',
    body: 'payment declined',
  });
});

const binary = (id: string): Uint8Array => Buffer.from(id, 'hex');

const nanos = fc.bigInt({ min: 1_000_000_000n, max: 9_000_000_000_000_000_000n }).map(String);
const ids = fc.record({
  traceId: fc.stringMatching(/^[0-9a-f]{31}[1-9a-f]$/),
  spanId: fc.stringMatching(/^[0-9a-f]{15}[1-9a-f]$/),
});

test('a span says the same in protobuf as in JSON', () => {
  const span = fc.record({
    ids,
    start: nanos,
    end: nanos,
    name: fc.string(),
    kind: fc.nat(5),
    code: fc.nat(2),
    count: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  });
  fc.assert(
    fc.property(span, ({ ids: { traceId, spanId }, start, end, name, kind, code, count }) => {
      const attributes = [{ key: 'count', value: { intValue: String(count) } }];
      const json = otlpSpan({
        traceId,
        spanId,
        parentSpanId: SPAN,
        name,
        kind,
        startTimeUnixNano: start,
        endTimeUnixNano: end,
        attributes,
        status: { code },
      });
      const wire = { ...json, traceId: binary(traceId), spanId: binary(spanId), parentSpanId: binary(SPAN) };
      const bytes = TraceRequest.encode(TraceRequest.fromObject(traceRequest([wire]))).finish();

      expect(readOtlpProtobuf(bytes, 'traces', 'x')).toEqual(readOtlpJson(traceRequest([json]), 'traces', 'x'));
    }),
  );
});

test('a log says the same in protobuf as in JSON', () => {
  fc.assert(
    fc.property(ids, nanos, fc.string(), fc.nat(24), ({ traceId, spanId }, timeUnixNano, body, severityNumber) => {
      const attributes = otlpAttributes({ 'faas.invocation_id': REQUEST });
      const json = { timeUnixNano, traceId, spanId, severityNumber, body: { stringValue: body }, attributes };
      const wire = { ...json, traceId: binary(traceId), spanId: binary(spanId) };
      const bytes = LogsRequest.encode(LogsRequest.fromObject(logsRequest([wire]))).finish();

      expect(readOtlpProtobuf(bytes, 'logs', 'x')).toEqual(readOtlpJson(logsRequest([json]), 'logs', 'x'));
    }),
  );
});

test('malformed bytes are one reject that says what was expected', () => {
  const whole = Buffer.from(RECORDED_LOGS, 'base64');
  for (let length = 1; length < whole.length; length += 1) {
    const { records, rejects } = readOtlpProtobuf(whole.subarray(0, length), 'logs', 'body');

    expect(records).toEqual([]);
    expect(rejects).toEqual([
      {
        kind: 'bad-protobuf',
        reason: expect.stringMatching(/^OTLP protobuf logs: .+ \(expected an export request\)$/),
        where: 'body',
      },
    ]);
  }
});

/** One length-delimited field of the wire format. */
function field(id: number, body: Uint8Array): Uint8Array {
  const length: number[] = [];
  for (let rest = body.length; ; rest >>>= 7) {
    length.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest <= 127) break;
  }
  return Buffer.concat([Buffer.from([id * 8 + 2, ...length]), body]);
}

test('values nested beyond protobuf’s limit are refused, not followed', () => {
  let value = field(1, Buffer.from('bottom'));
  for (let depth = 0; depth < 10_000; depth += 1) value = field(5, field(1, value));
  const span = field(9, field(2, value));
  const bytes = field(1, field(2, field(2, span)));

  expect(readOtlpProtobuf(bytes, 'traces', 'body').rejects[0]?.kind).toBe('too-deep');
});

test.each([
  ['nothing', ''],
  ['text that begins with a line feed', '\n{"resourceSpans":[]}'],
  ['lines of text', '\nhello\nworld\n'],
  ['any JSON', '{"a":1}'],
])('%s is not taken for protobuf', (_, text) => {
  expect(protobufSignal(new TextEncoder().encode(text))).toBeUndefined();
});
