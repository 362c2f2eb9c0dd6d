import { expect, test } from 'vitest';
import { assemble } from '../../src/trace/assemble.ts';
import { tallyOf } from '../../src/trace/tally.ts';
import type { Transaction } from '../../src/trace/transaction.ts';
import { fromMillis } from '../../src/units.ts';
import { aTrace, type SpanWords } from './records.ts';

const INFERRED = { 'aws.xray.inferred': true };

function only(...spans: readonly SpanWords[]): Transaction {
  const [transaction, ...more] = assemble(aTrace('trace', ...spans)).transactions;
  if (!transaction || more.length > 0) throw new Error('expected one transaction');
  return transaction;
}

/** Milliseconds by category, where there are any. */
const spentOn = (transaction: Transaction): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(transaction.breakdown)
      .filter(([, time]) => time > 0)
      .map(([category, time]) => [category, time / 1_000]),
  );

const GATEWAY: SpanWords = { id: 'gateway', resource: 'AWS::ApiGateway::Stage', service: 'api', to: 100 };
const CALL: SpanWords = { id: 'call', parent: 'gateway', spanKind: 'client', service: 'api', from: 1, to: 99 };
const SERVICE: SpanWords = { id: 'service', parent: 'call', spanKind: 'server', service: 'pay', resource: 'AWS::Lambda' };
const RUN: SpanWords = { id: 'run', parent: 'service', spanKind: 'server', service: 'pay', resource: 'AWS::Lambda::Function' };

test('a call is orchestration where a function answers it, and an external service where X-Ray only infers one', () => {
  const transaction = only(
    GATEWAY,
    CALL,
    { ...SERVICE, from: 2, to: 98 },
    { ...RUN, from: 5, to: 95 },
    { id: 'get', parent: 'run', spanKind: 'client', service: 'pay', from: 10, to: 40 },
    { id: 'table', parent: 'get', spanKind: 'server', service: 'DynamoDB', from: 10, to: 40, attributes: INFERRED },
    { id: 'untraced', parent: 'run', spanKind: 'client', service: 'pay', from: 50, to: 60 },
  );

  expect(spentOn(transaction)).toEqual({ orchestration: 10, computation: 50, externalService: 40 });
});

test('an inferred state machine orchestrates, however X-Ray spells it', () => {
  const transaction = only(
    { id: 'handler', to: 100 },
    { id: 'call', parent: 'handler', spanKind: 'client', from: 20, to: 50 },
    {
      id: 'states',
      parent: 'call',
      spanKind: 'server',
      service: 'stepfunctions',
      resource: 'AWS::stepfunctions',
      from: 20,
      to: 50,
      attributes: INFERRED,
    },
  );

  expect(spentOn(transaction)).toEqual({ computation: 70, orchestration: 30 });
});

test('states in branches of a state machine are orchestration, functions of a function are computation', () => {
  const inMachine = { spanKind: 'internal', service: 'machine' } as const;
  const transaction = only(
    { id: 'machine', service: 'machine', resource: 'AWS::StepFunctions::StateMachine', to: 100 },
    { id: 'branch', parent: 'machine', ...inMachine, from: 10, to: 90 },
    { id: 'state', parent: 'branch', ...inMachine, from: 20, to: 80 },
    { id: 'run', parent: 'state', service: 'fn', spanKind: 'server', resource: 'AWS::Lambda::Function', from: 30, to: 70 },
    { id: '## load', parent: 'run', service: 'fn', from: 40, to: 50 },
  );

  expect(spentOn(transaction)).toEqual({ orchestration: 60, computation: 40 });
});

test('an event that waits in Lambda queues, and its first attempt begins with a container', () => {
  const transaction = only(
    { ...SERVICE, id: 'service', parent: undefined, to: 10 },
    { id: 'wait', parent: 'service', operation: 'Dwell Time', service: 'pay', to: 30 },
    { id: 'attempt', parent: 'service', operation: 'Attempt #1', spanKind: 'consumer', service: 'pay', from: 30, to: 100 },
    { ...RUN, parent: 'attempt', from: 60, to: 95 },
    { id: 'init', parent: 'run', operation: 'Initialization', service: 'pay', from: 40, to: 58 },
    { id: 'late', parent: 'run', operation: 'Overhead', service: 'pay', from: 90, to: 95 },
  );

  expect(spentOn(transaction)).toEqual({
    queueing: 30,
    containerInitialization: 10,
    runtimeInitialization: 18,
    orchestration: 7,
    computation: 30,
    overhead: 5,
  });
  expect(transaction.coldStarts).toBe(1);
});

