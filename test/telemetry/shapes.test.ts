import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from '../../src/telemetry/parse.ts';
import { awsSpan, bytes, otlpSpan, PARENT, payload, REQUEST, traceRequest } from './samples.ts';

const read = (text: string) => parse(bytes(text), 'FILE');
const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const quoted = (...cells: readonly string[]): string => cells.map(cell).join(',');

const START = `START RequestId: ${REQUEST} Version: $LATEST\n`;
const BOOM = `2026-08-04T07:58:24.900Z\t${REQUEST}\tERROR\tBoom, "twice"\n    at pay (/var/task/index.js:7:3)\n`;

test.each(['\n', '\r\n'])('the table that Logs Insights exports as CSV is read as its rows (line end %j)', (end) => {
  const table = [
    '@timestamp,@message,@log',
    quoted('2026-08-04 07:58:24.877', START, '123456789012:/aws/lambda/orders'),
    quoted('2026-08-04 07:58:24.900', BOOM, '123456789012:/aws/lambda/orders'),
    quoted('2026-08-04 07:58:25.000', JSON.stringify(awsSpan()), '123456789012:aws/spans'),
    `2026-08-04 07:58:25.877,END RequestId: ${REQUEST},123456789012:/aws/lambda/orders`,
  ];
  const { records, rejects, quiet } = read(`${table.join(end)}${end}`);

  expect({ kinds: records.map(({ kind }) => kind), rejects, quiet }).toEqual({
    kinds: ['invocation', 'log', 'span'],
    rejects: [],
    quiet: 1,
  });
  expect(records[0]).toMatchObject({ function: 'orders', requestId: REQUEST, at: 1785830304877000 });
  expect(records[1]).toMatchObject({ body: 'Boom, "twice"\n    at pay (/var/task/index.js:7:3)' });
});

test('a quote that is never closed ends the table, and nothing throws', () => {
  expect(read(`@timestamp,@message\n2026-08-04 07:58:24.877,${START.trim()}\n"2026`).records).toHaveLength(1);
});

test('any table that is written comes back cell by cell', () => {
  const words = fc.string({ minLength: 1 }).filter((word) => word.trim() !== '' && !word.trim().startsWith('{'));
  fc.assert(
    fc.property(fc.array(words, { minLength: 1, maxLength: 5 }), (messages) => {
      const table = ['@ptr,@message', ...messages.map((message) => quoted('x', message))].join('\n');
      const rows = JSON.stringify(messages.map((message) => ({ '@ptr': 'x', '@message': message })));

      expect(read(table)).toEqual(read(`{"results":${rows}}`));
    }),
  );
});

const one = traceRequest([otlpSpan()]);
const other = traceRequest([otlpSpan({ spanId: PARENT, name: 'a "quoted } brace" \\' })]);

test('values written over many lines, one after the other, among lines of a log, are each read', () => {
  const file = [JSON.stringify(one, undefined, 2), START.trim(), JSON.stringify(other, undefined, 4), JSON.stringify(one)].join(
    '\n',
  );
  const { records, rejects } = read(file);

  expect(rejects).toEqual([]);
  expect(records.map(({ kind }) => kind)).toEqual(['span', 'span', 'span', 'invocation']);
});

test('a value that breaks off keeps those before it', () => {
  const { records, rejects } = read(`${JSON.stringify(one, undefined, 2)}\n${JSON.stringify(other, undefined, 2).slice(0, 200)}`);

  expect(records).toHaveLength(1);
  expect(rejects[0]?.reason).toBe('not JSON');
});

test('opening brackets without end are refused in one go', () => {
  expect(read('{\n'.repeat(50_000)).rejects).toHaveLength(1);
});

const logs = gzipSync(JSON.stringify(payload([START, JSON.stringify(awsSpan())]))).toString('base64');

test.each<[string, unknown]>([
  [
    'Kinesis',
    { Records: [{ eventSource: 'aws:kinesis', eventID: 'shardId-0:1', kinesis: { sequenceNumber: '1', data: logs } }] },
  ],
  ['a transformation of Firehose', { invocationId: 'i', deliveryStreamArn: 'arn', records: [{ recordId: 'r', data: logs }] }],
  ['Firehose’s HTTP delivery', { requestId: 'r', timestamp: 1785830304877, records: [{ data: logs }] }],
])('log events that reach us through %s are read as from a subscription', (_what, value) => {
  const { records, rejects } = read(JSON.stringify(value));

  expect({ kinds: records.map(({ kind }) => kind), rejects }).toEqual({ kinds: ['invocation', 'span'], rejects: [] });
});
