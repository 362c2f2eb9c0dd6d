import { describe, expect, test } from 'vitest';
import type { Cause } from '../../src/diagnosis/cause.ts';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import type { UsualByOperation } from '../../src/diagnosis/usual.ts';
import type { TelemetryRecord } from '../../src/telemetry/record.ts';
import { aLog, anEvent, aSpanId, aTrace, type SpanWords } from '../trace/records.ts';
import { NOTHING_USUAL, onlyTransaction } from './judged.ts';
import { usually } from './usually.ts';

const causesOf = (records: readonly TelemetryRecord[], usual: UsualByOperation = NOTHING_USUAL): readonly Cause[] =>
  diagnose(onlyTransaction(records), usual);
const kindsOf = (records: readonly TelemetryRecord[], usual: UsualByOperation = NOTHING_USUAL) =>
  causesOf(records, usual).map(({ kind }) => kind);

/** Calls of one entry, each of them a client span of the same operation. */
function calling(entryMs: number, ...calls: readonly SpanWords[]): readonly TelemetryRecord[] {
  const client = { parent: 'GET /', operation: 'GetItem', spanKind: 'client' } as const;
  return aTrace(
    'trace',
    { id: 'GET /', to: entryMs },
    ...calls.map((call, n): SpanWords => ({ id: `call ${n}`, ...client, ...call })),
  );
}

const inTurn = (count: number, ms: number): readonly SpanWords[] =>
  Array.from({ length: count }, (_, n) => ({ from: n * ms, to: (n + 1) * ms }));

describe('a call that is made again and again', () => {
  const usual = usually({
    'shop|GET /': { p50: 60, own: 5, calls: { 'shop|GetItem': { times: 2 } } },
    'shop|GetItem': { p50: 20, own: 20 },
  });

  test('is too many calls where each is as fast as ever', () => {
    const [cause] = causesOf(calling(400, ...inTurn(12, 30)), usual);

    expect(cause).toMatchObject({ kind: 'n-plus-one', service: 'shop', operation: 'GetItem' });
    expect(cause?.spanIds).toHaveLength(12);
    expect(cause?.evidence).toContain('12 calls, usually 2');
  });

  test('is a slow call where they are slower, and nothing where they are as many as ever', () => {
    expect(kindsOf(calling(1_000, ...inTurn(12, 80)), usual)).toEqual(['slow-dependency']);
    expect(kindsOf(calling(70, ...inTurn(2, 30)), usual)).toEqual([]);
  });

  test('is a loop without history too, but not where the calls go out at once', () => {
    expect(kindsOf(calling(1_200, ...inTurn(12, 95)))).toEqual(['n-plus-one']);
    expect(kindsOf(calling(1_200, ...inTurn(12, 95).map((call) => ({ ...call, from: 0, to: 1_100 }))))).not.toContain(
      'n-plus-one',
    );
  });
});

describe('a call that is tried again', () => {
  const failed = { status: 'error', error: { type: 'ThrottlingException', message: 'slow down' } } as const;
  const retried = [
    { from: 10, to: 50, ...failed },
    { from: 600, to: 640, ...failed },
    { from: 2_000, to: 2_040 },
  ];

  test('costs its attempts and the waits between them, though it went well in the end', () => {
    const [cause] = causesOf(calling(2_100, ...retried));

    expect(cause).toMatchObject({
      kind: 'retried',
      operation: 'GetItem',
      summary: expect.stringContaining('1.99 s of the 2.10 s path'),
    });
    expect(cause?.evidence).toContain('it said: ThrottlingException: slow down');
  });

  test('is not what costs where the last attempt took as long, or where nothing failed', () => {
    expect(kindsOf(calling(2_100, { from: 10, to: 1_000, ...failed }, { from: 1_010, to: 2_050 }))).not.toContain('retried');
    expect(kindsOf(calling(2_100, ...retried.map(({ from, to }) => ({ from, to }))))).toEqual(['slow-self']);
  });
});

