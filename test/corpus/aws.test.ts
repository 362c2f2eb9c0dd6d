import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { arrivalsOf, arrived, differences } from './arrivals.ts';
import { printScores, score, truthOf } from './edges.ts';
import { isThere, jsonOf, namesIn, pathOf } from './folder.ts';
import {
  type Inspected,
  type InspectedTransaction,
  inspected,
  inspectedTexts,
  transactionOf,
  transactionsOf,
} from './program.ts';

const SPANS = ['aws-spans', 'step-functions.json'] as const;
const ROWS = ['lambda-logs', 'insights-rows.json'] as const;
const HERE = isThere(...SPANS) && isThere(...ROWS) && isThere('aws-events');

const Span = z.looseObject({
  ...{ traceId: z.string(), spanId: z.string(), parentSpanId: z.string().optional() },
  ...{ startTimeUnixNano: z.number(), endTimeUnixNano: z.number().nullable() },
});
const recorded = HERE ? z.array(Span).parse(jsonOf(...SPANS)) : [];
const ended = recorded.filter((span) => span.endTimeUnixNano !== null);
/** As AWS sent most of them, before it sent them whole. */
const running = recorded.filter((span) => span.endTimeUnixNano === null);

const Row = z.looseObject({ '@message': z.string(), '@timestamp': z.string(), '@type': z.string().optional() });
const Report = Row.extend({ '@duration': z.coerce.number() });
const rows = HERE ? z.array(Row).parse(jsonOf(...ROWS)) : [];
const requestIn = (row: z.infer<typeof Row>): string => /RequestId: (\S+)/.exec(row['@message'])?.[1] ?? '';
const reports = rows
  .filter((row) => row['@type'] === 'REPORT')
  .map((row, n) => ({
    request: requestIn(row),
    took: Report.parse(row)['@duration'],
    start: rows.find((other) => other['@type'] === 'START' && requestIn(other) === requestIn(row))?.['@timestamp'] ?? '',
    traceId: `5f${String(n).padStart(30, '0')}`,
  }));

/** The rows name no trace. So each of their requests is given one span of a function that was never seen to end. */
const unfinished = reports.map(({ request, start, traceId }, n) => ({
  trace_id: `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`,
  id: String(n + 1).padStart(16, '0'),
  ...{ name: 'resize', origin: 'AWS::Lambda::Function', in_progress: true, aws: { request_id: request } },
  start_time: Date.parse(`${start.replace(' ', 'T')}Z`) / 1_000,
}));

const lines = (values: readonly unknown[]): readonly string[] => values.map((value) => JSON.stringify(value));

let stateMachine: Inspected;
let executions: readonly InspectedTransaction[] = [];
let invocations: Inspected;
let events: Inspected;
beforeAll(async () => {
  if (!HERE) return;
  stateMachine = await inspected([pathOf(...SPANS)]);
  executions = transactionsOf(stateMachine);
  invocations = await inspectedTexts([JSON.stringify(rows), lines(unfinished).join('\n')]);
  events = await inspected([pathOf('aws-events')]);
});

test.skipIf(HERE)('what AWS recorded is skipped: TRACEFALL_CORPUS names no folder with it', () => {
  expect([...recorded, ...rows]).toEqual([]);
});

test.skipIf(!HERE)('every span of aws/spans hangs where its parent id says, and copies of running spans are gone', () => {
  const truth = truthOf(ended.map(({ traceId, spanId, parentSpanId }) => ({ trace: traceId, id: spanId, parent: parentSpanId })));
  const result = score(
    executions.flatMap(({ spans }) => spans),
    truth,
  );

  printScores([[SPANS.join('/'), result]]);
  expect(result).toMatchObject({ f1: 1, spans: truth.spans.size });
  expect(stateMachine.records).toMatchObject({ read: recorded.length, placed: ended.length, duplicates: running.length });
});

test.skipIf(!HERE)('each execution is one transaction as long as its state machine ran, and says why it failed', () => {
  const roots = ended.filter((span) => span.parentSpanId === undefined);

  expect(executions).toHaveLength(4);
  expect(roots).toHaveLength(4);
  for (const { traceId, startTimeUnixNano, endTimeUnixNano } of roots) {
    const { breakdown, durationMicros, incomplete } = transactionOf(executions, traceId);
    const took = ((endTimeUnixNano ?? 0) - startTimeUnixNano) / 1_000;
    expect(Math.abs(durationMicros - took)).toBeLessThanOrEqual(1);
    expect(Object.values(breakdown).reduce((sum, each) => sum + each, 0)).toBe(durationMicros);
    expect(incomplete).toEqual([]);
  }
  const failed = executions.filter(({ outcome }) => outcome === 'failed').flatMap(({ spans }) => spans);
  expect(failed).toHaveLength(6);
  for (const { status, error } of failed)
    expect([status, error?.message]).toEqual(['error', expect.stringContaining('s3:ListAllMyBuckets')]);
});

test.skipIf(!HERE).each(arrivalsOf(lines(ended), lines(running)))(
  'aws/spans records that arrive %s are the same transactions, byte for byte',
  async (_how, files) => {
    expect(differences(await arrived(files), stateMachine)).toEqual([]);
  },
);

test.skipIf(!HERE)('the REPORT rows of a function end its spans after exactly as long as CloudWatch read in them', () => {
  const transactions = transactionsOf(invocations);

  expect(reports).toHaveLength(12);
  // END and INIT_START tell nothing; what was logged before the first request belongs to none.
  const quiet = rows.filter((row) => /^(?:END|INIT_START) /.test(row['@message'])).length;
  const unplaced = rows.filter((row) => row['@message'].includes('\tundefined\t')).length;
  expect(invocations.records).toMatchObject({ read: rows.length + reports.length, quiet, unplaced, duplicates: 0, rejected: [] });
  for (const { traceId, took } of reports) {
    const { durationMicros, incomplete } = transactionOf(transactions, traceId);
    expect({ durationMicros, incomplete }).toEqual({ durationMicros: Math.round(took * 1_000), incomplete: [] });
  }
});

test.skipIf(!HERE).each(arrivalsOf(lines([...rows, ...unfinished]), []))(
  'rows and spans of a function that arrive %s are the same transactions, byte for byte',
  async (_how, files) => {
    expect(differences(await arrived(files), invocations)).toEqual([]);
  },
);

test.skipIf(!HERE)('every event that AWS services send is known or counted as unknown, and none is refused', () => {
  const { rejected, read, unplaced, duplicates, placed, quiet } = events.records;

  expect(rejected).toEqual([]);
  expect(read).toBeGreaterThanOrEqual(namesIn('aws-events').length);
  expect(placed + unplaced + duplicates + quiet).toBe(read);
  expect(events.records.events).toMatchObject({ 'cloudwatch-alarm': 2, 'dead-letter': 1 });
  // One record of Kinesis carries log events of functions, and those name their traces.
  expect(transactionsOf(events).map(({ name }) => name)).toEqual(
    Array.from({ length: 2 }, () => expect.stringContaining('DummyLogDataFunction')),
  );
});

const sent = namesIn('aws-events').map((name) => JSON.stringify(jsonOf('aws-events', name)));

test.skipIf(!HERE).each(arrivalsOf(sent, []))('events that arrive %s are as many and as unplaced', async (_how, files) => {
  const again = await arrived(files);

  expect(differences(again, events)).toEqual([]);
  expect(again.records).toMatchObject({ unplaced: events.records.unplaced, rejected: [] });
});
