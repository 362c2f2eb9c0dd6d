import { describe, expect, test } from 'vitest';
import { fromMillis } from '../../src/units.ts';
import { anEvent, anInvocation, type SpanWords } from '../trace/records.ts';
import { failedCall, scene, spans } from './kinds.ts';
import { usually } from './usually.ts';

const BAD_JSON = { status: 'error', error: { type: 'SyntaxError', message: 'bad JSON' } } as const;
const LATE = { status: 'error', error: { type: 'TimeoutError', message: 'no answer' } } as const;

describe('a message that fails again', () => {
  const SEND: SpanWords = { id: 'send', spanKind: 'producer', to: 20 };
  const deliveries = (attributes: SpanWords['attributes'] = {}) =>
    [1, 2, 3].map(
      (n): SpanWords => ({
        ...{ id: `delivery ${n}`, operation: 'process', parent: 'send', service: 'mail', spanKind: 'consumer' },
        ...{ from: 1_000 * n, to: 1_000 * n + 50, attributes, ...BAD_JSON },
      }),
    );

  test('is known by its failed deliveries too, if it is one message', () => {
    const kinds = (attributes?: SpanWords['attributes']) => scene(spans(SEND, ...deliveries(attributes)))()[0]?.kind;

    expect([kinds({ 'messaging.message.id': 'm1' }), kinds()]).toEqual(['poison-message', 'exception']);
  });

  test.each([
    [3, ['delivery 3 of 3 was the last: the dead-letter queue is next']],
    [5, []],
  ])('of at most %i deliveries', (limit, said) => {
    const attributes = { ApproximateReceiveCount: 3, maxReceiveCount: limit };
    const [cause] = scene(spans({ id: 'process', spanKind: 'consumer', attributes, ...BAD_JSON }))();

    expect(cause?.evidence.filter((fact) => fact.includes('dead-letter'))).toEqual(said);
  });

  test('is not at fault for what another failed at that it was well handled for', () => {
    const [cause] = scene(
      spans(
        { id: 'read', spanKind: 'consumer', status: 'ok', attributes: { ApproximateReceiveCount: 4 } },
        { id: 'send', parent: 'read', spanKind: 'producer', from: 10, to: 20 },
        { id: 'mail', parent: 'send', service: 'mail', spanKind: 'consumer', from: 200, to: 260, ...BAD_JSON },
      ),
    )();

    expect(cause).toMatchObject({ kind: 'exception', service: 'mail' });
  });

  test('is not given up where Lambda tells that it was handled', () => {
    const handled = anEvent({ trace: 'trace', condition: 'Success', attempts: 1, requestId: undefined, outcome: 'ok' });

    expect(scene([...spans(SEND), handled])()).toEqual([]);
  });
});

describe('a call that somebody gave up', () => {
  const given = (call: SpanWords) =>
    scene(
      spans(
        { id: 'GET /', status: 'error', error: { type: 'NoPrice', message: 'nobody knows' } },
        { id: 'lookup', parent: 'GET /', spanKind: 'client', status: 'error', from: 5, to: 90, ...call },
      ),
    )()[0]?.operation;

  test.each<[string, SpanWords]>([
    ['a type', { error: { type: 'AbortError', message: 'gone' } }],
    ['a word', { error: { type: 'Error', message: 'request was cancelled' } }],
    ['nginx’s code', { attributes: { 'http.response.status_code': 499 } }],
  ])('as %s tells, is not where the failure began', (_what, call) => {
    expect(given(call)).toBe('GET /');
  });

  test('is told from one that fails with a word like it', () => {
    expect(given({ error: { type: 'CancellationFee', message: 'not paid' } })).toBe('lookup');
  });
});

