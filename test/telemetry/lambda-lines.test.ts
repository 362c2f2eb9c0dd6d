import { expect, test } from 'vitest';
import { type LineContext, lambdaLine } from '../../src/telemetry/lambda-lines.ts';
import type { InvocationRecord, LogRecord } from '../../src/telemetry/record.ts';
import { fromMillis, NO_TIME } from '../../src/units.ts';
import { REQUEST, SPAN, TRACE } from './samples.ts';

const AT = fromMillis(1785830304877);
const context: LineContext = { function: 'orders', at: AT };

function invocation(line: string, around: LineContext = context): InvocationRecord {
  const record = lambdaLine(line, around);
  if (record?.kind !== 'invocation') throw new Error(`expected an invocation, not ${JSON.stringify(record)}`);
  return record;
}

function log(line: string, around: LineContext = context): LogRecord {
  const record = lambdaLine(line, around);
  if (record?.kind !== 'log') throw new Error(`expected a log, not ${JSON.stringify(record)}`);
  return record;
}

const REPORT = `REPORT RequestId: ${REQUEST}\tDuration: 14.97 ms\tBilled Duration: 15 ms\tMemory Size: 128 MB\tMax Memory Used: 67 MB\t`;
const NOTHING = {
  traceId: undefined,
  spanId: undefined,
  parentSpanId: undefined,
  status: undefined,
  error: undefined,
  duration: undefined,
  initDuration: undefined,
  memorySizeMB: undefined,
  maxMemoryUsedMB: undefined,
};

test('START tells that an invocation began', () => {
  expect(invocation(`START RequestId: ${REQUEST} Version: $LATEST\n`)).toEqual({
    ...NOTHING,
    kind: 'invocation',
    function: 'orders',
    requestId: REQUEST,
    phase: 'start',
    at: AT,
  });
});

test.each([
  ['a warm run', REPORT, { duration: 14_970, memorySizeMB: 128, maxMemoryUsedMB: 67 }],
  ['a cold start', `${REPORT}Init Duration: 145.69 ms\t\n`, { duration: 14_970, initDuration: 145_690 }],
  [
    'a restored sandbox',
    `${REPORT}Restore Duration: 300.00 ms\tBilled Restore Duration: 1 ms\t`,
    { duration: 14_970, billedDuration: 15_000, initDuration: undefined, restoreDuration: 300_000, billedRestoreDuration: 1_000 },
  ],
  ['a timeout', `${REPORT}Status: timeout`, { status: 'timeout', error: undefined }],
  [
    'memory used up',
    `${REPORT}Status: error\tError Type: Runtime.OutOfMemory`,
    { status: 'error', error: { type: 'Runtime.OutOfMemory', message: '' } },
  ],
  ['a success said aloud', `${REPORT}Status: success`, { status: 'success' }],
  [
    'a traced run, on a second line',
    `${REPORT}\nXRAY TraceId: 1-5b8efff7-98038103d269b633813fc60c\tSegmentId: ${SPAN}\tSampled: true\t\n`,
    { traceId: TRACE, spanId: SPAN },
  ],
  ['fields between blanks, as a collector writes them', REPORT.replaceAll('\t', ' '), { duration: 14_970, memorySizeMB: 128 }],
  ['an absurd duration', `REPORT RequestId: ${REQUEST}\tDuration: 1e300 ms\t`, { duration: undefined }],
])('REPORT of %s is read', (_, line, told) => {
  expect(invocation(line)).toMatchObject({ requestId: REQUEST, phase: 'report', function: 'orders', ...told });
});

test('a REPORT line without a time is put where its trace began, or nowhere', () => {
  const undated = { function: undefined, at: undefined };

  expect(invocation(`${REPORT}XRAY TraceId: 1-5b8efff7-98038103d269b633813fc60c\t`, undated).at).toBe(0x5b8efff7 * 1_000_000);
  expect(invocation(REPORT, undated).at).toBe(NO_TIME);
});

test.each([
  `2026-08-04T07:58:27.877Z ${REQUEST} Task timed out after 3.00 seconds`,
  `2026-08-04T07:58:27.877Z ${REQUEST} Task timed out after 3.00 seconds\n\n`,
])('a timed out task is an invocation that failed, at the line’s own time: %j', (line) => {
  expect(invocation(line)).toEqual({
    ...NOTHING,
    kind: 'invocation',
    function: 'orders',
    requestId: REQUEST,
    phase: 'report',
    at: Date.parse('2026-08-04T07:58:27.877Z') * 1_000,
    status: 'timeout',
    error: { type: 'Sandbox.Timedout', message: 'Task timed out after 3.00 seconds' },
    duration: 3_000_000,
  });
});