test.each([
  ['lost when no attempt succeeded', 'error', 'failed'],
  ['made good by a later attempt', 'unset', 'ok'],
] as const)('an event whose first attempt failed is %s', (_what, status, outcome) => {
  const attempt = { parent: 'service', spanKind: 'consumer', service: 'pay' } as const;
  const transaction = only(
    { ...GATEWAY, to: 20 },
    { ...SERVICE, parent: 'gateway', from: 5, to: 15 },
    { id: 'first', operation: 'Attempt #1', ...attempt, from: 30, to: 50, status: 'error' },
    { id: 'second', operation: 'Attempt #2', ...attempt, from: 60, to: 90, status },
    { ...RUN, parent: 'second', from: 65, to: 88, status },
  );

  expect(transaction.outcome).toBe(outcome);
});

test('the time that a queue takes to accept a message is the queue’s work, not waiting', () => {
  const sent: readonly SpanWords[] = [
    { id: 'handler', to: 100 },
    { id: 'send', parent: 'handler', spanKind: 'client', from: 20, to: 45 },
    {
      id: 'queue',
      parent: 'send',
      spanKind: 'server',
      service: 'SQS',
      resource: 'AWS::SQS::Queue',
      from: 20,
      to: 45,
      attributes: INFERRED,
    },
    { id: 'time', parent: 'queue', operation: 'QueueTime', service: 'SQS', from: 20, to: 45 },
  ];

  const received: SpanWords = { ...RUN, id: 'consumer', parent: 'queue', from: 150, to: 160 };

  expect(spentOn(only(...sent))).toEqual({ computation: 75, externalService: 25 });
  // Longer than the call it is the waiting itself.
  expect(spentOn(only(...sent, received))).toMatchObject({ queueing: 105, externalService: 25 });
  const waiting: SpanWords = { id: 'time', parent: 'queue', operation: 'QueueTime', service: 'SQS', from: 20, to: 150 };
  expect(spentOn(only(...sent.slice(0, -1), waiting, received))).toMatchObject({ queueing: 130, computation: 30 });
});

test('a function that ends after the Lambda service said so keeps its time', () => {
  const transaction = only(
    GATEWAY,
    CALL,
    { ...SERVICE, from: 2, to: 90 },
    { ...RUN, from: 5, to: 96 },
    { id: 'late', parent: 'run', operation: 'Overhead', service: 'pay', from: 85, to: 95 },
  );

  expect(spentOn(transaction)).toEqual({ orchestration: 9, computation: 81, overhead: 10 });
  expect(transaction).toMatchObject({ incomplete: [], duration: fromMillis(100) });
});

test.each([
  ['more than clocks differ', 104, ['clock-skew']],
  ['as much as clocks may differ', 101, []],
])('a function that outlasts the whole call by %s', (_what, to, incomplete) => {
  const transaction = only(GATEWAY, CALL, { ...SERVICE, from: 2, to: 98 }, { ...RUN, from: 5, to });

  expect(transaction.incomplete).toEqual(incomplete);
  expect(spentOn(transaction)).toEqual({ orchestration: 5, computation: to - 5 });
});

test('an attempt that its function outlasts is stretched too, and no further', () => {
  const transaction = only(
    { ...SERVICE, parent: undefined, to: 10 },
    { id: 'attempt', parent: 'service', operation: 'Attempt #1', spanKind: 'consumer', service: 'pay', from: 30, to: 100 },
    { ...RUN, parent: 'attempt', from: 40, to: 108 },
  );

  expect(transaction).toMatchObject({ incomplete: ['clock-skew'], duration: fromMillis(108) });
  expect(transaction.spans[0]).toMatchObject({ duration: fromMillis(10), self: fromMillis(10) });
});

test('says when X-Ray left documents out', () => {
  expect(only({ id: 'entry', attributes: { 'aws.xray.limit_exceeded': true } }).incomplete).toEqual(['truncated']);
});

test.each<[string, SpanWords, readonly [errors: number, faults: number, throttles: number]]>([
  ['X-Ray’s own flags', { status: 'error', attributes: { 'aws.xray.error': true, 'aws.xray.throttle': true } }, [1, 0, 1]],
  ['two flags at once', { attributes: { 'aws.xray.fault': true, 'aws.xray.error': true } }, [1, 1, 0]],
  [
    'a call that X-Ray leaves unmarked',
    { attributes: { 'aws.xray.namespace': 'aws', 'http.response.status_code': 500 } },
    [0, 0, 0],
  ],
  ['HTTP 404', { attributes: { 'http.response.status_code': 404 } }, [1, 0, 0]],
  ['HTTP 429', { status: 'error', attributes: { 'http.status_code': 429 } }, [1, 0, 1]],
  ['HTTP 503', { attributes: { 'http.response.status_code': 503 } }, [0, 1, 0]],
  ['a failure without a code', { status: 'error' }, [0, 1, 0]],
  ['nothing wrong', { status: 'ok' }, [0, 0, 0]],
])('counts %s', (_what, span, [errors, faults, throttles]) => {
  expect(tallyOf(only({ id: 'entry', ...span }))).toEqual({ errors, faults, throttles });
});
