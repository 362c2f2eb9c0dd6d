import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EXPECTED as FORMATS } from '../../src/telemetry/formats.ts';
import { TraceRequest } from '../../src/telemetry/otlp-descriptor.ts';
import { parse } from '../../src/telemetry/parse.ts';
import type { Parsed, TelemetryRecord } from '../../src/telemetry/record.ts';
import {
  awsSpan,
  bytes,
  logsRequest,
  onlyInvocation,
  onlyLog,
  otlpSpan,
  packed,
  payload,
  REQUEST,
  SPAN,
  TRACE,
  traceRequest,
} from './samples.ts';

const EXPECTED = `(expected ${FORMATS})`;

const request = traceRequest([otlpSpan()]);
const logs = logsRequest([{ timeUnixNano: '1785830304877000193', body: { stringValue: 'hello' } }]);
const start = `START RequestId: ${REQUEST} Version: $LATEST`;
const event = { time: '2026-08-04T07:58:24.877Z', type: 'platform.start', record: { requestId: REQUEST } };
const wire = otlpSpan({
  traceId: Buffer.from(TRACE, 'hex'),
  spanId: Buffer.from(SPAN, 'hex'),
  parentSpanId: Buffer.from(SPAN, 'hex'),
});
const protobuf = TraceRequest.encode(TraceRequest.fromObject(traceRequest([wire]))).finish();

test.each<[string, Uint8Array, readonly TelemetryRecord['kind'][]]>([
  ['an OTLP/JSON request', bytes(JSON.stringify(request)), ['span']],
  ['an OTLP/JSON request over many lines', bytes(JSON.stringify(request, undefined, 2)), ['span']],
  ['OTLP/JSON lines', bytes(`${JSON.stringify(request)}\r\n\n${JSON.stringify(logs)}\n`), ['span', 'log']],
  ['a list of OTLP/JSON requests', bytes(JSON.stringify([request, logs])), ['span', 'log']],
  ['OTLP protobuf', protobuf, ['span']],
  ['a list of aws/spans records', bytes(JSON.stringify([awsSpan(), awsSpan()])), ['span', 'span']],
  ['aws/spans records, one a line', bytes(`${JSON.stringify(awsSpan())}\n${JSON.stringify(awsSpan())}`), ['span', 'span']],
  ['a packed CloudWatch payload', bytes(JSON.stringify(packed(payload(['hello'])))), ['log']],
  ['a CloudWatch payload', bytes(JSON.stringify(payload([start]))), ['invocation']],
  ['Lambda text lines', bytes(`${start}\nEND RequestId: ${REQUEST}\n`), ['invocation']],
  [
    'Lambda JSON lines',
    bytes(`${JSON.stringify(event)}\n{"level":"INFO","message":"hi","requestId":"${REQUEST}"}`),
    ['invocation', 'log'],
  ],
  ['a byte order mark before JSON', bytes(`\uFEFF${JSON.stringify(request)}`), ['span']],
])('%s is known by its content, packed or not', (_, content, kinds) => {
  const plain = parse(content, 'FILE');

  expect(plain.rejects).toEqual([]);
  expect(plain.records.map(({ kind }) => kind)).toEqual(kinds);
  expect(parse(gzipSync(content), 'FILE')).toEqual(plain);
});

test.each<[string, Uint8Array | string, string, string]>([
  ['nothing', '', 'nothing', 'FILE'],
  ['blanks', ' \n\n', 'nothing but blanks', 'FILE:1'],
  ['prose', '\nDear reader,\nhello', 'text beginning "Dear reader,"', 'FILE:2'],
  ['broken JSON', '{"resourceSpans":[\n{"a"', 'broken JSON beginning "{\\"resourceSpans\\":["', 'FILE:1'],
  ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 255]), 'binary data', 'FILE:1'],
  ['JSON of something else', '{"data":[],"total":0}', 'JSON: an object with data, total', 'FILE'],
  ['a JSON number', '12', 'JSON: 12', 'FILE'],
  ['an empty object', '{}', 'JSON: an object with no keys', 'FILE'],
  ['gzip inside gzip', gzipSync(gzipSync('{}')), 'gzip inside gzip', 'FILE'],
  ['gzip that breaks off', gzipSync(JSON.stringify(request)).subarray(0, 40), 'broken gzip: unexpected end of file', 'FILE'],
  ['a bomb', gzipSync(Buffer.alloc(33 * 1_024 * 1_024)), 'gzip of more than 32 MiB unpacked', 'FILE'],
])('%s is one reject that names what was found and what was expected', (_, content, what, where) => {
  const input = typeof content === 'string' ? bytes(content) : content;

  expect(parse(input, 'FILE')).toEqual({
    records: [],
    rejects: [{ kind: expect.any(String), reason: `${what} ${EXPECTED}`, where }],
    quiet: 0,
  });
});

