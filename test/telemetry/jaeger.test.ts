import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from '../../src/telemetry/parse.ts';
import type { Parsed, SpanRecord } from '../../src/telemetry/record.ts';
import { bytes, onlySpan } from './samples.ts';

type Json = Readonly<Record<string, unknown>>;

const TRACE = '7be2fd98d0973be3';
const TRACE_ID = `0000000000000000${TRACE}`;
const START = 1_785_830_304_877_123;

const tag = (key: string, value: unknown, type = 'string'): Json => ({ key, type, value });
const ref = (refType: string, spanID: string, traceID = TRACE): Json => ({ refType, traceID, spanID });

/** A span as Jaeger's API answers it. */
const span = (more: Json = {}): Json => ({
  traceID: TRACE,
  spanID: 'dd05c6d06eb55e',
  operationName: 'GET /dispatch',
  references: [],
  startTime: START,
  duration: 694_382,
  tags: [],
  logs: [],
  processID: 'p1',
  warnings: null,
  ...more,
});

const processes: Json = {
  p1: { serviceName: 'frontend', tags: [tag('hostname', 'ip-10-0-0-7'), tag('jaeger.version', 'Go-2.30')] },
};
const trace = (...spans: readonly unknown[]): Json => ({ traceID: TRACE, spans, processes, warnings: null });
const answer = (...traces: readonly unknown[]): Json => ({ data: traces, total: 0, limit: 0, offset: 0, errors: null });

const read = (value: unknown): Parsed => parse(bytes(JSON.stringify(value)), 'FILE');
const only = (more: Json = {}): SpanRecord => onlySpan(read(trace(span(more))));

test('a span is read with the service and the host of its process', () => {
  expect(read(answer(trace(span({ tags: [tag('http.method', 'GET'), tag('sampler.param', '5', 'int64')] }))))).toEqual({
    records: [
      {
        kind: 'span',
        traceId: TRACE_ID,
        spanId: '00dd05c6d06eb55e',
        parentSpanId: undefined,
        service: 'frontend',
        operation: 'GET /dispatch',
        spanKind: 'internal',
        resource: undefined,
        start: START,
        end: START + 694_382,
        status: 'unset',
        error: undefined,
        attributes: { 'http.method': 'GET', 'sampler.param': 5, 'host.name': 'ip-10-0-0-7', 'jaeger.version': 'Go-2.30' },
        links: [],
      },
    ],
    rejects: [],
    quiet: 0,
  });
});

test('the same span comes out of an answer, of one trace, and of a span as Elasticsearch stores it', () => {
  const stored = { ...span(), process: processes['p1'] };
  const expected = only();

  expect(onlySpan(read(answer(trace(span()))))).toEqual(expected);
  expect(onlySpan(read([answer(trace(span()))]))).toEqual(expected);
  expect(onlySpan(parse(bytes(`${JSON.stringify(stored)}\n`), 'FILE'))).toEqual(expected);
});

test('an answer without traces is empty, not broken', () => {
  expect(read(answer())).toEqual({ records: [], rejects: [], quiet: 0 });
});

test('a name that is no hex stands for one id wherever it is read', () => {
  const child = only({ spanID: 'G', references: [ref('CHILD_OF', 'root')] });
  const root = only({ spanID: 'root' });

  expect(child.parentSpanId).toBe(root.spanId);
  expect(child.spanId).not.toBe(root.spanId);
  expect(only({ traceID: 'a'.repeat(32) }).traceId).toBe('a'.repeat(32));
  expect(only({ spanID: 'a'.repeat(32) }).spanId).toMatch(/^(?!a{16})[0-9a-f]{16}$/);
});

test.each<[string, readonly Json[], Partial<SpanRecord>]>([
  ['the first CHILD_OF is the parent', [ref('CHILD_OF', 'b')], { parentSpanId: id('b'), links: [] }],
  [
    'a FOLLOWS_FROM is a link and no parent',
    [ref('FOLLOWS_FROM', 'b')],
    { parentSpanId: undefined, links: [link('b', 'follows-from')] },
  ],
  [
    'a CHILD_OF is the parent though a FOLLOWS_FROM comes first',
    [ref('FOLLOWS_FROM', 'b'), ref('CHILD_OF', 'c')],
    { parentSpanId: id('c'), links: [link('b', 'follows-from')] },
  ],
  [
    'a second parent is a link',
    [ref('CHILD_OF', 'b'), ref('CHILD_OF', 'c')],
    { parentSpanId: id('b'), links: [link('c', 'child-of')] },
  ],
  [
    'a parent in another trace is a link',
    [ref('CHILD_OF', 'b', 'feed')],
    {
      parentSpanId: undefined,
      links: [{ ...link('b', 'child-of'), traceId: 'feed'.padStart(32, '0') as SpanRecord['traceId'] }],
    },
  ],
])('%s', (_what, references, expected) => {
  expect(only({ references })).toMatchObject(expected);
});

function id(short: string): SpanRecord['spanId'] {
  // Test ids are hex and never zero.
  return short.padStart(16, '0') as SpanRecord['spanId'];
}

