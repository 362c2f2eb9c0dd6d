import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from '../../src/telemetry/parse.ts';
import type { Parsed } from '../../src/telemetry/record.ts';
import { assemble } from '../../src/trace/assemble.ts';
import { awsSpan, bytes, logsRequest, otlpSpan, PARENT, packed, payload, REQUEST, SPAN, TRACE, traceRequest } from './samples.ts';

const AT = '1785830304877000193';
const SHORT = '7be2fd98d0973be3';
const START = 1_785_830_304_877_123;
const XRAY = `1-${TRACE.slice(0, 8)}-${TRACE.slice(8)}`;

const platform = (type: string, more: object = {}) => ({
  time: '2026-08-04T07:58:24.877Z',
  type: `platform.${type}`,
  record: { requestId: REQUEST, ...more },
});
const segment = { id: SPAN, trace_id: XRAY, name: 'shop', start_time: 1785830304.877, end_time: 1785830305.019 };
const subsegment = { id: PARENT, name: 'charge', start_time: 1785830304.9, end_time: 1785830305 };
const jaegerSpan = (spanID: string) => ({ traceID: SHORT, spanID, operationName: 'pay', startTime: START, duration: 1_000 });
const zipkinSpan = (id: string) => ({ traceId: SHORT, id, name: 'pay', timestamp: START, duration: 1_000, kind: 'SERVER' });
const event = { source: 'aws.unheard', 'detail-type': 'Something', time: '2026-08-04T07:58:24Z', detail: {} };

/** One line of each format, with how many things it tells of: spans, log lines, events. */
const LINES: readonly (readonly [what: string, line: unknown, things: number])[] = [
  ['OTLP spans, one without an id', traceRequest([otlpSpan(), otlpSpan({ spanId: PARENT }), otlpSpan({ spanId: '' })]), 3],
  [
    'OTLP logs, one of the platform that tells nothing, one without a time',
    logsRequest([
      { timeUnixNano: AT, body: { stringValue: 'hello' } },
      { timeUnixNano: AT, body: { stringValue: `END RequestId: ${REQUEST}` } },
      { body: { stringValue: 'when?' } },
    ]),
    3,
  ],
  ['aws/spans records', awsSpan(), 1],
  ['a list of aws/spans records, one broken', [awsSpan({ spanId: PARENT }), awsSpan({ traceId: '' })], 2],
  ['a subscription payload', packed(payload(['hello', `INIT_START Runtime Version: 20\n`, ''])), 3],
  ['a control message', { messageType: 'CONTROL_MESSAGE', logEvents: [{ message: 'CWL CONTROL MESSAGE' }] }, 1],
  ['X-Ray traces', { Traces: [{ Id: XRAY, Segments: [{ Document: JSON.stringify(segment) }, { Document: '{' }] }] }, 2],
  ['an X-Ray document with subsegments', { ...segment, subsegments: [subsegment, { ...subsegment, id: 'x' }] }, 3],
  ['the header of X-Ray’s daemon', { format: 'json', version: 1 }, 1],
  ['rows of a log query', { results: [[{ field: '@message', value: `END RequestId: ${REQUEST}` }], { '@message': 'hi' }] }, 2],
  ['an EventBridge event', { ...event, id: 'e-1' }, 1],
  ['an EventBridge event without id', { ...event, detail: { order: 1 } }, 1],
  ['another without id', { ...event, detail: { order: 2 } }, 1],
  ['Jaeger spans, one without an id', { data: [{ traceID: SHORT, spans: [jaegerSpan('a'), jaegerSpan('')], processes: {} }] }, 2],
  ['Zipkin spans', [zipkinSpan('b'), zipkinSpan('')], 2],
  [
    'a Google Cloud log line',
    { severity: 'INFO', message: 'hi', 'logging.googleapis.com/trace': `projects/p/traces/${TRACE}` },
    1,
  ],
  ['a report of the platform', platform('report', { metrics: { durationMs: 12 } }), 1],
  ['an event of the platform that tells nothing', platform('initReport'), 1],
  ['a START line', `START RequestId: ${REQUEST} Version: $LATEST`, 1],
  ['an END line', `END RequestId: ${REQUEST}`, 1],
  ['a function’s line', `2026-08-04T07:58:24.877Z\t${REQUEST}\tINFO\thello`, 1],
  ['messages of a queue', { Records: ['m-1', 'm-2'].map((messageId) => ({ eventSource: 'aws:sqs', messageId, body: 'x' })) }, 2],
  ['something of no format', { nobody: 'knows' }, 1],
];

const file = (lines: readonly (typeof LINES)[number][]): Parsed =>
  parse(bytes(lines.map(([, line]) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')), 'FILE');

const thingsIn = ({ records, rejects, quiet }: Parsed): number => records.length + rejects.length + quiet;

test.each(LINES)('of %s everything is a record, a reject, or counted as telling nothing', (...line) => {
  expect(thingsIn(file([line, line]))).toBe(2 * line[2]);
});

test('whatever comes in, in whatever order and how often, is placed, a duplicate, of no known trace, rejected or quiet', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...LINES), { minLength: 1, maxLength: 40 }), (lines) => {
      const parsed = file(lines);
      const { placed, duplicates, unplaced } = assemble(parsed.records).counts;

      expect(thingsIn(parsed)).toBe(lines.reduce((sum, [, , things]) => sum + things, 0));
      expect(placed + duplicates + unplaced).toBe(parsed.records.length);
    }),
  );
});

test('whatever comes in twice is a duplicate once', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.constantFrom(...LINES), { minLength: 1 }), (lines) => {
      const [once, twice] = [file(lines), file([...lines, ...lines])].map(({ records }) => ({
        records: records.length,
        ...assemble(records).counts,
      }));

      const { records = 0, duplicates = 0 } = once ?? {};
      expect(twice).toEqual({ ...once, records: 2 * records, duplicates: records + duplicates });
    }),
  );
});

test('events without an id are told apart by their content, whatever they are', () => {
  const [one, other] = [{ order: 1 }, { order: 2 }].map((detail) => JSON.stringify({ ...event, detail }));
  const { records } = parse(bytes([one, other, one].join('\n')), 'FILE');

  expect(assemble(records).counts).toEqual({ placed: 0, duplicates: 1, unplaced: 2 });
});
