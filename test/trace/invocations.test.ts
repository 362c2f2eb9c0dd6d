import { expect, test } from 'vitest';
import type { TelemetryRecord } from '../../src/telemetry/record.ts';
import { assemble } from '../../src/trace/assemble.ts';
import type { Span, Transaction } from '../../src/trace/transaction.ts';
import { fromMillis, micros, NO_TIME, toMillis } from '../../src/units.ts';
import { aLog, anInvocation, aSpan, aSpanId, aTrace, aTraceId, at } from './records.ts';

const spansOf = (records: readonly TelemetryRecord[]): readonly Span[] =>
  assemble(records).transactions.flatMap((each) => each.spans);
const withRun = (records: readonly TelemetryRecord[]): Span | undefined =>
  spansOf(records).find((span) => span.invocation !== undefined);

/** A gateway that calls the function pay and waits for it. */
const gateway = [
  aSpan({ id: 'gateway', service: 'gateway', status: 'error', to: 3_100, attributes: { 'http.response.status_code': 502 } }),
  aSpan({
    id: 'Invoke',
    service: 'gateway',
    parent: 'gateway',
    spanKind: 'client',
    from: 10,
    to: 3_090,
    attributes: { 'faas.invoked_name': 'pay' },
  }),
];

test('joins a run to its span by span id', () => {
  const run = anInvocation({ span: 'run', requestId: 'r', function: undefined });

  expect(withRun([aSpan({ id: 'entry' }), aSpan({ id: 'run', parent: 'entry' }), run])?.spanId).toBe(aSpanId('run'));
});

test.each(['faas.invocation_id', 'faas.execution', 'aws.lambda.request_id', 'aws.request_id'])(
  'joins a run by %s, in whatever trace it was reported',
  (name) => {
    const records = [
      aSpan({ id: 'run', attributes: { [name]: 'r-7' } }),
      anInvocation({ requestId: 'r-7', function: 'other', trace: undefined }),
    ];

    expect(withRun(records)?.spanId).toBe(aSpanId('run'));
    expect(assemble(records).counts).toEqual({ placed: 2, duplicates: 0, unplaced: 0 });
  },
);

test("joins a run by its function's name, the one nearest in time", () => {
  const spans = aTrace(
    'trace',
    { id: 'entry', service: 'gateway', to: 5_000 },
    { id: 'first', parent: 'entry', service: 'pay', spanKind: 'server', from: 100, to: 200 },
    { id: 'second', parent: 'entry', service: 'pay', spanKind: 'server', from: 3_100, to: 3_200 },
  );
  const report = anInvocation({
    function: 'arn:aws:lambda:eu-west-1:123456789012:function:pay:live',
    atMs: 3_201,
    duration: fromMillis(99),
  });

  expect(withRun([...spans, report])?.spanId).toBe(aSpanId('second'));
});

test('start and report of one request are one run', () => {
  const start = anInvocation({ phase: 'start', atMs: 0, status: undefined, duration: undefined, span: 'entry' });
  const report = anInvocation({ atMs: 120, initDuration: fromMillis(300), memorySizeMB: 128, maxMemoryUsedMB: 64 });
  const { transactions, counts } = assemble([aSpan(), report, start, start]);

  expect(counts).toEqual({ placed: 3, duplicates: 1, unplaced: 0 });
  expect(transactions[0]?.spans[0]?.invocation).toMatchObject({
    phase: 'report',
    status: 'success',
    initDuration: fromMillis(300),
    spanId: aSpanId('entry'),
  });
});

test('a report closes the span that was only seen to start, and says that it failed', () => {
  const span = withRun([
    aSpan({ to: undefined }),
    anInvocation({ status: 'timeout', span: 'entry', atMs: 3_000, duration: fromMillis(3_000) }),
  ]);

  expect(span).toMatchObject({ duration: fromMillis(3_000), status: 'error', error: { type: 'Sandbox.Timedout' } });
  expect(assemble([aSpan({ to: undefined }), anInvocation({ span: 'entry' })]).transactions[0]?.incomplete).toEqual([]);
});

