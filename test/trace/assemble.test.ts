import { expect, test } from 'vitest';
import { assemble } from '../../src/trace/assemble.ts';
import type { Transaction } from '../../src/trace/transaction.ts';
import { fromMillis } from '../../src/units.ts';
import { only, spanOf } from './only.ts';
import { aLog, anInvocation, aSpan, aSpanId, aTrace, aTraceId, at } from './records.ts';

/** `entry > pay > charge`: the tree in one line, children after their parent. */
const tree = (transaction: Transaction): string =>
  transaction.spans.map((span) => `${'.'.repeat(span.depth)}${span.operation}`).join(' ');

test('no records make no transaction', () => {
  expect(assemble([])).toEqual({ transactions: [], counts: { placed: 0, duplicates: 0, unplaced: 0 } });
});

test('names a transaction after its entry', () => {
  const transaction = only(
    aTrace(
      'trace',
      { id: 'POST /checkout', service: 'gateway', attributes: { 'deployment.environment.name': 'prod' } },
      { id: 'charge', parent: 'POST /checkout', from: 10, to: 60 },
    ),
  );

  expect(transaction).toMatchObject({
    id: aTraceId('trace'),
    traceIds: [aTraceId('trace')],
    name: 'POST /checkout',
    service: 'gateway',
    environment: 'prod',
    outcome: 'ok',
    incomplete: [],
    start: at(0),
    duration: fromMillis(100),
  });
});

test('takes the environment of any span where the entry says none', () => {
  const silent = only(aTrace('trace', { id: 'entry' }));
  const told = only(
    aTrace('trace', { id: 'entry' }, { id: 'a', parent: 'entry', attributes: { 'deployment.environment': 'staging' } }),
  );

  expect([silent.environment, told.environment]).toEqual(['default', 'staging']);
});

test('the finished copy of a span wins, with what only the in-progress copy knew', () => {
  const inProgress = aSpan({
    to: undefined,
    service: 'orders',
    attributes: { 'aws.xray.inprogress': true, 'aws.resource_arn': 'arn' },
  });
  const finished = aSpan({ service: undefined, to: 90, attributes: { PlatformType: 'SFN' } });
  const { transactions, counts } = assemble([finished, inProgress]);

  expect(counts).toEqual({ placed: 1, duplicates: 1, unplaced: 0 });
  expect(transactions[0]?.spans[0]).toMatchObject({
    service: 'orders',
    duration: fromMillis(90),
    attributes: { PlatformType: 'SFN', 'aws.resource_arn': 'arn' },
  });
  expect(transactions[0]?.spans[0]?.attributes).not.toHaveProperty('aws.xray.inprogress');
  expect(transactions[0]?.incomplete).toEqual([]);
});

test('a span that names no service has that of its nearest ancestor', () => {
  const transaction = only(
    aTrace(
      'trace',
      { id: 'entry', service: 'orders' },
      { id: 'handler', parent: 'entry', service: undefined },
      { id: 'PutItem', parent: 'handler', service: undefined },
    ),
  );

  expect(transaction.spans.map((span) => span.service)).toEqual(['orders', 'orders', 'orders']);
});

test('siblings come by start, each with its family', () => {
  const transaction = only(
    aTrace(
      'trace',
      { id: 'late', parent: 'entry', from: 50, to: 60 },
      { id: 'inner', parent: 'early', from: 12, to: 14 },
      { id: 'early', parent: 'entry', from: 10, to: 40 },
      { id: 'entry' },
    ),
  );

  expect(tree(transaction)).toBe('entry .early ..inner .late');
});

test('a span whose parent never came hangs under the entry and is flagged', () => {
  const transaction = only(aTrace('trace', { id: 'entry' }, { id: 'orphan', parent: 'never came', from: 20, to: 30 }));

  expect(tree(transaction)).toBe('entry .orphan');
  expect(transaction.incomplete).toEqual(['missing-parent']);
  expect(spanOf(transaction, 'orphan')).toMatchObject({ parentSpanId: aSpanId('never came'), join: undefined });
});

test('without any root the first to start is the entry', () => {
  const transaction = only(
    aTrace(
      'trace',
      { id: 'b', parent: 'lost', from: 20, to: 90, spanKind: 'server' },
      { id: 'a', parent: 'lost', from: 10, to: 15, spanKind: 'server' },
    ),
  );

  expect(transaction).toMatchObject({ name: 'a', incomplete: ['missing-root', 'missing-parent'] });
});

test('of several roots what answers requests is the entry, not what started first', () => {
  const transaction = only(aTrace('trace', { id: 'init', spanKind: 'internal', from: 0, to: 5 }, { id: 'GET /', from: 6 }));

  expect(tree(transaction)).toBe('GET / .init');
});

test('a ring of parents is cut where it started and counted', () => {
  const transaction = only(
    aTrace(
      'trace',
      { id: 'a', parent: 'c' },
      { id: 'b', parent: 'a', from: 1 },
      { id: 'c', parent: 'b', from: 2 },
      { id: 'self', parent: 'self', from: 3 },
    ),
  );

  expect(tree(transaction)).toBe('a .b ..c .self');
  expect(transaction.incomplete).toEqual(['missing-root', 'cycle']);
});

