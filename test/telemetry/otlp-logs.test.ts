import { expect, test } from 'vitest';
import { readOtlpJson } from '../../src/telemetry/otlp-json.ts';
import { NO_TIME } from '../../src/units.ts';
import { logsRequest, onlyInvocation, onlyLog, otlpAttributes, REQUEST, SPAN, TRACE } from './samples.ts';

const AT = '1785830304877000193';

const read = (log: Readonly<Record<string, unknown>>, resource?: Readonly<Record<string, unknown>>) =>
  readOtlpJson(logsRequest([{ timeUnixNano: AT, ...log }], resource), 'logs', 'FILE');

test('a log becomes a record with all it says', () => {
  const attributes = otlpAttributes({ 'faas.invocation_id': REQUEST });

  expect(
    onlyLog(read({ traceId: TRACE, spanId: SPAN, severityNumber: 17, body: { stringValue: 'declined' }, attributes })),
  ).toEqual({
    kind: 'log',
    traceId: TRACE,
    spanId: SPAN,
    requestId: REQUEST,
    service: 'shop',
    at: 1785830304877000,
    severity: 'error',
    body: 'declined',
  });
});

test.each([
  [{ severityNumber: 1 }, 'debug'],
  [{ severityNumber: 8 }, 'debug'],
  [{ severityNumber: 9 }, 'info'],
  [{ severityNumber: 13 }, 'warn'],
  [{ severityNumber: 17 }, 'error'],
  [{ severityNumber: 24 }, 'error'],
  [{ severityNumber: 'SEVERITY_NUMBER_WARN3' }, 'warn'],
  [{ severityNumber: 0, severityText: 'Warning' }, 'warn'],
  [{ severityText: 'CRITICAL' }, 'error'],
  [{ severityText: 'chatty' }, 'info'],
  [{}, 'info'],
])('severity %j is %s', (log, severity) => {
  expect(onlyLog(read({ ...log, body: { stringValue: 'x' } })).severity).toBe(severity);
});

test.each([
  ['a map as JSON', { kvlistValue: { values: [{ key: 'orderId', value: { intValue: '7' } }] } }, '{"orderId":7}'],
  ['a list as JSON', { arrayValue: { values: [{ stringValue: 'a' }] } }, '["a"]'],
  ['a number as JSON', { intValue: '7' }, '7'],
  ['nothing', undefined, ''],
])('a body of another type is shown: %s', (_, body, shown) => {
  expect(onlyLog(read({ body })).body).toBe(shown);
});

test('a body of any length is cut', () => {
  expect(onlyLog(read({ body: { stringValue: 'x'.repeat(100_000) } })).body).toHaveLength(4_096);
});

test('an exception without a body is told by its attributes', () => {
  const attributes = otlpAttributes({ 'exception.type': 'TypeError', 'exception.message': 'x is not a function' });

  expect(onlyLog(read({ attributes })).body).toBe('TypeError: x is not a function');
});

test('the time of observation stands in for a missing time', () => {
  expect(onlyLog(read({ timeUnixNano: '0', observedTimeUnixNano: AT })).at).toBe(1785830304877000);
});

test('a log that names its trace is kept whatever its clock said', () => {
  const log = read({ timeUnixNano: '-6795364578871345152', traceId: TRACE, body: { stringValue: 'boom' } });

  expect(onlyLog(log)).toMatchObject({ traceId: TRACE, at: NO_TIME, body: 'boom' });
});

test('a log without any time is a reject', () => {
  expect(read({ timeUnixNano: undefined }).rejects).toEqual([
    { reason: 'log written at nothing (expected nanoseconds since 1970)', where: 'FILE[0]' },
  ]);
});

const FUNCTION = { 'faas.name': 'orders-fn', 'service.name': 'orders' };

test('a REPORT line in a log’s body is what the platform says of the invocation', () => {
  const line = `REPORT RequestId: ${REQUEST}\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\tMax Memory Used: 67 MB\tStatus: timeout`;

  expect(onlyInvocation(read({ body: { stringValue: line }, traceId: TRACE }, FUNCTION))).toMatchObject({
    requestId: REQUEST,
    function: 'orders-fn',
    traceId: TRACE,
    status: 'timeout',
    duration: 3_000_000,
    at: 1785830304877000,
  });
});

const event = {
  time: '2026-08-04T07:58:24.877Z',
  type: 'platform.report',
  record: { requestId: REQUEST, status: 'error', metrics: { durationMs: 12.5 } },
};

test('a platform event in a log’s body is read as text and as a map', () => {
  const asMap = {
    kvlistValue: {
      values: [
        { key: 'type', value: { stringValue: 'platform.report' } },
        {
          key: 'record',
          value: {
            kvlistValue: {
              values: [
                { key: 'requestId', value: { stringValue: REQUEST } },
                { key: 'status', value: { stringValue: 'error' } },
              ],
            },
          },
        },
      ],
    },
  };

  expect(onlyInvocation(read({ body: { stringValue: JSON.stringify(event) } }, { 'service.name': 'orders' }))).toMatchObject({
    function: 'orders',
    status: 'error',
    duration: 12_500,
  });
  expect(onlyInvocation(read({ body: asMap }, FUNCTION))).toMatchObject({
    function: 'orders-fn',
    status: 'error',
    requestId: REQUEST,
  });
});

test('a platform line that tells nothing we keep is read, and is neither record nor reject', () => {
  expect(read({ body: { stringValue: `END RequestId: ${REQUEST}` } })).toEqual({ records: [], rejects: [], quiet: 1 });
});

test('a function that logs about platform events is not the platform', () => {
  expect(onlyLog(read({ body: { stringValue: '{"message":"saw \\"platform.report\\"","type":"note"}' } })).kind).toBe('log');
});
