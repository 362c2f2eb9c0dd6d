import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { spanId, traceId, xrayTraceId } from '../../src/telemetry/ids.ts';
import { lambdaLine } from '../../src/telemetry/lambda-lines.ts';
import { parseOtlp } from '../../src/telemetry/otlp.ts';
import { readOtlpJson } from '../../src/telemetry/otlp-json.ts';
import { parse } from '../../src/telemetry/parse.ts';
import type { Parsed } from '../../src/telemetry/record.ts';
import { isoTime } from '../../src/telemetry/time.ts';
import { awsSpan, bytes, logsRequest, otlpSpan, packed, payload, REQUEST, traceRequest } from './samples.ts';

const prototypeKeys = Object.getOwnPropertyNames(Object.prototype).toSorted();

afterEach(() => {
  expect(Object.getOwnPropertyNames(Object.prototype).toSorted()).toEqual(prototypeKeys);
});

/** What every reading must hold to: plain records of bounded size that survive JSON. */
function expectSound({ records, rejects }: Parsed): void {
  for (const record of records) {
    const text = JSON.stringify(record);
    expect(text.length).toBeLessThan(1_500_000);
    // A lone surrogate, which JSON escapes and UTF-8 does not have; a backslash before it is one that the text contains.
    expect(text).not.toMatch(/(?<!\\)\\ud[89a-f]/);
    if (record.kind === 'span') expect(Number.isSafeInteger(record.start)).toBe(true);
    else expect(Number.isSafeInteger(record.at)).toBe(true);
  }
  for (const { reason, where } of rejects) {
    expect(reason.length).toBeLessThan(400);
    expect(where).toMatch(/^FILE/);
  }
}

test('no bytes make it throw', () => {
  const binary = fc.uint8Array({ maxLength: 400 });
  const input = fc.oneof(
    binary,
    binary.map((tail) => new Uint8Array([0x0a, ...tail])),
    binary.map((tail) => new Uint8Array([0x1f, 0x8b, 0x08, ...tail])),
    binary.map((plain) => new Uint8Array(gzipSync(plain))),
    fc.string({ unit: 'binary' }).map(bytes),
  );
  fc.assert(
    fc.property(input, (any) => expectSound(parse(any, 'FILE'))),
    { numRuns: 1_000 },
  );
});

test('no JSON makes it throw', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), (json) => expectSound(parse(bytes(json), 'FILE'))),
    { numRuns: 500 },
  );
});

const junk = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>({ toString: 1, valueOf: 1 }, { __proto__: null }, '', '\ud800', 1e308, -0, [[[[]]]], '9'.repeat(25)),
);

/** The same JSON with one of its values, anywhere, replaced by junk. */
function damaged(value: unknown): fc.Arbitrary<unknown> {
  if (typeof value !== 'object' || value === null) return junk;
  const entries = Object.entries(value);
  const inside = entries.map(([key, item], index) =>
    damaged(item).map((worse) => {
      if (Array.isArray(value)) return value.with(index, worse);
      return { ...value, [key]: worse };
    }),
  );
  return fc.oneof({ arbitrary: junk, weight: 1 }, ...inside.map((arbitrary) => ({ arbitrary, weight: 5 })));
}

const event = { attributes: [{ key: 'exception.type', value: { stringValue: 'E' } }] };
const link = { traceId: otlpSpan()['traceId'], spanId: otlpSpan()['spanId'] };
const whole = {
  traces: traceRequest([
    otlpSpan({
      attributes: [{ key: 'k', value: { arrayValue: { values: [{ intValue: '1' }] } } }],
      events: [event],
      links: [link],
    }),
  ]),
  logs: logsRequest([
    { timeUnixNano: '1785830304877000193', body: { kvlistValue: { values: [{ key: 'k', value: { boolValue: true } }] } } },
  ]),
  'aws/spans': [awsSpan({ events: [{ attributes: { 'exception.type': 'E' } }], scope: { attributes: { k: [1] } } })],
  payload: payload([`START RequestId: ${REQUEST}`, JSON.stringify(awsSpan())]),
  platform: {
    time: '2026-08-04T07:58:24.877Z',
    type: 'platform.report',
    record: { requestId: REQUEST, metrics: { durationMs: 1 }, tracing: { value: 'Root=1' } },
  },
  line: { level: 'ERROR', requestId: REQUEST, message: { errorType: 'E', errorMessage: 'm' }, timestamp: 1, traceId: 'Root=;;=' },
};

test.each(Object.entries(whole))('%s with any part replaced is read or refused, never thrown at', (_, sample) => {
  fc.assert(
    fc.property(damaged(sample), (worse) => expectSound(parse(bytes(JSON.stringify(worse)), 'FILE'))),
    { numRuns: 500 },
  );
});

