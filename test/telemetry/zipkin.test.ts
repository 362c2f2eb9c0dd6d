import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from '../../src/telemetry/parse.ts';
import type { Parsed, SpanRecord } from '../../src/telemetry/record.ts';
import { assemble } from '../../src/trace/assemble.ts';
import { bytes, onlyLog, onlySpan } from './samples.ts';

type Json = Readonly<Record<string, unknown>>;

const START = 1_785_830_304_877_123;

const span = (more: Json = {}): Json => ({
  traceId: '5af7183fb1d4cf5f',
  id: '352bff9a74ca9ad2',
  parentId: '6b221d5bc9e6496c',
  kind: 'CLIENT',
  name: 'get /api',
  timestamp: START,
  duration: 4_000,
  localEndpoint: { serviceName: 'frontend', ipv4: '192.168.99.1' },
  ...more,
});

const read = (value: unknown): Parsed => parse(bytes(JSON.stringify(value)), 'FILE');
const only = (more: Json = {}): SpanRecord => onlySpan(read([span(more)]));

test('a span is read with both of its endpoints', () => {
  const remoteEndpoint = { serviceName: 'backend', ipv4: '192.168.99.101', port: 9000 };

  expect(only({ remoteEndpoint, tags: { 'http.method': 'GET' } })).toEqual({
    kind: 'span',
    traceId: '00000000000000005af7183fb1d4cf5f',
    spanId: '352bff9a74ca9ad2',
    parentSpanId: '6b221d5bc9e6496c',
    service: 'frontend',
    operation: 'get /api',
    spanKind: 'client',
    resource: undefined,
    start: START,
    end: START + 4_000,
    status: 'unset',
    error: undefined,
    attributes: {
      'http.method': 'GET',
      'peer.service': 'backend',
      'network.peer.address': '192.168.99.101',
      'network.peer.port': 9000,
      'network.local.address': '192.168.99.1',
    },
    links: [],
  });
});

test('spans come as a list, as a list for each trace, and one a line', () => {
  const [one, two] = [span(), span({ id: 'b' })];
  const expected = read([one, two]);

  expect(expected.records).toHaveLength(2);
  expect(read([[one], [two]])).toEqual(expected);
  expect(parse(bytes(`${JSON.stringify(one)}\n${JSON.stringify(two)}`), 'FILE')).toEqual(expected);
});

test('a line of a logger that has a trace id and an id is a log', () => {
  const line = { traceId: '5af7183fb1d4cf5f', id: '7', kind: 'audit', message: 'paid', level: 'info' };

  expect(onlyLog(read([line])).body).toBe('paid');
});

describe('how a span ended', () => {
  test.each<[string, Json, SpanRecord['status'], SpanRecord['error']]>([
    ['error with a message', { tags: { error: 'no funds' } }, 'error', { type: '', message: 'no funds' }],
    ['an empty error', { tags: { error: '' } }, 'error', undefined],
    ['error=true', { tags: { error: 'true' } }, 'error', undefined],
    ['error=false', { tags: { error: 'false' } }, 'unset', undefined],
    ['a 404 to a client', { tags: { 'http.status_code': '404' } }, 'error', { type: '404', message: 'HTTP 404' }],
    ['a 404 of a server', { kind: 'SERVER', tags: { 'http.status_code': '404' } }, 'unset', undefined],
    ['a 503 of a server', { kind: 'SERVER', tags: { 'http.status_code': '503' } }, 'error', { type: '503', message: 'HTTP 503' }],
    [
      'the status of OpenCensus',
      { tags: { 'census.status_code': '14', 'census.status_description': 'no route' } },
      'error',
      { type: 'UNAVAILABLE', message: 'no route' },
    ],
    [
      'an exception of OpenTelemetry',
      {
        tags: { error: 'boom', 'otel.status_code': 'ERROR' },
        annotations: [{ timestamp: START, value: '"exception": {"exception.type":"E","exception.message":"boom"}' }],
      },
      'error',
      { type: 'E', message: 'boom' },
    ],
    ['a moment that is no error', { annotations: [{ timestamp: START, value: 'wr' }] }, 'unset', undefined],
  ])('%s', (_what, more, status, error) => {
    const record = only(more);

    expect(record.status).toBe(status);
    if (error === undefined && status === 'error') expect(record.error?.type ?? '').toBe('');
    else expect(record.error).toEqual(error);
  });
});

