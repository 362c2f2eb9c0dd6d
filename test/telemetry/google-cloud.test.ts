import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from '../../src/telemetry/parse.ts';
import type { LogRecord, Parsed } from '../../src/telemetry/record.ts';
import { assemble } from '../../src/trace/assemble.ts';
import { NO_TIME } from '../../src/units.ts';
import { bytes, logsRequest, onlyLog, otlpAttributes, otlpSpan, SPAN, TRACE, traceRequest } from './samples.ts';

type Json = Readonly<Record<string, unknown>>;

const TRACE_NAME = `projects/my-shop/traces/${TRACE}`;
const AT = 1_785_830_304_877_123;

/** As a program on Cloud Run writes to its standard output. */
const line = (more: Json = {}): Json => ({
  severity: 'ERROR',
  message: 'card declined',
  time: '2026-08-04T07:58:24.877123456Z',
  'logging.googleapis.com/trace': TRACE_NAME,
  'logging.googleapis.com/spanId': SPAN,
  'logging.googleapis.com/trace_sampled': true,
  ...more,
});

/** As Cloud Logging answers and exports it. */
const entry = (more: Json = {}): Json => ({
  insertId: '42',
  logName: 'projects/my-shop/logs/run.googleapis.com%2Fstderr',
  resource: { type: 'cloud_run_revision', labels: { service_name: 'checkout', revision_name: 'checkout-00042' } },
  timestamp: '2026-08-04T07:58:24.877123456Z',
  receiveTimestamp: '2026-08-04T07:58:25Z',
  severity: 'ERROR',
  trace: TRACE_NAME,
  spanId: SPAN,
  traceSampled: true,
  textPayload: 'card declined',
  ...more,
});

const read = (...values: readonly unknown[]): Parsed =>
  parse(bytes(values.map((value) => JSON.stringify(value)).join('\n')), 'FILE');

const expected: LogRecord = {
  kind: 'log',
  traceId: onlyLog(read(line())).traceId,
  spanId: onlyLog(read(line())).spanId,
  requestId: undefined,
  service: undefined,
  at: onlyLog(read(line())).at,
  severity: 'error',
  body: 'card declined',
};

test('a line of a program names its trace and its span', () => {
  expect(read(line())).toEqual({ records: [{ ...expected, traceId: TRACE, spanId: SPAN, at: AT }], rejects: [], quiet: 0 });
});

test('an entry of Cloud Logging names its service too', () => {
  expect(read([entry()])).toEqual({ records: [{ ...expected, service: 'checkout' }], rejects: [], quiet: 0 });
});

test('lines come one a line, in a list, or both kinds mixed', () => {
  expect(read(line(), entry()).records).toHaveLength(2);
  expect(read([line(), entry()])).toEqual(read(line(), entry()));
});

test.each<[string, Json, Partial<LogRecord>]>([
  ['the trace id alone', { 'logging.googleapis.com/trace': TRACE.toUpperCase() }, { traceId: expected.traceId }],
  ['a trace that is none', { 'logging.googleapis.com/trace': 'projects/x/traces/none' }, { traceId: undefined }],
  ['a decimal span id', { 'logging.googleapis.com/spanId': BigInt(`0x${SPAN}`).toString() }, { spanId: expected.spanId }],
  [
    'seconds and nanoseconds',
    { time: undefined, timestamp: { seconds: 1_785_830_304, nanos: 877_123_456 } },
    { at: expected.at },
  ],
  ['both as fields', { time: undefined, timestampSeconds: '1785830304', timestampNanos: '877123456' }, { at: expected.at }],
  ['no time', { time: undefined }, { at: NO_TIME }],
  ['a severity that is not ours', { severity: 'EMERGENCY' }, { severity: 'error' }],
  ['no severity', { severity: 'DEFAULT' }, { severity: 'info' }],
  ['a stack without a message', { message: undefined, stack_trace: 'Error: boom\n  at f' }, { body: 'Error: boom\n  at f' }],
  ['the service of an error report', { serviceContext: { service: 'checkout' } }, { service: 'checkout' }],
])('a line with %s', (_what, more, words) => {
  expect(onlyLog(read(line(more)))).toEqual({ ...expected, ...words });
});

