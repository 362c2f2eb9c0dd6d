import { expect, test } from 'vitest';
import { parse } from '../../src/telemetry/parse.ts';
import { awsSpan, bytes, onlySpan, otlpAttributes, otlpSpan, SPAN, TRACE, traceRequest } from './samples.ts';

const read = (value: unknown) => parse(bytes(JSON.stringify(value)), 'FILE');
const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');

const [group] = (traceRequest([otlpSpan()]) as { readonly resourceSpans: readonly { readonly scopeSpans: unknown }[] })
  .resourceSpans;
const { scopeSpans, ...resource } = group ?? { scopeSpans: [] };
const XRAY = `1-${TRACE.slice(0, 8)}-${TRACE.slice(8)}`;
const retrieved = (...documents: readonly unknown[]) => ({
  RetrievalStatus: 'COMPLETE',
  TraceFormat: 'OTEL',
  Traces: [{ Id: XRAY, Duration: 0.142, Spans: documents.map((each) => ({ Id: SPAN, Document: JSON.stringify(each) })) }],
});

test.each<[string, unknown]>([
  ['Jaeger’s API v3', { result: traceRequest([otlpSpan()]) }],
  ['Tempo’s API v2', { trace: traceRequest([otlpSpan()]) }],
  ['Tempo’s API', { batches: [group] }],
  ['an OTLP request older than 1.0', { resourceSpans: [{ ...resource, instrumentationLibrarySpans: scopeSpans }] }],
  [
    'Tempo’s API, ids in base64',
    {
      trace: traceRequest([otlpSpan({ traceId: base64(TRACE), spanId: base64(SPAN), parentSpanId: base64('eee19b7ec3c1b173') })]),
    },
  ],
  ['X-Ray’s ListRetrievedTraces, whole requests', retrieved(traceRequest([otlpSpan()]))],
])('spans in the answer of %s are those of the request', (_what, answer) => {
  expect(read(answer)).toEqual(read(traceRequest([otlpSpan()])));
});

test('spans that X-Ray retrieves in the format OTEL are read as in aws/spans', () => {
  const { traceId, spanId, service, operation, attributes } = onlySpan(
    read(retrieved(awsSpan({ resource: { attributes: { 'service.name': 'shop' } } }))),
  );

  expect({ traceId, spanId, service, operation }).toEqual({
    traceId: TRACE,
    spanId: SPAN,
    service: 'shop',
    operation: 'S3.ListBuckets',
  });
  expect(attributes['rpc.service']).toBe('S3');
});

test('one span of OTLP by itself is read, its attributes a list', () => {
  const alone = otlpSpan({
    attributes: otlpAttributes({ 'http.response.status_code': 502 }),
    resource: { attributes: otlpAttributes({ 'service.name': 'shop' }) },
  });

  expect(onlySpan(read(alone))).toMatchObject({ service: 'shop', status: 'error', error: { type: '502' } });
  expect(onlySpan(read(retrieved(alone)))).toEqual(onlySpan(read(alone)));
});

test('an answer in which one document is broken keeps the others', () => {
  const { records, rejects } = read(retrieved(awsSpan(), { traceId: TRACE }));

  expect(records).toHaveLength(1);
  expect(rejects).toHaveLength(1);
});