test('no line of a log makes it throw, and its record is one of the three or none', () => {
  const words = fc.constantFrom(
    'REPORT RequestId: ',
    'START RequestId: ',
    REQUEST,
    '\t',
    '\n',
    ' ',
    'Duration: 1e999 ms',
    'Status: ',
    '{"type":"platform.',
    '"}',
    '[ERROR]\t',
    '2026-99-99T99:99:99Z',
    'Task timed out after 3.00 seconds',
    '\u0000',
    '\ud800',
  );
  const line = fc.array(fc.oneof(words, fc.string()), { maxLength: 12 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(line, (text) => {
      const record = lambdaLine(text, { function: undefined, at: undefined });

      expect(['invocation', 'log', undefined]).toContain(record?.kind);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  [
    'an attribute’s value',
    (deep: string) => `{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[{"key":"k","value":${deep}}]}]}]}]}`,
  ],
  [
    'an aws/spans attribute',
    (deep: string) => JSON.stringify(awsSpan({ attributes: {} })).replace('"attributes":{}', `"attributes":{"k":${deep}}`),
  ],
  ['a log’s message', (deep: string) => `{"level":"INFO","message":${deep}}`],
  ['a platform event', (deep: string) => `{"type":"platform.report","record":${deep}}`],
  ['the whole', (deep: string) => deep],
])('%s nested a million levels deep overflows no stack', (_, around) => {
  const lists = `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`;

  expectSound(parse(bytes(around(lists)), 'FILE'));
});

test('keys that mean something to JavaScript are harmless everywhere', () => {
  const evil = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1,"hasOwnProperty":1}';
  const request = `{"resourceSpans":[{"resource":${evil},"scopeSpans":[{"scope":${evil},"spans":[${JSON.stringify(otlpSpan()).replace('"attributes":[]', '"attributes":[{"key":"__proto__","value":{"stringValue":"x"}},{"key":"constructor","value":{"stringValue":"c"}}]')}]}]}]}`;
  const { records } = parse(bytes(request), 'FILE');

  expect(records).toMatchObject([{ attributes: { constructor: 'c', 'otel.dropped_attributes_count': 1 } }]);
  for (const input of [
    evil,
    JSON.stringify(awsSpan({ attributes: {} })).replace('"attributes":{}', `"attributes":${evil}`),
    JSON.stringify(packed(payload([evil]))),
  ]) {
    expectSound(parse(bytes(input), 'FILE'));
  }
  expect('polluted' in {}).toBe(false);
});

test('ten thousand attributes and links of one span are cut to what a span may have', () => {
  const attributes = Array.from({ length: 10_000 }, (_, index) => ({
    key: `k${index}`,
    value: { stringValue: 'x'.repeat(5_000) },
  }));
  const links = Array.from({ length: 10_000 }, () => link);

  const parsed = readOtlpJson(traceRequest([otlpSpan({ attributes, links })]), 'traces', 'FILE');

  expectSound(parsed);
  expect(JSON.stringify(parsed).length).toBeLessThan(600_000);
});

test('names of any length are cut', () => {
  const long = 'n'.repeat(1_000_000);
  const named = { 'service.name': long, 'faas.name': long };
  const inputs = [
    traceRequest([otlpSpan({ name: long })], named),
    logsRequest([{ timeUnixNano: '1785830304877000193', body: { stringValue: `START RequestId: ${REQUEST}` } }], named),
    awsSpan({ name: long, resource: { attributes: named } }),
    { level: 'INFO', message: long, service: long, requestId: long },
    payload([`START RequestId: ${long}`], { logGroup: `/aws/lambda/${long}` }),
  ];
  for (const input of inputs) {
    const parsed = parse(bytes(JSON.stringify(input)), 'FILE');

    expect(parsed.records).toHaveLength(1);
    expect(JSON.stringify(parsed).length).toBeLessThan(12_000);
  }
});

test('lines that a careless pattern would chew on are read in time that grows with their length', () => {
  const evil = [
    '-'.repeat(1_000_000),
    ' '.repeat(1_000_000),
    '\t'.repeat(1_000_000),
    `REPORT RequestId: ${'a'.repeat(1_000_000)}`,
    'Duration: '.repeat(100_000),
    '[ERROR]'.repeat(100_000),
    '2026-08-04T07:58:24'.repeat(50_000),
  ];
  for (const text of evil) {
    const began = performance.now();
    lambdaLine(text, { function: undefined, at: undefined });
    isoTime(text);
    parse(bytes(`START RequestId: x\n${text}`), 'FILE');

    // Measured: under 40 ms each. A pattern that backtracks takes minutes.
    expect(performance.now() - began).toBeLessThan(2_000);
  }
});

test('a body of OTLP that is not even JSON is a reject', () => {
  expect(parseOtlp('Spans', bytes('{'), 'json')).toEqual({
    records: [],
    rejects: [{ kind: 'bad-json', reason: 'not JSON (expected OTLP/JSON traces)', where: 'body' }],
    quiet: 0,
  });
  expect(parseOtlp('LogRecords', bytes('{"resourceSpans":[]}'), 'json').rejects).toHaveLength(1);
});

test('an id comes back the same from X-Ray’s form and from W3C’s, in either case', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9a-f]{32}$/), (hex) => {
      const id = traceId(hex);
      if (id === undefined) return expect(hex).toBe('0'.repeat(32));
      expect(traceId(xrayTraceId(id))).toBe(id);
      expect(traceId(hex.toUpperCase())).toBe(id);
      expect(xrayTraceId(id)).toMatch(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    }),
  );
  expect(traceId('0'.repeat(32))).toBeUndefined();
  expect(spanId('0'.repeat(16))).toBeUndefined();
});