describe('a call that is usually made', () => {
  const transfer = (words: SpanWords = {}) => [
    { id: 'POST /transfer', to: 80, ...words },
    { id: 'Write', parent: 'POST /transfer', spanKind: 'client' as const, from: 10, to: 60 },
  ];
  const usual = (made: number, of = 500) =>
    usually({ 'shop|POST /transfer': { p50: 80, calls: { 'shop|Write': {}, 'shop|PutEvents': { made, of } } } });

  test('and was not is missing, though nothing failed', () => {
    expect(causesOf(aTrace('trace', ...transfer()), usual(0.998))).toMatchObject([
      {
        kind: 'missing-call',
        operation: 'POST /transfer',
        edge: { caller: 'shop', callee: 'PutEvents' },
        evidence: ['99.8 % of 500 sightings of shop POST /transfer call PutEvents; this one did not'],
      },
    ]);
  });

  test.each([
    ['is often left out', transfer(), usual(0.9)],
    ['was seen too rarely', transfer(), usual(1, 49)],
    ['comes after what failed', transfer({ status: 'error', error: { type: 'NoFunds', message: 'no funds' } }), usual(1)],
    ['may lie in what never came', [...transfer(), { id: 'lost', parent: 'nowhere' }], usual(1)],
  ] as const)('and %s is not missed', (_what, words, known) => {
    expect(kindsOf(aTrace('trace', ...words), known)).not.toContain('missing-call');
  });
});

describe('an error that somebody caught', () => {
  const task = { id: 'task', service: 'sfn', parent: 'machine', from: 20, to: 700 } as const;
  const error = { type: 'PhotoDoesNotMeetRequirementError', message: 'Detected 0 faces in the photo.' };
  const execution = (words: SpanWords) =>
    aTrace(
      'trace',
      { id: 'gateway', service: 'gateway', to: 50, attributes: { 'http.response.status_code': 200 } },
      {
        id: 'machine',
        parent: 'gateway',
        service: 'sfn',
        spanKind: 'server',
        from: 10,
        to: 900,
        resource: 'AWS::StepFunctions::StateMachine',
      },
      { ...task, ...words },
      { id: 'function', parent: 'task', service: 'faces', spanKind: 'server', from: 25, to: 690, ...words },
    );

  test('as a state machine does is told, with the words AWS recorded, and not as a certainty', () => {
    const [cause] = causesOf(execution({ status: 'error', error }));

    expect(cause).toMatchObject({ kind: 'swallowed-error', service: 'faces', summary: expect.stringContaining(error.message) });
    expect(cause?.spanIds).toContain(aSpanId('function'));
    expect(cause?.confidence).toBeLessThan(0.55);
  });

  test('is not told where nothing failed, where it is there every time, or where the thing is just not there', () => {
    const always = usually({ 'faces|function': { failing: 0.9 }, 'sfn|task': { failing: 0.9 } });

    expect(kindsOf(execution({}))).not.toContain('swallowed-error');
    expect(kindsOf(execution({ status: 'error', error }), always)).not.toContain('swallowed-error');
    expect(kindsOf(calling(80, { status: 'error', from: 1, to: 20, attributes: { 'http.response.status_code': 404 } }))).toEqual(
      [],
    );
  });
});