test.each<[string, Json, Partial<LogRecord>]>([
  ['a JSON payload', { textPayload: undefined, jsonPayload: { message: 'no funds' } }, { body: 'no funds' }],
  [
    'a request',
    { textPayload: undefined, httpRequest: { requestMethod: 'GET', requestUrl: 'https://shop/pay', status: 503 } },
    { body: 'GET https://shop/pay 503' },
  ],
  ['an audit', { textPayload: undefined, protoPayload: { methodName: 'SetIam' } }, { body: '{"methodName":"SetIam"}' }],
  ['a function', { resource: { labels: { function_name: 'pay' } } }, { service: 'pay' }],
  ['nothing but the time of receipt', { timestamp: undefined, receiveTimestamp: '2026-08-04T07:58:24.877123Z' }, {}],
  [
    'a time only inside its payload',
    {
      timestamp: undefined,
      textPayload: undefined,
      jsonPayload: { message: 'card declined', time: '2026-08-04T07:58:24.877123Z' },
    },
    {},
  ],
  ['no trace', { trace: undefined, spanId: undefined }, { traceId: undefined, spanId: undefined }],
  [
    'its trace only inside its payload',
    { trace: undefined, spanId: undefined, textPayload: undefined, jsonPayload: line({ severity: 'INFO' }) },
    {},
  ],
])('an entry with %s', (_what, more, words) => {
  expect(onlyLog(read(entry(more)))).toEqual({ ...expected, service: 'checkout', ...words });
});

describe('inside an OTLP log', () => {
  const otlp = (log: Json) => onlyLog(read(logsRequest([{ timeUnixNano: '1785830304877123000', ...log }], {})));
  const anyValue = (plain: Json) => ({ kvlistValue: { values: otlpAttributes(plain) } });
  const plain = { severity: 'ERROR', message: 'card declined', 'logging.googleapis.com/trace': TRACE_NAME };

  test('the body is such a line, as text or as an object', () => {
    expect(otlp({ body: { stringValue: JSON.stringify(line()) } })).toEqual(expected);
    expect(otlp({ body: anyValue({ ...plain, 'logging.googleapis.com/spanId': SPAN }) })).toEqual(expected);
  });

  test('the attributes are such a line', () => {
    expect(otlp({ body: { stringValue: 'paid' }, attributes: otlpAttributes(plain) })).toMatchObject({
      traceId: TRACE,
      body: 'paid',
    });
  });

  test('the ids and the severity of OTLP come first', () => {
    const other = 'a'.repeat(32);
    const log = { traceId: other, severityNumber: 13, body: { stringValue: JSON.stringify(line()) } };

    expect(otlp(log)).toMatchObject({ traceId: other, severity: 'warn' });
  });
});

test('no content of a line or an entry makes it throw', () => {
  const junk = fc.oneof(fc.jsonValue(), fc.constantFrom('', -1, 1e308, '9'.repeat(400), { seconds: 1, nanos: 1e300 }));
  const damaged = (whole: Json) =>
    fc.record(Object.fromEntries(Object.keys(whole).map((key) => [key, junk])), { requiredKeys: [] });
  fc.assert(
    fc.property(damaged(line()), damaged(entry()), (a, b) => {
      const { records, rejects } = read({ ...line(), ...a }, { ...entry(), ...b });
      expect(records.length + rejects.length).toBe(2);
      for (const record of records) expect(Number.isSafeInteger(record.kind === 'log' ? record.at : 0)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('a line joins the transaction it names', () => {
  const { records } = read(
    traceRequest([otlpSpan({ parentSpanId: '' })]),
    line(),
    entry(),
    line({ 'logging.googleapis.com/trace': 'a'.repeat(32) }),
  );
  const { transactions, counts } = assemble(records);

  expect(transactions.map((transaction) => transaction.logs.length)).toEqual([2]);
  expect(counts).toMatchObject({ placed: 3, unplaced: 1 });
});