test.each<[string, Json, Partial<SpanRecord>]>([
  ['a local span has no kind', { kind: undefined }, { spanKind: 'internal' }],
  ['a call without its end still runs', { duration: undefined }, { end: undefined }],
  ['a message is sent in a moment', { kind: 'PRODUCER', duration: undefined }, { spanKind: 'producer', end: only().start }],
  ['a message is received in a moment', { kind: 'CONSUMER', duration: undefined }, { spanKind: 'consumer', end: only().start }],
  ['a half without a start begins with its first annotation', withoutStart(), { start: only().start }],
])('%s', (_what, more, expected) => {
  expect(only(more)).toMatchObject(expected);
});

function withoutStart(): Json {
  const annotations = [START + 3_000, START].map((timestamp) => ({ timestamp, value: 'moment' }));
  return { timestamp: 0, annotations };
}

test.each<[string, Json, string]>([
  ['no trace id', { traceId: '' }, 'Zipkin span with trace id "" (expected hex digits, not all zero)'],
  ['an id of zeros', { id: '0' }, 'Zipkin span with id "0" (expected hex digits, not all zero)'],
  ['no time', { timestamp: undefined }, 'Zipkin span at nothing (expected microseconds since 1970)'],
])('a span with %s is a reject among the others', (_what, broken, reason) => {
  const { records, rejects } = read([span(), span(broken), span({ id: 'b' })]);

  expect(records).toHaveLength(2);
  expect(rejects).toEqual([{ reason, where: 'FILE[1]' }]);
});

test('no content of a span makes it throw', () => {
  const junk = fc.oneof(fc.jsonValue(), fc.constantFrom('', -1, 1e308, '9'.repeat(400), [null], { key: null }));
  const spans = fc.record(Object.fromEntries(Object.keys(span()).map((key) => [key, junk])), { requiredKeys: [] });
  fc.assert(
    fc.property(spans, (broken) => {
      const { records, rejects } = read([{ ...span(), ...broken }]);
      expect(records.length + rejects.length).toBe(1);
    }),
    { numRuns: 300 },
  );
});

describe('a call whose halves share an id', () => {
  const client = span({ parentId: 'a', id: 'b' });
  const server = span({
    parentId: 'a',
    id: 'b',
    kind: 'SERVER',
    shared: true,
    timestamp: START + 500,
    duration: 3_000,
    localEndpoint: { serviceName: 'backend' },
  });
  const root = span({ parentId: undefined, id: 'a', kind: 'SERVER', duration: 9_000 });
  const query = span({
    parentId: 'b',
    id: 'c',
    name: 'query',
    timestamp: START + 900,
    duration: 1_000,
    localEndpoint: server['localEndpoint'],
  });
  const connect = span({ parentId: 'b', id: 'd', name: 'connect', kind: undefined, duration: 100 });

  const treeOf = (...batches: readonly (readonly unknown[])[]) => {
    const [transaction, ...others] = assemble(batches.flatMap((batch) => read(batch).records)).transactions;
    expect(others).toEqual([]);
    return transaction?.spans.map(
      ({ depth, service, operation, kind, join }) => `${depth} ${service} ${operation} ${kind} ${join}`,
    );
  };

  test('becomes two spans, the server under the client, whoever reports first', () => {
    const expected = [
      '0 frontend get /api server undefined',
      '1 frontend get /api client parent',
      '2 frontend connect internal parent',
      '2 backend get /api server parent',
      '3 backend query client parent',
    ];

    expect(treeOf([root, client, server, query, connect])).toEqual(expected);
    expect(treeOf([query, server], [connect, client, root])).toEqual(expected);
    expect(treeOf([server, server, root], [root, query, client], [connect, client])).toEqual(expected);
  });

  test('of a service that calls itself has what follows under the server', () => {
    const own = { ...server, localEndpoint: client['localEndpoint'] };

    expect(treeOf([root, client, own, connect])?.at(-1)).toBe('3 frontend connect internal parent');
  });

  test('stays one span while only one half is known', () => {
    expect(treeOf([root, server, query])).toEqual([
      '0 frontend get /api server undefined',
      '1 backend get /api server parent',
      '2 backend query client parent',
    ]);
  });
});
