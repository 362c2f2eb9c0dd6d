import { describe, expect, test } from 'vitest';
import { readOtlpJson } from '../../src/telemetry/otlp-json.ts';
import type { SpanRecord } from '../../src/telemetry/record.ts';
import { onlySpan, otlpAttributes, otlpSpan, PARENT, SPAN, TRACE, traceRequest } from './samples.ts';

const span = (more: Readonly<Record<string, unknown>> = {}, resource?: Readonly<Record<string, unknown>>): SpanRecord =>
  onlySpan(readOtlpJson(traceRequest([otlpSpan(more)], resource), 'traces', 'FILE'));

test('a span becomes a record with all it says', () => {
  expect(span({ attributes: otlpAttributes({ 'http.request.method': 'POST' }) })).toEqual({
    kind: 'span',
    traceId: TRACE,
    spanId: SPAN,
    parentSpanId: PARENT,
    service: 'shop',
    operation: 'POST /checkout',
    spanKind: 'server',
    resource: undefined,
    start: 1785830304877000,
    end: 1785830305019000,
    status: 'unset',
    error: undefined,
    attributes: { 'http.request.method': 'POST', 'service.name': 'shop' },
    links: [],
  });
});

test.each([
  ['hex', TRACE, TRACE],
  ['upper-case hex', TRACE.toUpperCase(), TRACE],
  ["X-Ray's form", '1-5b8efff7-98038103d269b633813fc60c', TRACE],
  ['base64 by mistake', Buffer.from(TRACE, 'hex').toString('base64'), TRACE],
  ['64 bits of an older tracer', 'd269b633813fc60c', '0000000000000000d269b633813fc60c'],
])('a trace id is read from %s', (_, written, read) => {
  expect(span({ traceId: written }).traceId).toBe(read);
});

test('a span id in base64 by mistake is read', () => {
  expect(span({ spanId: Buffer.from(SPAN, 'hex').toString('base64') }).spanId).toBe(SPAN);
});

test.each([[undefined], [null], [''], ['0000000000000000'], ['not hex'], [7]])(
  'parent span id %j is no parent',
  (parentSpanId) => {
    expect(span({ parentSpanId }).parentSpanId).toBeUndefined();
  },
);

test.each([
  ['no trace id', { traceId: undefined }, 'span with trace id nothing (expected 32 hex digits, not all zero)'],
  [
    'an all-zero trace id',
    { traceId: '0'.repeat(32) },
    `span with trace id "${'0'.repeat(32)}" (expected 32 hex digits, not all zero)`,
  ],
  [
    'an all-zero span id',
    { spanId: '0'.repeat(16) },
    `span with span id "${'0'.repeat(16)}" (expected 16 hex digits, not all zero)`,
  ],
  [
    'a span id of another type',
    { spanId: { toString: 1 } },
    'span with span id an object (expected 16 hex digits, not all zero)',
  ],
  ['no start', { startTimeUnixNano: '0' }, 'span starting at "0" (expected nanoseconds since 1970)'],
  [
    'a start beyond what is exact',
    { startTimeUnixNano: '18446744073709551615' },
    'span starting at "18446744073709551615" (expected nanoseconds since 1970)',
  ],
])('a span with %s is a reject that says so, beside the spans that are whole', (_, more, reason) => {
  const parsed = readOtlpJson(traceRequest([otlpSpan(), otlpSpan(more)]), 'traces', 'FILE:3');

  expect(parsed.records).toHaveLength(1);
  expect(parsed.rejects).toEqual([{ reason, where: 'FILE:3[1]' }]);
});

test.each([
  ['digits, to the last of them', '1785830304877000499', 1785830304877000],
  ['digits, rounded to the nearest', '1785830304877000500', 1785830304877001],
  ['a number', Number('1785830304877000193'), 1785830304877000],
])('the start is exact from %s', (_, startTimeUnixNano, start) => {
  expect(span({ startTimeUnixNano }).start).toBe(start);
});

test.each([[undefined], [null], [0], ['0'], ['']])('end %j means that the span was not seen to end', (endTimeUnixNano) => {
  expect(span({ endTimeUnixNano }).end).toBeUndefined();
});

test.each([
  [0, 'internal'],
  [1, 'internal'],
  [2, 'server'],
  [3, 'client'],
  [4, 'producer'],
  [5, 'consumer'],
  [99, 'internal'],
  [undefined, 'internal'],
  ['SPAN_KIND_CONSUMER', 'consumer'],
  ['SPAN_KIND_UNSPECIFIED', 'internal'],
  ['CLIENT', 'client'],
])('kind %j is %s', (kind, spanKind) => {
  expect(span({ kind }).spanKind).toBe(spanKind);
});