test('a caller’s log that quotes its callee’s timeout is a log', () => {
  const line = `2026-08-04T07:58:27.877Z\t${REQUEST}\tERROR\tinvoke failed: 2026-08-04T07:58:27.800Z 11111111-6d1e-4c1e-9d3f-0e2f6f7a8b9c Task timed out after 3.00 seconds`;

  expect(log(line)).toMatchObject({ requestId: REQUEST, severity: 'error' });
});

test('a runtime that died is an invocation that failed', () => {
  const line = `RequestId: ${REQUEST} Error: Runtime exited with error: signal: killed\nRuntime.ExitError\n`;

  expect(invocation(line)).toMatchObject({
    requestId: REQUEST,
    phase: 'report',
    status: 'error',
    error: { type: 'Runtime.ExitError', message: 'Runtime exited with error: signal: killed' },
  });
});

test('a process that exited, as older runtimes and the Logs API told it', () => {
  const line = `RequestId: ${REQUEST} Process exited before completing request`;
  const told = { requestId: REQUEST, phase: 'report', status: 'error' };

  expect(invocation(line)).toMatchObject({ ...told, error: { message: 'Process exited before completing request' } });
  expect(invocation(platform('platform.fault', line))).toMatchObject(told);
});

const platform = (type: string, record: unknown): string => JSON.stringify({ time: '2026-08-04T07:58:24.877Z', type, record });
const tracing = {
  spanId: SPAN,
  type: 'X-Amzn-Trace-Id',
  value: 'Root=1-5b8efff7-98038103d269b633813fc60c;Parent=0efbd19962d95b05;Sampled=1',
};
test('what a web function’s invocation reports is read like any other', () => {
  const report = platform('platform.invokeReport', { requestId: REQUEST, status: 'timeout', metrics: { durationMs: 60_000 } });

  expect(invocation(report)).toMatchObject({ phase: 'report', status: 'timeout', duration: 60_000_000 });
  expect(invocation(platform('platform.invokeStart', { requestId: REQUEST })).phase).toBe('start');
  expect(lambdaLine(platform('platform.requestComplete', { requestId: REQUEST, status: 'success' }), context)).toBeUndefined();
});

test('platform.report of a restored sandbox tells how long the restore took', () => {
  const restored = { ...metrics, restoreDurationMs: 412.5, billedRestoreDurationMs: 80 };

  expect(invocation(platform('platform.report', { requestId: REQUEST, metrics: restored }))).toMatchObject({
    restoreDuration: 412_500,
    billedRestoreDuration: 80_000,
    billedDuration: 694_000,
  });
});

const metrics = { durationMs: 693.92, billedDurationMs: 694, memorySizeMB: 128, maxMemoryUsedMB: 84, initDurationMs: 397.68 };

test('platform.start joins request and trace', () => {
  expect(invocation(platform('platform.start', { requestId: REQUEST, version: '$LATEST', tracing }))).toMatchObject({
    requestId: REQUEST,
    phase: 'start',
    traceId: TRACE,
    spanId: SPAN,
    at: Date.parse('2026-08-04T07:58:24.877Z') * 1_000,
  });
});

test('platform.start names the function where the place of the line does not', () => {
  const functionArn = 'arn:aws:lambda:eu-west-1:123456789012:function:orders:live';

  expect(
    invocation(platform('platform.start', { requestId: REQUEST, functionArn }), { function: undefined, at: AT }).function,
  ).toBe('orders');
});

test.each([
  ['a success', { status: 'success' }, { status: 'success', error: undefined }],
  ['a failure', { status: 'failure' }, { status: 'error' }],
  [
    'an error and its type',
    { status: 'error', errorType: 'Runtime.ExitError' },
    { status: 'error', error: { type: 'Runtime.ExitError', message: '' } },
  ],
  ['a timeout', { status: 'timeout' }, { status: 'timeout' }],
  ['no status, as before 2022-12-13', {}, { status: undefined }],
])('platform.report of %s is read with its numbers', (_, record, told) => {
  expect(invocation(platform('platform.report', { requestId: REQUEST, metrics, tracing, ...record }))).toMatchObject({
    phase: 'report',
    traceId: TRACE,
    duration: 693_920,
    initDuration: 397_680,
    memorySizeMB: 128,
    maxMemoryUsedMB: 84,
    ...told,
  });
});