test('draws a function that was killed before it could send its span, under the call that asked for it', () => {
  const report = anInvocation({ requestId: 'r-1', function: 'pay', atMs: 3_020, status: 'timeout', duration: fromMillis(3_000) });
  const span = withRun([...gateway, report]);

  expect(span).toMatchObject({
    service: 'pay',
    kind: 'server',
    resource: 'AWS::Lambda::Function',
    join: 'inferred',
    parentSpanId: aSpanId('Invoke'),
    depth: 2,
    start: at(20),
    duration: fromMillis(3_000),
    status: 'error',
    error: { type: 'Sandbox.Timedout', message: '' },
  });
});

test('a killed consumer hangs under the message that its trace header names as the caller', () => {
  const records = [
    aSpan({ id: 'entry', to: 100 }),
    aSpan({ id: 'send', parent: 'entry', spanKind: 'producer', from: 50, to: 60 }),
    anInvocation({ caller: 'send', function: 'worker', status: 'timeout', duration: fromMillis(3_000), atMs: 3_700 }),
  ];

  expect(withRun(records)).toMatchObject({ parentSpanId: aSpanId('send'), join: 'parent', service: 'worker', status: 'error' });
});

test('a killed function has the id that its children call their parent by', () => {
  const child = aSpan({ id: 'GET /rates', service: 'pay', parent: 'killed', spanKind: 'client', from: 100, to: undefined });
  const report = anInvocation({ function: 'pay', atMs: 3_020, status: 'timeout', duration: fromMillis(3_000) });
  const spans = spansOf([...gateway, child, report]);

  expect(spans.map((span) => [span.operation, span.depth])).toEqual([
    ['gateway', 0],
    ['Invoke', 1],
    ['pay', 2],
    ['GET /rates', 3],
  ]);
  expect(spans[2]?.spanId).toBe(aSpanId('killed'));
});

test('a killed function has the id that the platform gave, and starts when the platform started it', () => {
  const start = anInvocation({
    phase: 'start',
    span: 'traced',
    atMs: 15,
    status: undefined,
    duration: undefined,
    function: 'pay',
  });
  const report = anInvocation({
    atMs: 3_020,
    status: 'error',
    duration: fromMillis(3_000),
    function: 'pay',
    memorySizeMB: 128,
    maxMemoryUsedMB: 128,
  });

  expect(withRun([...gateway, start, report])).toMatchObject({
    spanId: aSpanId('traced'),
    start: at(15),
    error: { type: 'Runtime.OutOfMemory' },
  });
});

test('a function of which only the platform speaks is a transaction', () => {
  const { transactions } = assemble([
    anInvocation({ function: 'nightly', status: 'error', error: { type: 'Runtime.ExitError', message: 'exit status 1' } }),
  ]);

  expect(transactions).toMatchObject([{ name: 'nightly', service: 'nightly', outcome: 'failed', duration: fromMillis(100) }]);
});

test('a start without report is a function that still runs', () => {
  const start = anInvocation({ phase: 'start', status: undefined, duration: undefined, function: 'pay', atMs: 20 });

  expect(assemble([...gateway, start]).transactions[0]?.incomplete).toEqual(['still-running']);
});

test("Lambda's own retries of one request are runs of their own", () => {
  const runs = [0, 70_000, 200_000].map((atMs) =>
    anInvocation({ requestId: 'same', function: 'pay', atMs: atMs + 2_000, status: 'error', duration: fromMillis(1_000) }),
  );
  const spans = spansOf([...gateway, ...runs]).filter((span) => span.invocation);

  expect(spans.map((span) => span.start)).toEqual([at(1_000), at(71_000), at(201_000)]);
  expect(new Set(spans.map((span) => span.spanId)).size).toBe(3);
});

test('a call that carries the request id of its callee is the parent, not the run', () => {
  const call = aSpan({
    id: 'Invoke',
    parent: 'entry',
    spanKind: 'client',
    from: 5,
    to: 95,
    attributes: { 'aws.request_id': 'r-1' },
  });
  const span = withRun([aSpan(), call, anInvocation({ requestId: 'r-1', function: 'pay', duration: fromMillis(50), atMs: 80 })]);

  expect(span).toMatchObject({ service: 'pay', parentSpanId: aSpanId('Invoke'), join: 'inferred' });
});

