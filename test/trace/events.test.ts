import { expect, test } from 'vitest';
import type { EventRecord } from '../../src/telemetry/record.ts';
import { assemble } from '../../src/trace/assemble.ts';
import { aLog, anEvent, anInvocation, aSpan, aSpanId, aTraceId } from './records.ts';

const EXECUTION = 'arn:aws:states:eu-west-1:123456789012:execution:fulfil:1f2e';
const RUN = aSpan({ id: 'run', resource: 'AWS::Lambda::Function', attributes: { 'faas.invocation_id': 'request-1' } });
const MACHINE = aSpan({
  id: 'machine',
  resource: 'AWS::StepFunctions::StateMachine',
  attributes: { 'aws.resource_arn': EXECUTION },
});
const failedExecution: EventRecord = anEvent({
  ...{ what: 'step-functions', status: 'FAILED', start: undefined, end: undefined },
  ...{ executionArn: EXECUTION, requestId: undefined, error: { type: 'States.TaskFailed', message: 'no funds' } },
});

test('what Lambda gave up is a failed run, where no log of the function says so', () => {
  const [transaction] = assemble([RUN, anEvent()]).transactions;

  expect(transaction).toMatchObject({ outcome: 'failed', events: [{ what: 'lambda-destination' }] });
  expect(transaction?.spans[0]).toMatchObject({ status: 'error', error: { type: 'CardDeclined', message: 'no funds' } });
});

test('a run that reported for itself is told by its report alone', () => {
  const { transactions, counts } = assemble([RUN, anInvocation({ status: 'timeout' }), anEvent(), anEvent()]);

  expect(transactions[0]?.spans.map((span) => span.error?.type)).toEqual(['Sandbox.Timedout']);
  expect(counts).toEqual({ placed: 3, duplicates: 1, unplaced: 0 });
});

test('a function of which nothing came but its failure is drawn where it was called', () => {
  const call = aSpan({ id: 'call', spanKind: 'client', parent: 'entry', attributes: { 'aws.request_id': 'request-1' } });
  const [transaction] = assemble([aSpan(), call, anEvent()]).transactions;

  expect(transaction?.spans.at(-1)).toMatchObject({
    ...{ service: 'orders', status: 'error', parentSpanId: aSpanId('call'), join: 'inferred' },
  });
});

test('an event too old to be tried reports no run', () => {
  const event = anEvent({ attempts: 0, trace: 'trace' });

  expect(assemble([RUN, event]).transactions[0]?.spans[0]?.status).toBe('unset');
});

test('a failed execution fails the span of its state machine, by its ARN', () => {
  const [transaction] = assemble([MACHINE, failedExecution]).transactions;

  expect(transaction).toMatchObject({ id: aTraceId('trace'), outcome: 'failed' });
  expect(transaction?.spans[0]).toMatchObject({ status: 'error', error: { type: 'States.TaskFailed' } });
});

test('an alarm changes nothing in the transaction that it names', () => {
  const alarm = anEvent({
    ...{ what: 'cloudwatch-alarm', alarm: 'a', state: 'ALARM', previousState: 'OK', reason: '', measures: [] },
    ...{ trace: 'trace', requestId: undefined },
  });

  expect(assemble([RUN, alarm]).transactions[0]).toMatchObject({ outcome: 'ok', events: [{ what: 'cloudwatch-alarm' }] });
});

test('an event that names nobody is unplaced, and counted', () => {
  expect(assemble([RUN, aLog(), anEvent({ requestId: 'another' }), anEvent({ requestId: undefined })]).counts).toEqual({
    ...{ placed: 2, duplicates: 0, unplaced: 2 },
  });
});