describe('what never ran', () => {
  const gateway: SpanWords = {
    id: 'gateway',
    service: 'gateway',
    to: 10,
    status: 'error',
    attributes: { 'http.response.status_code': 500 },
  };
  const invoke: SpanWords = {
    id: 'Invoke',
    parent: 'gateway',
    service: 'gateway',
    spanKind: 'client',
    from: 2,
    to: 9,
    status: 'ok',
  };
  const service: SpanWords = {
    id: 'service',
    parent: 'Invoke',
    service: 'upload',
    spanKind: 'server',
    from: 3,
    to: 8,
    resource: 'AWS::Lambda',
  };
  const ran: SpanWords = {
    id: 'function',
    parent: 'service',
    service: 'upload',
    spanKind: 'server',
    from: 4,
    to: 7,
    resource: 'AWS::Lambda::Function',
  };

  test('has no segment of the function', () => {
    expect(causesOf(aTrace('trace', gateway, invoke, service))[0]).toMatchObject({
      kind: 'never-invoked',
      edge: { caller: 'gateway', callee: 'upload' },
    });
  });

  test('is neither what ran, nor what took as long as a handler does', () => {
    expect(kindsOf(aTrace('trace', gateway, invoke, service, ran))).not.toContain('never-invoked');
    expect(kindsOf(aTrace('trace', { ...gateway, to: 900 }, { ...invoke, to: 890 }, { ...service, to: 880 }))).not.toContain(
      'never-invoked',
    );
  });

  test('was throttled where X-Ray says so, behind an invoke segment that does not', () => {
    const throttled = {
      ...service,
      status: 'error' as const,
      attributes: { 'http.response.status_code': 429, 'aws.xray.throttle': true },
    };

    expect(causesOf(aTrace('trace', gateway, invoke, throttled))[0]).toMatchObject({ kind: 'throttled', service: 'upload' });
  });
});

test.each([
  ['concurrency-limit', 'Rate Exceeded (ReservedFunctionConcurrentInvocationLimitExceeded)'],
  ['throttled', 'Rate Exceeded'],
])('a refused invocation is %s by what it says: %s', (kind, message) => {
  const error = { type: 'TooManyRequestsException', message };
  const records = aTrace(
    'trace',
    { id: 'entry', status: 'error' },
    { id: 'Invoke', parent: 'entry', spanKind: 'client', status: 'error', error, to: 90 },
  );

  expect(kindsOf(records)).toEqual([kind]);
});

describe('a message', () => {
  const delivery = (id: string, from: number, message = 'm1'): SpanWords => ({
    ...{ id, operation: 'process', parent: 'send', service: 'mail', spanKind: 'consumer', from, to: from + 45_000 },
    attributes: { 'messaging.message.id': message },
  });
  const send: SpanWords = { id: 'send', spanKind: 'producer', to: 20 };

  test('in two hands at once was delivered again too early', () => {
    const [cause] = causesOf(aTrace('trace', send, delivery('first', 100), delivery('again', 30_100)));

    expect(cause).toMatchObject({ kind: 'duplicate-delivery', service: 'mail', confidence: 0.9 });
    expect(cause?.summary).toContain('the same message again 30.0 s after it began');
  });

  test('is not where the first was over, or where it is another', () => {
    expect(kindsOf(aTrace('trace', send, delivery('first', 100), delivery('again', 50_000)))).not.toContain('duplicate-delivery');
    expect(kindsOf(aTrace('trace', send, delivery('first', 100), delivery('again', 30_100, 'm2')))).not.toContain(
      'duplicate-delivery',
    );
  });

  test('that lay in a stream is its consumer that lags, and one in a queue is a wait', () => {
    const consumed = (system: string) =>
      kindsOf(aTrace('trace', send, { ...delivery('read', 60_000), to: 60_100, attributes: { 'messaging.system': system } }))[0];

    expect([consumed('aws.kinesis'), consumed('aws_sqs')]).toEqual(['iterator-age', 'queue-wait']);
  });

  test('that Lambda never tried was given up, and one that failed says so beside its error', () => {
    const never = anEvent({ trace: 'trace', condition: 'EventAgeExceeded', attempts: 0, requestId: undefined, function: 'mail' });
    const [given] = causesOf([...aTrace('trace', send), never]);
    const failing = aTrace('trace', send, {
      ...delivery('read', 100),
      status: 'error',
      error: { type: 'SyntaxError', message: 'bad JSON' },
    });

    expect(given).toMatchObject({
      kind: 'dead-letter',
      summary: 'What shop send sent was given up: Lambda gave the event up (EventAgeExceeded, 0 attempts)',
    });
    expect(causesOf([...failing, never])[0]).toMatchObject({
      kind: 'exception',
      evidence: expect.arrayContaining([expect.stringContaining('EventAgeExceeded')]),
    });
    expect(kindsOf(aTrace('trace', send))).toEqual([]);
  });
});

