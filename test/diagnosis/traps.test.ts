import { describe, expect, test } from 'vitest';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { learned } from '../../src/diagnosis/learn.ts';
import { windowCauses } from '../../src/diagnosis/window.ts';
import { assemble } from '../../src/trace/assemble.ts';
import { aSpan, aTrace, at, type SpanWords } from '../trace/records.ts';
import { judgedSlow, judgedTwo, NOTHING_USUAL, onlyTransaction } from './judged.ts';
import { orders, transactions } from './orders.ts';
import { usually } from './usually.ts';

/** What a hint is easily wrong about. Each of them misled a published method, or an experiment of ours, on recorded faults. */

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => 31_000 * n);

describe('time that lies between two ends', () => {
  test.each(['caller', 'callee', 'edge'] as const)('is found by who blames the %s', (at) => {
    const judged = SEEDS.map((seed) => judgedSlow(at, seed, { isRed: false, hasHistory: false }));

    expect(judged.map(({ right }) => right)).toEqual(SEEDS.map(() => true));
    expect(judged.every(({ cause }) => cause?.kind === 'gap' && cause.edge)).toBe(true);
  });

  test('of all calls of one service is its own, of all calls to one service is that one’s', () => {
    const call = (n: number, from: string, to: string, start: number): readonly SpanWords[] => [
      { id: `call ${n}`, operation: `GET ${to}`, parent: from, service: from, spanKind: 'client', from: start, to: start + 440 },
      {
        id: `${to} ${n}`,
        operation: to,
        parent: `call ${n}`,
        service: to,
        spanKind: 'server',
        from: start + 420,
        to: start + 439,
      },
    ];
    const entry: SpanWords = { id: 'api', service: 'api', to: 2_000 };
    const out = [entry, ...call(1, 'api', 'a', 10), ...call(2, 'api', 'b', 500), ...call(3, 'api', 'c', 1_000)];
    const nested: SpanWords = { id: 'shop', parent: 'api', service: 'shop', from: 900, to: 1_900 };
    const into = [entry, nested, ...call(1, 'api', 'db', 10), ...call(2, 'shop', 'db', 910), ...call(3, 'shop', 'db', 1_400)];
    const first = (words: readonly SpanWords[]) => diagnose(onlyTransaction(aTrace('trace', ...words)), NOTHING_USUAL)[0];

    expect(first(out)).toMatchObject({ kind: 'gap', service: 'api' });
    expect(first(into)).toMatchObject({ kind: 'gap', service: 'db', edge: { callee: 'db' } });
  });
});

describe('a span that is red', () => {
  test.each(['self', 'edge'] as const)('with a bare code, as it is when all is well, does not hide a delay at the %s', (at) => {
    expect(SEEDS.map((seed) => judgedSlow(at, seed, { isRed: true, hasHistory: true }).right)).toEqual(SEEDS.map(() => true));
  });

  test('every time explains nothing, also with words; the first time it does', () => {
    const words = aTrace(
      'trace',
      { id: 'GET /', to: 2_000, status: 'error', error: { type: 'Upstream', message: 'contacts are old' } },
      { id: 'contacts', parent: 'GET /', spanKind: 'client', from: 20, to: 1_900 },
    );
    const usual = (failing: number) => usually({ 'shop|GET /': { p50: 100, failing }, 'shop|contacts': { p50: 50, own: 50 } });
    const first = (failing: number) => diagnose(onlyTransaction(words), usual(failing))[0]?.kind;

    expect([first(0.98), first(0)]).toEqual(['slow-dependency', 'exception']);
  });
});

describe('a baseline', () => {
  const order = (n: number, ms: number) =>
    aTrace(
      `t${n}`,
      { id: `e${n}`, operation: 'POST /', to: ms + 20 },
      { id: `c${n}`, operation: 'Put', parent: `e${n}`, spanKind: 'client', from: 10, to: ms + 10 },
    );
  const slow = onlyTransaction(order(9_000, 3_000));

  test('that saw the incident does not take it for usual', () => {
    const seen = [
      ...Array.from({ length: 60 }, (_, n) => order(n, 50)),
      ...Array.from({ length: 30 }, (_, n) => order(500 + n, 2_800)),
    ];
    // A third of it is the incident, and so its p95 is that too.
    const usual = learned(assemble(seen.flat()).transactions);

    expect(diagnose(slow, usual)[0]).toMatchObject({ kind: 'slow-dependency', operation: 'Put' });
  });

  test('of something that was hardly ever seen calls nothing unusual', () => {
    const usual = learned(assemble(Array.from({ length: 5 }, (_, n) => order(n, 50)).flat()).transactions);

    expect(diagnose(onlyTransaction(order(9_001, 60)), usual)).toEqual([]);
  });
});

test('many small excesses of a chatty service are not the one that matters', () => {
  const chatty = Array.from(
    { length: 60 },
    (_, n): SpanWords => ({ id: `log ${n}`, operation: 'log', parent: 'GET /', spanKind: 'client', from: 6 * n, to: 6 * n + 5 }),
  );
  const spans = [
    aSpan({ id: 'GET /', to: 2_400 }),
    ...aTrace('trace', ...chatty),
    aSpan({ id: 'rates', parent: 'GET /', spanKind: 'client', from: 400, to: 2_380 }),
  ];
  const usual = usually({
    'shop|GET /': { p50: 500, own: 60 },
    'shop|log': { p50: 2, own: 2 },
    'shop|rates': { p50: 90, own: 90 },
  });

  expect(diagnose(onlyTransaction(spans), usual)[0]).toMatchObject({ kind: 'slow-dependency', operation: 'rates' });
});