test('where that call is one of Lambda, the id is no guess', () => {
  const call = aSpan({
    ...{ id: 'Invoke', parent: 'entry', spanKind: 'client', from: 5, to: 95, resource: 'AWS::Lambda::Function' },
    attributes: { 'faas.execution': 'r-1' },
  });
  const span = withRun([aSpan(), call, anInvocation({ requestId: 'r-1', function: 'pay', duration: fromMillis(50), atMs: 80 })]);

  expect(span).toMatchObject({ service: 'pay', parentSpanId: aSpanId('Invoke'), join: 'message' });
});

test('Lambda’s further attempts at one request hang where the first does, though none sent a span', () => {
  const call = {
    id: 'call',
    parent: 'entry',
    spanKind: 'client',
    attributes: { 'faas.invoked_name': 'mail' },
    from: 5,
    to: 20,
  } as const;
  const run = (atMs: number) =>
    anInvocation({ function: 'mail', atMs, status: 'error', duration: fromMillis(100), trace: 'trace', requestId: 'r' });
  const records = [...aTrace('trace', { id: 'entry', to: 50 }, call), run(500), run(60_700), run(180_900)];
  const [{ spans, criticalPath }] = assemble(records).transactions as readonly [Transaction];

  expect(spans.filter((span) => span.operation === 'mail').map(({ parentSpanId, join }) => [parentSpanId, join])).toEqual(
    Array.from({ length: 3 }, () => [aSpanId('call'), 'inferred']),
  );
  expect(criticalPath.filter(({ why }) => why === 'retry').map(({ start, end }) => toMillis(micros(end - start)))).toEqual([
    60_100, 120_100,
  ]);
});

const RUN = '8f507cfc-3f9f-4c9c-a0a5-7e4c2f6f6a11';

test('a run of which no trace tells is a transaction of its own, under its request id, with its own lines', () => {
  const records = [
    anInvocation({
      requestId: RUN,
      trace: undefined,
      function: 'pay',
      phase: 'start',
      atMs: 0,
      status: undefined,
      duration: undefined,
    }),
    anInvocation({
      requestId: RUN,
      trace: undefined,
      function: 'pay',
      atMs: 3_000,
      status: 'timeout',
      duration: fromMillis(3_000),
    }),
    aLog({ trace: undefined, requestId: RUN, body: 'loading the order' }),
    aSpan({ trace: 'other' }),
  ];
  const { transactions, counts } = assemble(records);
  const own = transactions.find(({ id }) => id === RUN.replaceAll('-', ''));

  expect(own).toMatchObject({ name: 'pay', service: 'pay', outcome: 'failed', start: at(0), duration: fromMillis(3_000) });
  expect(own?.spans).toMatchObject([{ error: { type: 'Sandbox.Timedout' }, resource: 'AWS::Lambda::Function', join: undefined }]);
  expect(own?.logs.map(({ body }) => body)).toEqual(['loading the order']);
  expect(transactions).toHaveLength(2);
  expect(counts).toEqual({ placed: 4, duplicates: 0, unplaced: 0 });
});

test('a run belongs to the trace that its own lines name, where the platform names none', () => {
  const run = anInvocation({ requestId: RUN, trace: undefined, status: 'error' });
  const { transactions } = assemble([run, aLog({ trace: 'header', requestId: RUN })]);

  expect(transactions.map(({ id }) => id)).toEqual([aTraceId('header')]);
  expect(transactions[0]?.logs).toHaveLength(1);
});

test('a run whose time nobody tells begins with time itself, and not before', () => {
  const [transaction] = assemble([{ ...anInvocation({ requestId: RUN, trace: undefined }), at: NO_TIME }]).transactions;

  expect(transaction).toMatchObject({ start: NO_TIME, duration: fromMillis(100) });
});