test('a bare failure is told by what was logged in its span, else it says that nothing tells why', () => {
  const bare = aTrace('trace', { id: 'entry', status: 'error', attributes: { 'http.response.status_code': 500 } });
  const log = aLog({ trace: 'trace', span: 'entry', severity: 'error', body: 'seat 14C is taken' });

  expect(causesOf([...bare, log])[0]?.evidence).toContain('it logged: seat 14C is taken');
  expect(causesOf(bare)[0]?.evidence).toContain('not seen: why: no error text, no log of it');
});

describe('a failed answer behind a call that does not say so', () => {
  const failed = (type: string) => ({ status: 'error' as const, error: { type, message: `${type} it was` } });
  const chain = (call: SpanWords, ...more: readonly SpanWords[]) =>
    aTrace(
      'trace',
      { id: 'entry', service: 'gateway', to: 200, ...failed('BadGateway') },
      { id: 'call', operation: 'GET /pay', parent: 'entry', service: 'gateway', spanKind: 'client', from: 10, to: 90, ...call },
      { id: 'pay', parent: 'call', service: 'pay', spanKind: 'server', from: 20, to: 80, ...failed('CardDeclined') },
      ...more,
    );

  test('is where it began, and not the gateway that has words for it, too', () => {
    expect(causesOf(chain({}))[0]).toMatchObject({ kind: 'exception', service: 'pay', confidence: 0.85 });
  });

  test('is not where the call says that it went well, or went well later', () => {
    const again: SpanWords = { id: 'again', operation: 'GET /pay', parent: 'entry', service: 'gateway', spanKind: 'client' };
    const well: SpanWords = { id: 'paid', parent: 'again', service: 'pay', spanKind: 'server', from: 105, to: 140 };

    expect(causesOf(chain({ status: 'ok' }))[0]).toMatchObject({ service: 'gateway' });
    expect(causesOf(chain({}, { ...again, from: 100, to: 150 }, well))[0]).toMatchObject({ service: 'gateway' });
  });

  test('changes nothing where nothing failed', () => {
    expect(kindsOf(aTrace('trace', { id: 'entry' }, { id: 'call', parent: 'entry', spanKind: 'client', to: 90 }))).toEqual([]);
  });
});

test('what was seen for the first time today is said with care, and that it may fail always', () => {
  const failing = aTrace('trace', { id: 'GET /', status: 'error', error: { type: 'NoFunds', message: 'no funds' } });
  const seen = (failing: number | undefined) => usually({ 'shop|GET /': { p50: 100, failing } });
  const [newly] = causesOf(failing, seen(undefined));

  expect(newly?.evidence).toContain('no history yet of shop GET /: it may fail like this every time');
  expect(newly?.confidence).toBeLessThan(0.8);
  expect(causesOf(failing, seen(0))[0]?.confidence).toBeGreaterThanOrEqual(0.8);
  expect(causesOf(failing, seen(0))[0]?.evidence.join()).not.toContain('no history');
});

describe('a state that does nothing', () => {
  const machine = (state: SpanWords) =>
    aTrace(
      'trace',
      { id: 'order', service: 'machine', to: 6_000, resource: 'AWS::StepFunctions::StateMachine' },
      { id: 'state', operation: 'Cool down', parent: 'order', service: 'machine', from: 100, to: 5_900, ...state },
    );

  test('was told to wait, and that is what is said', () => {
    expect(causesOf(machine({}))[0]).toMatchObject({
      kind: 'slow-self',
      summary: 'The state machine machine was told to wait in Cool down: 5.80 s of the 6.00 s path (97 %)',
    });
    expect(causesOf(machine({}))[0]?.evidence.join()).not.toContain('not seen');
  });

  test('is told apart from a program that takes as long', () => {
    expect(causesOf(machine({ service: 'worker', spanKind: 'server' }))[0]?.summary).toContain(
      'worker Cool down spent the time itself',
    );
  });
});
