import { expect, test } from 'vitest';
import { suspicions } from '../../src/diagnosis/suspicion.ts';
import type { UsualByOperation } from '../../src/diagnosis/usual.ts';
import { aLog, anEvent, anInvocation, aSpan, aTraceId } from '../trace/records.ts';
import { usually } from './usually.ts';

const USUAL = usually({ 'shop|entry': 50 });
const NONE: UsualByOperation = new Map();
const traceId = aTraceId('trace');

test('healthy records raise no suspicion', () => {
  expect(suspicions([aSpan(), anInvocation(), aLog({ severity: 'error' })], USUAL)).toEqual([]);
});

test.each([
  ['a failed span', aSpan({ parent: 'x', status: 'error' }), 'error'],
  ['a server fault that nobody marked', aSpan({ parent: 'x', attributes: { 'http.status_code': 503 } }), 'error'],
  ['a failed run', anInvocation({ status: 'error' }), 'platform'],
  ['a run that timed out', anInvocation({ status: 'timeout' }), 'platform'],
  ['what Lambda gave up', anEvent({ trace: 'trace' }), 'platform'],
  ['a slow entry', aSpan({ to: 400 }), 'slow'],
  ['a slow consumer inside', aSpan({ parent: 'x', operation: 'entry', spanKind: 'consumer', to: 400 }), 'slow'],
] as const)('%s does', (_what, record, why) => {
  expect(suspicions([record], USUAL)).toEqual([{ traceId, why }]);
});

test.each([
  ['an entry that nobody saw end', aSpan({ to: undefined })],
  ['a slow span inside', aSpan({ parent: 'x', operation: 'entry', spanKind: 'internal', to: 400 })],
  ['a span without service', aSpan({ service: undefined, to: 400 })],
  ['an event of an unknown run', anEvent()],
  ['an asynchronous run that went well', anEvent({ trace: 'trace', outcome: 'ok', error: undefined })],
  ['a failed run of an unknown trace', anInvocation({ trace: undefined, status: 'error' })],
])('%s does not', (_what, record) => {
  expect(suspicions([record], USUAL)).toEqual([]);
});

test('without history nothing is slow', () => {
  expect(suspicions([aSpan({ to: 60_000 })], NONE)).toEqual([]);
});

test('a run is found through the request id of a span in the same batch', () => {
  const span = aSpan({ attributes: { 'faas.invocation_id': 'r-1' } });

  expect(suspicions([span, anInvocation({ trace: undefined, requestId: 'r-1', status: 'timeout' })], NONE)).toEqual([
    { traceId, why: 'platform' },
  ]);
});

test('an announced failure is found through a span of that run or execution in the same batch', () => {
  const arn = 'arn:aws:states:eu-west-1:123456789012:execution:fulfil:1f2e';
  const ended = { what: 'step-functions', status: 'FAILED', start: undefined, end: undefined } as const;

  const run = [anEvent({ requestId: 'r-1' }), aSpan({ attributes: { 'faas.invocation_id': 'r-1' } })];
  const execution = [
    aSpan({ attributes: { 'aws.resource_arn': arn } }),
    anEvent({ ...ended, requestId: undefined, executionArn: arn }),
  ];

  expect([suspicions(run, NONE), suspicions(execution, NONE)]).toEqual([
    [{ traceId, why: 'platform' }],
    [{ traceId, why: 'platform' }],
  ]);
});

test('a trace is named once, with its gravest reason', () => {
  const records = [
    aSpan({ to: 400 }),
    anInvocation({ status: 'timeout' }),
    aSpan({ id: 'b', parent: 'entry', status: 'error' }),
    aSpan({ trace: 'two', to: 900 }),
  ];

  expect(suspicions(records, USUAL)).toEqual([
    { traceId, why: 'error' },
    { traceId: aTraceId('two'), why: 'slow' },
  ]);
});