test('a consumer in a trace of its own joins the producer it links to', () => {
  const producing = aTrace(
    'one',
    { id: 'POST /orders', to: 50 },
    { id: 'send', parent: 'POST /orders', spanKind: 'producer', from: 10, to: 40 },
  );
  const consuming = aTrace('two', {
    id: 'process',
    spanKind: 'consumer',
    service: 'mail',
    from: 500,
    to: 600,
    links: [{ trace: 'one', id: 'send' }],
  });
  const transaction = only([...consuming, ...producing]);

  expect(tree(transaction)).toBe('POST /orders .send ..process');
  expect(transaction).toMatchObject({
    id: aTraceId('one'),
    traceIds: [aTraceId('one'), aTraceId('two')],
    duration: fromMillis(600),
    incomplete: [],
  });
  expect(spanOf(transaction, 'process')).toMatchObject({ join: 'link', parentSpanId: aSpanId('send') });
});

test('a function joins the producer that a span inside it links to', () => {
  const producing = aTrace('one', { id: 'send', spanKind: 'producer', to: 40 });
  const consuming = aTrace(
    'two',
    { id: 'mail-fn', service: 'mail', from: 100, to: 200 },
    {
      id: 'process',
      parent: 'mail-fn',
      spanKind: 'consumer',
      service: 'mail',
      from: 110,
      to: 190,
      links: [{ trace: 'one', id: 'send' }],
    },
  );

  expect(tree(only([...producing, ...consuming]))).toBe('send .mail-fn ..process');
});

test('a link to a trace that nobody knows changes nothing, but who sent is missing', () => {
  const transaction = only(aTrace('one', { id: 'process', spanKind: 'consumer', links: [{ trace: 'far', id: 'away' }] }));

  expect(transaction).toMatchObject({ traceIds: [aTraceId('one')], incomplete: ['producer-not-traced'] });
});

test('traces that link to each other are one transaction, entered where it began', () => {
  const transaction = only([
    aSpan({ trace: 'one', id: 'ask', links: [{ trace: 'two', id: 'answer' }] }),
    aSpan({ trace: 'two', id: 'answer', from: 50, to: 150, links: [{ trace: 'one', id: 'ask' }] }),
  ]);

  expect(tree(transaction)).toBe('ask .answer');
});

test('a consumer without link or parent joins the producer of its message', () => {
  const message = { 'messaging.message.id': '5e6f0b1e-0000-4000-8000-000000000001' };
  const transaction = only(
    aTrace(
      'trace',
      { id: 'send', spanKind: 'producer', service: 'shop', attributes: message },
      { id: 'process', parent: 'lost', spanKind: 'consumer', service: 'mail', from: 300, to: 400, attributes: message },
    ),
  );

  expect(spanOf(transaction, 'process')).toMatchObject({ join: 'message', parentSpanId: aSpanId('send') });
  expect(transaction.incomplete).toEqual([]);
});

test('what never ended is closed by what is known around it and flagged', () => {
  const transaction = only(
    aTrace('trace', { id: 'entry', to: 100 }, { id: 'call', parent: 'entry', spanKind: 'client', from: 20, to: undefined }),
  );

  expect(transaction.incomplete).toEqual(['still-running']);
  expect(spanOf(transaction, 'call')).toMatchObject({ duration: undefined, critical: fromMillis(80) });
});

test('logs travel with their transaction, by time; those of an unknown trace are counted', () => {
  const { transactions, counts } = assemble([
    aSpan({ attributes: { 'faas.invocation_id': 'request-9' } }),
    aLog({ atMs: 30, body: 'second' }),
    aLog({ atMs: 10, body: 'first', trace: undefined, requestId: 'request-9' }),
    aLog({ atMs: 20, body: 'elsewhere', trace: 'unknown' }),
  ]);

  expect(transactions[0]?.logs.map((log) => log.body)).toEqual(['first', 'second']);
  expect(counts).toEqual({ placed: 3, duplicates: 0, unplaced: 1 });
});

test('a report whose trace nobody knows is counted as unplaced', () => {
  expect(assemble([aSpan(), anInvocation({ trace: undefined, requestId: 'nobody' })]).counts).toEqual({
    placed: 1,
    duplicates: 0,
    unplaced: 1,
  });
});

test.each([
  ['an error of the entry', { status: 'error' }, 'failed'],
  ['a server fault that nobody marked', { attributes: { 'http.response.status_code': 502 } }, 'failed'],
  ['a server fault that somebody called fine', { status: 'ok', attributes: { 'http.response.status_code': 502 } }, 'ok'],
  ["a client's mistake", { attributes: { 'http.response.status_code': 404 } }, 'ok'],
] as const)('%s makes the transaction %j %s', (_what, words, outcome) => {
  expect(only([aSpan(words)]).outcome).toBe(outcome);
});

test('an error that the caller swallowed fails nothing, a lost message does', () => {
  const swallowed = aTrace(
    'trace',
    { id: 'entry' },
    { id: 'cache', parent: 'entry', spanKind: 'client', status: 'error', from: 5, to: 10 },
  );
  const lost = aTrace(
    'trace',
    { id: 'entry' },
    { id: 'mail', parent: 'entry', spanKind: 'consumer', service: 'mail', status: 'error', from: 200, to: 250 },
  );
  const madeGood = [
    ...lost,
    aSpan({ id: 'mail again', operation: 'mail', parent: 'entry', spanKind: 'consumer', service: 'mail', from: 300, to: 350 }),
  ];

  expect([only(swallowed).outcome, only(lost).outcome, only(madeGood).outcome]).toEqual(['ok', 'failed', 'ok']);
});
