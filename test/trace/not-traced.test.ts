import { expect, test } from 'vitest';
import { fromMillis } from '../../src/units.ts';
import { only } from './only.ts';
import { anInvocation, aSpan, aSpanId, aTrace, at, BEGIN_MS } from './records.ts';

const sentMs = (ms: number) => ({ 'tracefall.received.sent_us': at(ms), 'tracefall.received.ids': ['m-1'] });
const consumer = (attributes = {}) =>
  aSpan({ id: 'take', trace: 'taken', spanKind: 'server', service: 'mail', from: 5_000, to: 5_100, attributes });

test('a message whose sender was not traced waited since it was sent, and the transaction began then', () => {
  const stream = { ...sentMs(1_000), 'tracefall.received.from': 'aws:kinesis' };
  const transaction = only([consumer(stream)]);

  expect(transaction).toMatchObject({ start: at(1_000), duration: 4_100_000, incomplete: ['producer-not-traced'] });
  expect(transaction.criticalPath).toEqual([
    { spanId: aSpanId('take'), start: at(1_000), end: at(5_000), what: 'wait', why: 'queue' },
    { spanId: aSpanId('take'), start: at(5_000), end: at(5_100), what: 'work' },
  ]);
  expect(transaction.breakdown).toMatchObject({ queueing: 4_000_000, computation: 100_000 });
});

test('an object that was stored, and triggered a function, waited for it', () => {
  const written = { 'faas.document.time': new Date(BEGIN_MS + 4_000).toISOString(), 'faas.trigger': 'datasource' };

  expect(only([consumer(written)])).toMatchObject({ duration: 1_100_000, breakdown: { trigger: 1_000_000 } });
});

test.each([
  ['later than it was taken', 6_000],
  ['longer ago than any stream keeps it', -400 * 86_400_000],
])('a time %s is no time of sending', (_what, ms) => {
  expect(only([consumer(sentMs(ms))])).toMatchObject({ duration: 100_000, incomplete: [] });
});

test('where the sender was traced the transaction begins with it, and nothing is missing', () => {
  const sender = aTrace(
    'sent',
    { id: 'entry', to: 900 },
    { id: 'send', parent: 'entry', spanKind: 'producer', from: 800, to: 890, attributes: { 'messaging.message.id': 'm-1' } },
  );

  expect(only([...sender, consumer(sentMs(890))])).toMatchObject({ start: at(0), duration: 5_100_000, incomplete: [] });
});

test('a message that nobody is known to have taken is told', () => {
  const send = { id: 'send', parent: 'entry', spanKind: 'producer', from: 10, to: 20 } as const;
  const took = { id: 'take', parent: 'send', spanKind: 'consumer', from: 30, to: 40 } as const;

  expect(only(aTrace('trace', { id: 'entry' }, send)).incomplete).toEqual(['consumer-not-traced']);
  expect(only(aTrace('trace', { id: 'entry' }, send, took)).incomplete).toEqual([]);
});

test('of messages that one batch took each was taken', () => {
  const send = (id: string, from: number) =>
    ({ id, parent: 'entry', spanKind: 'producer', from, to: from + 5, attributes: { 'messaging.message.id': id } }) as const;
  const batch = aSpan({
    id: 'batch',
    trace: 'b',
    spanKind: 'consumer',
    from: 50,
    attributes: { 'messaging.message.id': ['m-1', 'm-2'] },
  });

  expect(only([...aTrace('trace', { id: 'entry' }, send('m-1', 10), send('m-2', 20)), batch]).incomplete).toEqual([]);
});

test('a run of which the platform says that it sends no trace was left out by sampling', () => {
  const run = { trace: 'trace', caller: 'entry', function: 'mail', atMs: 80, duration: fromMillis(50) } as const;

  expect(only([aSpan(), anInvocation({ ...run, sampled: false })]).incomplete).toEqual(['sampled']);
  expect(only([aSpan(), anInvocation({ ...run, sampled: true })]).incomplete).toEqual([]);
});

test('a span that came all the same was not left out', () => {
  expect(only([aSpan({ service: 'mail' }), anInvocation({ span: 'entry', sampled: false })]).incomplete).toEqual([]);
});

test('a header that says its trace was not sampled says why the sender is missing', () => {
  const header = { ...sentMs(1_000), 'tracefall.received.unsampled': true };

  expect(only([consumer(header)]).incomplete).toEqual(['producer-not-traced', 'sampled']);
});