function link(short: string, reference: 'child-of' | 'follows-from'): SpanRecord['links'][number] {
  return { traceId: only().traceId, spanId: id(short), reference };
}

test('the parent of a span older than references is read', () => {
  expect(only({ references: undefined, parentSpanID: 'b' }).parentSpanId).toBe(id('b'));
  expect(only({ references: [], parentSpanID: '0' }).parentSpanId).toBeUndefined();
});

describe('how a span ended', () => {
  const log = (...fields: readonly Json[]): Json => ({ timestamp: START, fields });

  test.each<[string, Json, SpanRecord['status'], SpanRecord['error']]>([
    ['error=false is none', { tags: [tag('error', false, 'bool')] }, 'unset', undefined],
    ['error=true', { tags: [tag('error', true, 'bool')] }, 'error', undefined],
    ['error=true as text', { tags: [tag('error', 'true', 'bool')] }, 'error', undefined],
    ['an error that is a word', { tags: [tag('error', 'CardDeclined')] }, 'error', { type: 'CardDeclined', message: '' }],
    ['an error that is a sentence', { tags: [tag('error', 'no funds')] }, 'error', { type: '', message: 'no funds' }],
    [
      'the status of OpenTelemetry',
      { tags: [tag('otel.status_code', 'ERROR'), tag('otel.status_description', 'boom'), tag('span.kind', 'server')] },
      'error',
      { type: '', message: 'boom' },
    ],
    ['OK of OpenTelemetry', { tags: [tag('otel.status_code', 'OK'), tag('http.status_code', 503, 'int64')] }, 'ok', undefined],
    [
      'the status of OpenCensus',
      { tags: [tag('status.code', 5, 'int64'), tag('status.message', 'no such row')] },
      'error',
      { type: 'NOT_FOUND', message: 'no such row' },
    ],
    ['OK of early OpenTelemetry', { tags: [tag('status.code', 1, 'int64'), tag('status.name', 'OK')] }, 'unset', undefined],
    ['OK of OpenCensus', { tags: [tag('status.code', 0, 'int64')] }, 'unset', undefined],
    ['a 404 to a client', { tags: [tag('http.status_code', 404, 'int64')] }, 'error', { type: '404', message: 'HTTP 404' }],
    ['a 404 of a server', { tags: [tag('http.status_code', '404', 'int64'), tag('span.kind', 'server')] }, 'unset', undefined],
    [
      'an error in the log, which may have been handled',
      { logs: [log(tag('event', 'error'), tag('error.kind', 'IOException'), tag('message', 'reset'))] },
      'unset',
      { type: 'IOException', message: 'reset' },
    ],
    [
      'an exception of OpenTelemetry beside the error',
      {
        tags: [tag('error', true, 'bool')],
        logs: [log(tag('event', 'exception'), tag('exception.type', 'E'), tag('exception.message', 'boom'))],
      },
      'error',
      { type: 'E', message: 'boom' },
    ],
    ['a log of anything else', { logs: [log(tag('event', 'cache miss'), tag('message', 'error-free'))] }, 'unset', undefined],
  ])('%s', (_what, more, status, error) => {
    expect(only(more)).toMatchObject({ status });
    expect(only(more).error).toEqual(error);
  });
});

test('the kind and the AWS resource come from tags', () => {
  const tags = [tag('span.kind', 'CLIENT'), tag('rpc.system', 'aws-api'), tag('rpc.service', 'DynamoDB')];

  expect(only({ tags })).toMatchObject({ spanKind: 'client', resource: 'AWS::DynamoDB::Table' });
});

test('an anonymised recording may begin at zero; a span without a duration was not seen to end', () => {
  expect(only({ startTime: 0, duration: 10 })).toMatchObject({ start: 0, end: 10 });
  expect(only({ duration: undefined }).end).toBeUndefined();
});

test.each<[string, Json, string]>([
  ['no trace id', { traceID: '' }, 'Jaeger span with trace id "" (expected hex digits, not all zero)'],
  ['an id of zeros', { spanID: '0000' }, 'Jaeger span with span id "0000" (expected hex digits, not all zero)'],
  ['no start', { startTime: null }, 'Jaeger span starting at nothing (expected microseconds since 1970)'],
])('a span with %s is a reject among the others', (_what, broken, reason) => {
  const { records, rejects } = read(answer(trace(span(), span(broken), span({ spanID: 'b' }))));

  expect(records).toHaveLength(2);
  expect(rejects).toEqual([{ reason, where: 'FILE[1]' }]);
});

test('no content of a span makes it throw', () => {
  const junk = fc.oneof(fc.jsonValue(), fc.constantFrom('', -1, 1e308, '9'.repeat(400), [null], { key: null }));
  const spans = fc.record(Object.fromEntries(Object.keys(span()).map((key) => [key, junk])), { requiredKeys: [] });
  fc.assert(
    fc.property(spans, (broken) => {
      const { records, rejects } = read(answer(trace({ ...span(), ...broken })));
      expect(records.length + rejects.length).toBe(1);
    }),
    { numRuns: 300 },
  );
});
