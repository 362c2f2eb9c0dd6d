import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { isCloudwatchPayload, readCloudwatchPayload } from '../../src/telemetry/cloudwatch-payload.ts';
import { awsSpan, onlyInvocation, onlyLog, onlySpan, packed, payload, REQUEST, SPAN } from './samples.ts';

const read = (value: Readonly<Record<string, unknown>>) => readCloudwatchPayload(value, 'event');

test('every event of a payload is read for what it is, packed or not', () => {
  const body = payload([
    `START RequestId: ${REQUEST} Version: $LATEST\n`,
    `2026-08-04T07:58:24.877Z\t${REQUEST}\tERROR\tdeclined\n`,
    JSON.stringify({
      time: '2026-08-04T07:58:24.877Z',
      type: 'platform.report',
      record: { requestId: REQUEST, status: 'error' },
    }),
    JSON.stringify(awsSpan()),
    `END RequestId: ${REQUEST}\n`,
  ]);

  const { records, rejects } = read(packed(body));

  expect(records.map(({ kind }) => kind)).toEqual(['invocation', 'log', 'invocation', 'span']);
  expect(rejects).toEqual([]);
  expect(read(body)).toEqual({ records, rejects, quiet: 1 });
});

test('a line without a time of its own has that of its event', () => {
  expect(onlyInvocation(read(payload([`START RequestId: ${REQUEST} Version: 3`]))).at).toBe(1785830304877000);
});

test.each([
  ['its log group', { logGroup: '/aws/lambda/orders' }, 'orders'],
  ['a replicated function’s log group', { logGroup: '/aws/lambda/us-east-1.orders' }, 'orders'],
  [
    'its stream, in a group that functions share',
    { logGroup: 'shop', logStream: '2026/08/04/orders[$LATEST]e34ea4d3' },
    'orders',
  ],
  ['nothing, in the group of something else', { logGroup: '/ecs/orders', logStream: 'ecs/orders/1' }, undefined],
  ['nothing, where there is no group', { logGroup: undefined, logStream: 7 }, undefined],
])('the function is named by %s', (_, more, name) => {
  expect(onlyLog(read(payload(['hello'], more))).service).toBe(name);
});

test('the log group aws/spans holds spans, and anything else in it is a reject', () => {
  const inSpans = { logGroup: 'aws/spans', logStream: 'default' };

  expect(onlySpan(read(payload([JSON.stringify(awsSpan())], inSpans))).spanId).toBe(SPAN);
  expect(read(payload(['hello'], inSpans)).rejects).toEqual([
    { reason: '"hello" in aws/spans (expected a span as JSON)', where: 'event[0]' },
  ]);
});

test('a span that is not whole is a reject at its place', () => {
  const messages = [JSON.stringify(awsSpan()), JSON.stringify(awsSpan({ traceId: 'x' }))];

  const { records, rejects } = read(payload(messages, { logGroup: 'aws/spans' }));

  expect(records).toHaveLength(1);
  expect(rejects).toEqual([{ reason: 'aws/spans record with trace id "x" (expected 32 hex digits)', where: 'event[1]' }]);
});

test('an event without a message is a reject', () => {
  expect(read(payload([undefined, 3])).rejects.map(({ reason }) => reason)).toEqual([
    'log event with nothing as message (expected text)',
    'log event with 3 as message (expected text)',
  ]);
});

test('a control message is read, and has nothing in it', () => {
  const control = payload(['CWL CONTROL MESSAGE: Checking health of destination Firehose.'], {
    messageType: 'CONTROL_MESSAGE',
    logGroup: '',
  });

  expect(read(packed(control))).toEqual({ records: [], rejects: [], quiet: 1 });
});

test.each<[string, Readonly<Record<string, unknown>>, string]>([
  ['no data', { awslogs: {} }, 'nothing as awslogs.data (expected base64 of gzip)'],
  ['data that is no gzip', { awslogs: { data: 'aGVsbG8=' } }, '"aGVsbG8=" as awslogs.data (expected base64 of gzip)'],
  [
    'gzip that breaks off',
    { awslogs: { data: gzipSync('{}').subarray(0, 15).toString('base64') } },
    'broken gzip: unexpected end of file',
  ],
  ['gzip of something else', { awslogs: { data: gzipSync('hello').toString('base64') } }, 'unpacked, it is not a JSON object'],
  [
    'a bomb',
    { awslogs: { data: gzipSync(Buffer.alloc(33 * 1_024 * 1_024)).toString('base64') } },
    'gzip of more than 32 MiB unpacked',
  ],
])('a payload with %s is one reject that says so', (_, value, why) => {
  expect(read(value)).toEqual({
    records: [],
    rejects: [{ kind: expect.any(String), reason: `CloudWatch Logs payload: ${why}`, where: 'event' }],
    quiet: 0,
  });
});

test.each([
  [{ messageType: 'OTHER' }, '"OTHER" with a list'],
  [{ logEvents: 'none' }, '"DATA_MESSAGE" with "none"'],
])('a payload with %j is one reject that says so', (more, what) => {
  expect(read(payload([], more)).rejects[0]?.reason).toBe(
    `CloudWatch Logs payload of type ${what} as logEvents (expected a DATA_MESSAGE with a list)`,
  );
});

test.each([
  ['packed', packed({}), true],
  ['unpacked', payload([]), true],
  ['an EventBridge event', { source: 'aws.states', detail: {} }, false],
  ['a list', [payload([])], false],
])('a payload is told from the rest: %s', (_, value, known) => {
  expect(isCloudwatchPayload(value)).toBe(known);
});