test.each([
  [0, 'unset'],
  [1, 'ok'],
  [2, 'error'],
  ['STATUS_CODE_OK', 'ok'],
  ['STATUS_CODE_ERROR', 'error'],
  ['ERROR', 'error'],
  [undefined, 'unset'],
])('status code %j is %s', (code, status) => {
  expect(span({ status: { code } }).status).toBe(status);
});

test('an exception event is the error, its message before that of the status', () => {
  const events = [
    {
      name: 'exception',
      attributes: otlpAttributes({ 'exception.type': 'TypeError', 'exception.message': 'x is not a function' }),
    },
  ];

  expect(span({ status: { code: 2, message: 'failed' }, events }).error).toEqual({
    type: 'TypeError',
    message: 'x is not a function',
  });
});

test.each([
  ['the resource', { 'service.name': 'shop' }, 'shop'],
  [
    'the function where the SDK was told no service',
    { 'service.name': 'unknown_service:node', 'faas.name': 'shop-fn' },
    'shop-fn',
  ],
  ['nobody', { 'service.name': 'unknown_service:java' }, undefined],
  ['nobody', {}, undefined],
])('the service is named by %s', (_, resource, service) => {
  expect(span({}, resource).service).toBe(service);
});

test('of two attributes of one name the span’s wins over the scope’s, and that over the resource’s', () => {
  const request = traceRequest(
    [otlpSpan({ attributes: otlpAttributes({ a: 'span' }) })],
    { a: 'resource', b: 'resource', c: 'resource' },
    { a: 'scope', b: 'scope' },
  );

  expect(onlySpan(readOtlpJson(request, 'traces', 'FILE')).attributes).toEqual({ a: 'span', b: 'scope', c: 'resource' });
});

test('links with whole ids are kept, 128 at most', () => {
  const link = { traceId: TRACE, spanId: PARENT };

  expect(span({ links: [link, { traceId: TRACE }, null] }).links).toEqual([link]);
  expect(span({ links: Array.from({ length: 200 }, () => link) }).links).toHaveLength(128);
});

test.each([
  ['a list', [], 'OTLP/JSON traces: a list (expected an object with a list resourceSpans)'],
  ['text', 'spans', 'OTLP/JSON traces: "spans" (expected an object with a list resourceSpans)'],
  [
    'logs',
    { resourceLogs: [] },
    'OTLP/JSON traces: an object whose resourceSpans is nothing (expected an object with a list resourceSpans)',
  ],
  [
    'an object for the list',
    { resourceSpans: {} },
    'OTLP/JSON traces: an object whose resourceSpans is an object (expected an object with a list resourceSpans)',
  ],
])('%s is no trace request, and the reject says what it is', (_, value, reason) => {
  expect(readOtlpJson(value, 'traces', 'body')).toEqual({
    records: [],
    rejects: [{ kind: 'unknown-format', reason, where: 'body' }],
    quiet: 0,
  });
});

test('a request without anything in it is read', () => {
  expect(readOtlpJson({}, 'traces', 'body')).toEqual({ records: [], rejects: [], quiet: 0 });
  expect(readOtlpJson({ resourceSpans: [{}, { scopeSpans: [{}] }, null] }, 'traces', 'body')).toEqual({
    records: [],
    rejects: [],
    quiet: 0,
  });
});

describe('a span that OpenTracing’s shim made', () => {
  const link = (reference: string, word: string, spanId: string) => ({
    traceId: TRACE,
    spanId,
    attributes: otlpAttributes({ [reference]: word }),
  });

  test.each([
    ['the shim for JavaScript', 'span.kind'],
    ['the specification', 'opentracing.ref_type'],
  ])('refers to others as %s writes it', (_who, key) => {
    expect(span({ links: [link(key, 'child_of', SPAN), link(key, 'follows_from', SPAN), link(key, 'x', SPAN)] }).links).toEqual([
      { traceId: TRACE, spanId: SPAN, reference: 'child-of' },
      { traceId: TRACE, spanId: SPAN, reference: 'follows-from' },
      { traceId: TRACE, spanId: SPAN },
    ]);
  });

  test('has no parent where it only follows it', () => {
    expect(span({ links: [link('opentracing.ref_type', 'follows_from', PARENT)] }).parentSpanId).toBeUndefined();
    expect(span({ links: [link('opentracing.ref_type', 'child_of', PARENT)] }).parentSpanId).toBe(PARENT);
    expect(
      span({ links: [{ ...link('opentracing.ref_type', 'follows_from', PARENT), traceId: '1'.repeat(32) }] }).parentSpanId,
    ).toBe(PARENT);
  });

  test('has its kind and its error as tags', () => {
    const attributes = [...otlpAttributes({ 'span.kind': 'producer' }), { key: 'error', value: { boolValue: true } }];

    expect(span({ kind: 1, attributes })).toMatchObject({ spanKind: 'producer', status: 'error' });
    expect(span({ kind: 3, attributes, status: { code: 1 } })).toMatchObject({ spanKind: 'client', status: 'ok' });
  });
});