test('of two delays the longer is named first', () => {
  expect(judgedTwo(77_000).right).toBe(true);
});

describe('a deployment', () => {
  const bought = onlyTransaction(
    aTrace(
      'trace',
      { id: 'POST /buy', service: 'storefront', to: 120, status: 'error' },
      { id: 'call', parent: 'POST /buy', service: 'storefront', spanKind: 'client', status: 'error', from: 10, to: 110 },
      {
        ...{ id: 'reserve', parent: 'call', service: 'inventory', spanKind: 'server', from: 20, to: 100 },
        ...{ status: 'error', error: { type: 'KeyError', message: "'warehouse'" } },
      },
    ),
  );
  const deployed = (resource: string, minutesBefore: number, version: string) => ({
    ...{ at: at(-60_000 * minutesBefore), resource, action: 'UpdateAlias', version },
  });

  test('that came last, half a minute before, is not the cause; the one of what broke is its evidence', () => {
    const [cause, ...others] = diagnose(bought, NOTHING_USUAL, [deployed('ads', 0.5, '9'), deployed('inventory', 6, '31')]);

    expect(cause).toMatchObject({ kind: 'exception', service: 'inventory' });
    expect(cause?.evidence).toContain('began 6 min after version 31 of inventory went live');
    expect(JSON.stringify([cause, ...others])).not.toContain('ads');
  });
});

test('an error that only a log tells is found where many transactions are compared', () => {
  const lines = (...bodies: readonly string[]) =>
    bodies.map((body) => ({ service: 'checkout', severity: 'info', body }) as const);
  const wrong = { service: 'checkout', severity: 'error', body: 'Reservation failed: seat is taken' } as const;
  const judged = transactions(orders(40, { logs: [...lines('reserve items'), wrong] }, 'window')).map((transaction) => ({
    ...{ transaction, outcome: transaction.outcome, causes: diagnose(transaction, NOTHING_USUAL) },
  }));
  const baseline = transactions(orders(60, { logs: lines('reserve items') }, 'normal'));

  expect(judged.every(({ outcome }) => outcome === 'ok')).toBe(true);
  expect(windowCauses({ judged, baseline, events: [] })[0]).toMatchObject({
    kind: 'exception',
    service: 'checkout',
    summary: expect.stringContaining(wrong.body),
  });
});

describe('a branch that depends on data', () => {
  const transfer = onlyTransaction(aTrace('trace', { id: 'POST /transfer', to: 80 }));
  const made = (share: number) =>
    usually({ 'shop|POST /transfer': { p50: 80, calls: { 'shop|Notify': { made: share, of: 5_000 } } } });

  test('is no call that is missing, however often it was seen; one that is always made is', () => {
    expect([0.67, 0.97, 0.98].map((share) => diagnose(transfer, made(share))[0]?.kind)).toEqual([
      undefined,
      undefined,
      'missing-call',
    ]);
  });
});

describe('what X-Ray sends', () => {
  const lambda: SpanWords = { id: 'lambda', parent: 'gateway', service: 'thumbs', spanKind: 'server', resource: 'AWS::Lambda' };
  const handler: SpanWords = { id: 'handler', parent: 'lambda', service: 'thumbs', resource: 'AWS::Lambda::Function' };
  const slowDown = { type: 'SlowDown', message: 'Please reduce your request rate.' };
  const put: SpanWords = { id: 'PutObject', parent: 'handler', service: 'thumbs', spanKind: 'client', status: 'error' };
  const trace: readonly SpanWords[] = [
    { id: 'gateway', service: 'gateway', to: 1_000, status: 'error', attributes: { 'http.response.status_code': 500 } },
    { ...lambda, status: 'ok', from: 10, to: 990 },
    { ...handler, status: 'error', from: 500, to: 980, error: { type: 'Error', message: 'upload failed' } },
    { ...put, from: 600, to: 700, error: slowDown },
  ];
  const [, , ran = {}, stored = {}] = trace;
  const ring: readonly SpanWords[] = [
    { id: 'one', parent: 'two', service: 'thumbs', from: 510, to: 520 },
    { id: 'two', parent: 'one', service: 'thumbs', from: 510, to: 520 },
  ];

  test.each<[string, readonly SpanWords[]]>([
    ['an invocation that is not marked as failed', trace],
    [
      'an initialization before its parent',
      [...trace, { id: 'Initialization', parent: 'handler', service: 'thumbs', from: 20, to: 490 }],
    ],
    [
      'copies in progress',
      [...trace, { ...ran, status: 'unset', error: undefined, to: undefined }, { ...stored, to: undefined }],
    ],
    ['a ring of parents', [...trace, ...ring]],
    ['no root', trace.slice(2)],
    ['segments in ms about segments in µs', [...trace.slice(0, 3), { ...stored, from: 979.4, to: 981 }]],
  ])('hides the cause behind nothing: %s', (_what, words) => {
    const [cause] = diagnose(onlyTransaction(aTrace('trace', ...words)), NOTHING_USUAL);

    expect(cause).toMatchObject({ kind: 'throttled', service: 'thumbs', operation: 'PutObject' });
  });
});