test('platform.runtimeDone is kept when it tells of a failure, without the numbers that the report has', () => {
  const failed = platform('platform.runtimeDone', {
    requestId: REQUEST,
    status: 'error',
    errorType: 'Runtime.ExitError',
    metrics: { durationMs: 3 },
  });

  expect(invocation(failed)).toMatchObject({
    phase: 'report',
    status: 'error',
    error: { type: 'Runtime.ExitError' },
    duration: undefined,
  });
});

test.each([
  `END RequestId: ${REQUEST}\n`,
  'INIT_START Runtime Version: nodejs:20.v18\tRuntime Version ARN: arn:aws:lambda:eu-west-1::runtime:d949\n',
  'INIT_REPORT Init Duration: 0.79 ms\tPhase: init\tStatus: error\tError Type: Runtime.InvalidEntrypoint\n',
  'EXTENSION\tName: otel\tState: Ready\tEvents: [INVOKE, SHUTDOWN]',
  platform('platform.initReport', { phase: 'init', metrics: { durationMs: 125.33 } }),
  platform('platform.runtimeDone', { requestId: REQUEST, status: 'success' }),
  platform('platform.logsDropped', { droppedRecords: 3 }),
  platform('platform.report', 'not an object'),
  platform('platform.report', { requestId: 'x'.repeat(100) }),
])('the platform tells nothing we keep in %j', (line) => {
  expect(lambdaLine(line, context)).toBeUndefined();
});

test.each([
  [
    'Node.js',
    `2026-08-04T07:58:24.877Z\t${REQUEST}\tERROR\tpayment declined\n`,
    { requestId: REQUEST, severity: 'error', body: 'payment declined' },
  ],
  [
    'Node.js before the first invocation',
    '2026-08-04T07:58:24.877Z\tundefined\tINFO\tLoading function',
    { requestId: undefined, severity: 'info' },
  ],
  [
    'old Node.js, without a level',
    `2026-08-04T07:58:24.877Z\t${REQUEST}\tdone`,
    { requestId: REQUEST, severity: 'info', body: 'done' },
  ],
  [
    'Python',
    `[WARNING]\t2026-08-04T07:58:24.877Z\t${REQUEST}\tslow query`,
    { requestId: REQUEST, severity: 'warn', body: 'slow query' },
  ],
  [
    'Python, unhandled',
    "[ERROR] KeyError: 'id'\nTraceback (most recent call last):",
    { severity: 'error', body: "KeyError: 'id'\nTraceback (most recent call last):" },
  ],
  ['anything', 'hello', { severity: 'info', body: 'hello', at: AT }],
  [
    'Node.js, unhandled',
    `2026-08-04T07:58:24.877Z\t${REQUEST}\tERROR\tInvoke Error \t{"errorType":"TypeError","errorMessage":"x is not a function","stack":["TypeError"]}`,
    {
      requestId: REQUEST,
      severity: 'error',
      body: 'Invoke Error \t{"errorType":"TypeError","errorMessage":"x is not a function","stack":["TypeError"]}',
    },
  ],
])('a line of %s is a log', (_, line, told) => {
  expect(log(line)).toMatchObject({ service: 'orders', at: AT, ...told });
});