describe('a call that waited in vain', () => {
  test('is a refusal where the other side says so, if only in the segment that X-Ray infers', () => {
    const inferred = (status: number): SpanWords => ({
      ...{ id: 'inferred', parent: 'call', service: 'sfn', from: 12, to: 78, status: 'ok' },
      attributes: { 'aws.xray.inferred': true, 'http.response.status_code': status },
    });
    const summary = (status: number) => scene([...failedCall(LATE), ...spans(inferred(status))])()[0]?.summary;

    expect(summary(400)).toContain('that a time was over');
    expect(summary(200)).toContain('No answer in time');
  });

  test('is a refusal of who fails like that every time', () => {
    const price: SpanWords = { id: 'price', parent: 'call', service: 'pricing', spanKind: 'server', from: 15, to: 70, ...LATE };
    const [cause] = scene([...failedCall(LATE), ...spans(price)], { usual: usually({ 'pricing|price': { failing: 0.9 } }) })();

    expect(cause).toMatchObject({ kind: 'downstream-timeout', edge: { callee: 'pricing' } });
    expect(cause?.summary).toContain('pricing answered shop call that a time was over');
  });

  test('is shown at the deepest call inside it that never ended', () => {
    const inside: SpanWords = { id: 'GET /rates', parent: 'call', spanKind: 'client', from: 20, to: undefined };

    expect(scene([...failedCall(LATE), ...spans(inside)])()[0]).toMatchObject({
      kind: 'downstream-timeout',
      operation: 'GET /rates',
    });
  });
});

describe('a function that was stopped', () => {
  const stopped = (...inside: readonly SpanWords[]) =>
    scene([
      ...spans(
        { id: 'pay', service: 'pay', to: 3_000, status: 'error' },
        ...inside.map((words): SpanWords => ({ parent: 'pay', service: 'pay', spanKind: 'client', ...words })),
      ),
      anInvocation({ span: 'pay', function: 'pay', status: 'timeout', atMs: 3_000, duration: fromMillis(3_000) }),
    ])()[0];

  test('died in the call that has no end, else in the one that ended with it', () => {
    const open: SpanWords = { id: 'GET /rates', from: 2_500, to: undefined };
    const last: SpanWords = { id: 'Query', from: 900, to: 2_990 };

    expect(stopped(open, last)?.summary).toContain('while GET /rates ran');
    expect(stopped(last)?.evidence[0]).toBe('Query was the last to run after 2.09 s');
  });

  test('died in nothing that was long over', () => {
    expect(stopped({ id: 'Query', from: 100, to: 2_000 })?.evidence[0]).toBe('not seen: what it was doing');
  });

  test('was stopped whatever else is said of its end', () => {
    const run = { function: 'pay', status: 'timeout', error: { type: 'Runtime.ExitError', message: 'exit status 1' } } as const;

    expect(scene([anInvocation(run)])()[0]?.kind).toBe('function-timeout');
  });
});

test('a call is missed also where two clocks disagree', () => {
  const known = usually({ 'shop|POST /': { p50: 80, calls: { 'shop|Write': { made: 0.998, of: 500 } } } });
  const skewed = spans(
    { id: 'POST /' },
    { id: 'call', parent: 'POST /', spanKind: 'client', from: 10, to: 60 },
    { id: 'stock', parent: 'call', service: 'stock', spanKind: 'server', from: -30, to: 10 },
  );

  expect(scene(skewed, { usual: known })()[0]?.kind).toBe('missing-call');
});

test('the dwell time that X-Ray draws is a wait', () => {
  const [cause] = scene(
    spans(
      { id: 'queue', service: 'queue', resource: 'AWS::SQS::Queue', to: 5_300 },
      { id: 'Dwell Time', parent: 'queue', service: 'queue', from: 10, to: 5_000 },
      { id: 'mail', parent: 'queue', service: 'mail', spanKind: 'server', from: 5_000, to: 5_200 },
    ),
  )();

  expect(cause?.kind).toBe('queue-wait');
});

test('work that its own process did not wait for made nothing late', () => {
  const causes = scene(
    spans(
      { id: 'GET /', to: 400 },
      { id: 'price', parent: 'GET /', spanKind: 'client', from: 10, to: 390 },
      { id: 'audit', parent: 'GET /', from: 20, to: 3_000 },
    ),
  )();

  expect(causes).toEqual([]);
});