test('one bad line among good ones is a reject with its number', () => {
  const lines = [
    JSON.stringify(request),
    '{"cut off',
    JSON.stringify({ unknown: 1 }),
    JSON.stringify(traceRequest([otlpSpan(), otlpSpan({ spanId: '' })])),
  ];

  const { records, rejects } = parse(bytes(lines.join('\n')), 'FILE');

  expect(records).toHaveLength(2);
  expect(rejects.map(({ reason, where }) => `${where} ${reason}`).toSorted()).toEqual([
    'FILE:2 not JSON',
    `FILE:3 JSON: an object with unknown ${EXPECTED}`,
    'FILE:4[1] span with span id "" (expected 16 hex digits, not all zero)',
  ]);
});

test('an item of a list that is nothing we know is a reject with its index', () => {
  expect(parse(bytes(JSON.stringify([awsSpan(), 3, [awsSpan()]])), 'FILE').rejects).toEqual([
    { kind: 'unknown-format', reason: `JSON: 3 ${EXPECTED}`, where: 'FILE[1]' },
    { kind: 'unknown-format', reason: `JSON: a list ${EXPECTED}`, where: 'FILE[2]' },
  ]);
});

test('a stack trace belongs to the message it follows', () => {
  const file = [
    `2026-08-04T07:58:24.877Z\t${REQUEST}\tERROR\tTypeError: x`,
    '    at pay (/var/task/index.js:7:3)',
    '    at async handler',
    start,
  ];

  const [log, ...rest] = parse(bytes(file.join('\n')), 'FILE').records;

  expect(log).toMatchObject({ kind: 'log', body: 'TypeError: x\n    at pay (/var/task/index.js:7:3)\n    at async handler' });
  expect(rest).toHaveLength(1);
});

test('REPORT’s second line and the type of a crash belong to their first', () => {
  const report = `REPORT RequestId: ${REQUEST}\tDuration: 1.00 ms\t\nXRAY TraceId: 1-5b8efff7-98038103d269b633813fc60c\tSegmentId: ${SPAN}\t`;
  const crash = `RequestId: ${REQUEST} Error: Runtime exited with error: exit status 1\nRuntime.Unknown`;

  expect(onlyInvocation(parse(bytes(report), 'FILE'))).toMatchObject({ traceId: TRACE, spanId: SPAN });
  expect(onlyInvocation(parse(bytes(crash), 'FILE')).error?.type).toBe('Runtime.Unknown');
});

test('lines without a time get it from others of the same request', () => {
  const line = (time: string, words: string): string => `2026-08-04T07:58:${time}Z\t${REQUEST}\tINFO\t${words}`;
  const file = [start, line('24.000', 'in'), line('25.000', 'out'), `REPORT RequestId: ${REQUEST}\tDuration: 1000.00 ms\t`];
  const at = (time: string): number => Date.parse(`2026-08-04T07:58:${time}Z`) * 1_000;

  expect(parse(bytes(file.join('\n')), 'FILE').records.map((record) => 'at' in record && record.at)).toEqual([
    at('24.000'),
    at('24.000'),
    at('25.000'),
    at('25.000'),
  ]);
});

test('what `aws logs tail` prints is read without its prefix', () => {
  const prefix = '2026-08-04T07:58:24.877000+00:00 2026/08/04/[$LATEST]e34ea4d32b8f441c96246bbee30ff465 ';

  expect(onlyInvocation(parse(bytes(`${prefix}${start}`), 'FILE'))).toMatchObject({ requestId: REQUEST, at: 1785830304877000 });
  expect(onlyLog(parse(bytes(`${prefix}${JSON.stringify({ level: 'WARN', message: 'low' })}`), 'FILE'))).toMatchObject({
    body: 'low',
    severity: 'warn',
  });
  expect(onlyLog(parse(bytes(`${prefix}hello`), 'FILE')).body).toBe('hello');
});

const byText = (parsed: Parsed): readonly string[] => parsed.records.map((record) => JSON.stringify(record)).toSorted();

test('the order of lines does not matter', () => {
  const lines = [
    JSON.stringify(request),
    JSON.stringify(logs),
    JSON.stringify(awsSpan()),
    JSON.stringify(packed(payload([start, 'hello']))),
    JSON.stringify(event),
    start,
    `REPORT RequestId: ${REQUEST}\tDuration: 1000.00 ms\t`,
    `2026-08-04T07:58:24.877Z\t${REQUEST}\tINFO\thello`,
    `2026-08-04T07:58:27.877Z ${REQUEST} Task timed out after 3.00 seconds`,
  ];
  const inOrder = byText(parse(bytes(lines.join('\n')), 'FILE'));
  expect(inOrder).toHaveLength(10);
  fc.assert(
    fc.property(fc.shuffledSubarray(lines, { minLength: lines.length }), (shuffled) => {
      expect(byText(parse(bytes(shuffled.join('\n')), 'FILE'))).toEqual(inOrder);
    }),
  );
});