test.each([
  [
    'Lambda',
    { timestamp: '2026-08-04T07:58:24.900Z', level: 'ERROR', requestId: REQUEST, message: 'declined' },
    { body: 'declined', severity: 'error' },
  ],
  [
    'Lambda, unhandled',
    { level: 'ERROR', requestId: REQUEST, message: { errorType: 'TypeError', errorMessage: 'no function' } },
    { body: 'TypeError: no function' },
  ],
  [
    'Lambda, an error beside its message',
    { level: 'ERROR', requestId: REQUEST, message: 'failed', errorType: 'TypeError', errorMessage: 'no function' },
    { body: 'failed: TypeError: no function' },
  ],
  [
    'Powertools',
    { level: 'WARNING', function_request_id: REQUEST, message: 'low', xray_trace_id: '1-5b8efff7-98038103d269b633813fc60c' },
    { traceId: TRACE, severity: 'warn' },
  ],
  [
    'pino',
    { level: 50, time: 1785830304900, msg: 'declined', awsRequestId: REQUEST, trace_id: TRACE, span_id: SPAN },
    { traceId: TRACE, spanId: SPAN, severity: 'error' },
  ],
  [
    'pino, an exception',
    { level: 60, msg: '', requestId: REQUEST, err: { type: 'TypeError', message: 'no function', stack: 'at x' } },
    { body: 'TypeError: no function' },
  ],
  [
    'pino, an exception beside its message',
    { level: 50, msg: 'order failed', requestId: REQUEST, err: { type: 'TypeError', message: 'no function', stack: 'at x' } },
    { body: 'order failed: TypeError: no function' },
  ],
  [
    'Powertools, an exception',
    {
      ...{ level: 'ERROR', function_request_id: REQUEST, message: 'order failed' },
      error: { name: 'TypeError', location: '/var/task/a.js:1', message: 'no function', stack: 'TypeError: no function\n at x' },
    },
    { body: 'order failed: TypeError: no function' },
  ],
  [
    'Powertools for Python, an exception',
    {
      ...{ level: 'ERROR', function_request_id: REQUEST, message: 'order failed', exception_name: 'KeyError' },
      exception: 'Traceback (most recent call last):\n  File "a.py", line 3\nKeyError: \'sku\'',
    },
    { body: "order failed: KeyError: 'sku'" },
  ],
  [
    'Lambda, an error that is its message too',
    { level: 'ERROR', requestId: REQUEST, message: 'no function', errorType: 'TypeError', errorMessage: 'no function' },
    { body: 'TypeError: no function' },
  ],
  [
    'a logger, in the frame of Lambda’s',
    {
      level: 'INFO',
      requestId: REQUEST,
      message: { level: 'error', message: 'declined', error: { name: 'E', message: 'x', stack: 's' } },
    },
    { body: 'declined: E: x', severity: 'error' },
  ],
  [
    'a logger, as a text in the frame of Lambda’s',
    { level: 'INFO', requestId: REQUEST, message: JSON.stringify({ severity: 'ERROR', msg: 'declined' }) },
    { body: 'declined', severity: 'error' },
  ],
  [
    'Lambda, of an object that is no line',
    { level: 'INFO', requestId: REQUEST, message: { orderId: 7 } },
    { body: '{"orderId":7}', severity: 'info' },
  ],
  [
    'Lambda, of a text that is JSON and no line',
    { level: 'INFO', requestId: REQUEST, message: '{"orderId":7}' },
    { body: '{"orderId":7}', severity: 'info' },
  ],
  [
    'a tracing header',
    {
      level: 'info',
      message: 'x',
      requestId: REQUEST,
      _X_AMZN_TRACE_ID: 'Root=1-5b8efff7-98038103d269b633813fc60c;Parent=53995c3f42cd8ad8;Sampled=1',
    },
    { traceId: TRACE },
  ],
  [
    'a logger of its own',
    { requestId: REQUEST, orderId: 7 },
    { body: `{"requestId":"${REQUEST}","orderId":7}`, severity: 'info' },
  ],
])('a JSON line of %s is a log', (_, line, told) => {
  expect(log(JSON.stringify(line))).toMatchObject({ requestId: REQUEST, service: 'orders', ...told });
});

test('a JSON line’s own time counts before that of its delivery', () => {
  expect(log('{"timestamp":"2026-08-04T07:58:24.900123Z","message":"x"}').at).toBe(1785830304900123);
  expect(log('{"timestamp":"2026-08-04 07:58:24,900+0200","message":"x"}').at).toBe(1785830304900000 - 7_200_000_000);
  expect(log('{"timestamp":"yesterday","message":"x"}').at).toBe(AT);
});

test('a line of the Telemetry API is the line within', () => {
  const line = JSON.stringify({
    time: '2026-08-04T07:58:24.900Z',
    type: 'function',
    record: { level: 'ERROR', message: 'declined', requestId: REQUEST },
  });

  expect(log(line)).toMatchObject({ at: 1785830304900000, severity: 'error', body: 'declined', requestId: REQUEST });
  expect(log(JSON.stringify({ time: '2026-08-04T07:58:24.900Z', type: 'function', record: '[ERROR] boom' })).body).toBe('boom');
});

test('a body of any length is cut', () => {
  expect(log(`2026-08-04T07:58:24.877Z\t${REQUEST}\tINFO\t${'x'.repeat(1_000_000)}`).body).toHaveLength(4_096);
  expect(log(JSON.stringify({ level: 'INFO', message: { deep: 'x'.repeat(1_000_000) } })).body).toHaveLength(4_096);
});
