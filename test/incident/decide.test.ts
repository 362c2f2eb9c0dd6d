import { expect, test } from 'vitest';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { outcomeOf } from '../../src/diagnosis/outcome.ts';
import type { UsualByOperation } from '../../src/diagnosis/usual.ts';
import { decide } from '../../src/incident/decide.ts';
import type { Alert } from '../../src/incident/incident.ts';
import type { SpanRecord } from '../../src/telemetry/record.ts';
import { assemble } from '../../src/trace/assemble.ts';
import { fromMillis } from '../../src/units.ts';
import { usually } from '../diagnosis/usually.ts';
import { aSpan, aTraceId, at, type SpanWords } from '../trace/records.ts';

const NOTHING_USUAL: UsualByOperation = new Map();

function alertOf(records: readonly SpanRecord[], usual = NOTHING_USUAL): Alert | undefined {
  const [transaction] = assemble(records).transactions;
  if (!transaction) throw new Error('expected a transaction');
  return decide(transaction, outcomeOf(transaction, usual), diagnose(transaction, usual));
}

/** A checkout whose payment declines the card. */
const declined = (trace: string, charge: SpanWords = {}, entry: SpanWords = {}): readonly SpanRecord[] => [
  aSpan({
    trace,
    id: 'entry',
    operation: 'POST /checkout',
    service: 'shop',
    status: 'error',
    attributes: { 'http.response.status_code': 502 },
    ...entry,
  }),
  aSpan({
    trace,
    id: 'charge',
    parent: 'entry',
    service: 'payment-fn',
    spanKind: 'server',
    from: 10,
    to: 80,
    status: 'error',
    error: { type: 'CardError', message: 'card 4242 was declined' },
    ...charge,
  }),
];

test('a healthy transaction tells nothing', () => {
  expect(alertOf([aSpan()])).toBeUndefined();
});

test('a failed transaction tells where it failed, and with what error', () => {
  expect(alertOf(declined('one'))).toMatchObject({
    outcome: 'failed',
    transaction: 'POST /checkout',
    service: 'shop',
    environment: 'default',
    hop: { service: 'payment-fn', operation: 'charge' },
    error: { type: 'CardError', message: 'card 4242 was declined' },
    duration: fromMillis(100),
    traceId: aTraceId('one'),
    traceIds: [aTraceId('one')],
    at: at(0),
    causes: [{ kind: 'exception', service: 'payment-fn' }],
  });
});

test('the same failure of another card is the same incident', () => {
  const other = declined('two', { error: { type: 'CardError', message: 'card 5555 was declined' }, from: 20 });

  expect(alertOf(other)?.signature).toBe(alertOf(declined('one'))?.signature);
});

test.each<[string, SpanWords, SpanWords]>([
  ['error type', { error: { type: 'RateError', message: 'card 4242 was declined' } }, {}],
  ['function', { service: 'fraud-fn' }, {}],
  ['entry', {}, { operation: 'POST /refund' }],
  ['environment', {}, { attributes: { 'deployment.environment.name': 'staging' } }],
])('another %s is another incident', (_what, charge, entry) => {
  expect(alertOf(declined('two', charge, entry))?.signature).not.toBe(alertOf(declined('one'))?.signature);
});

test('the third delivery of a message is the incident of the first', () => {
  const delivery = (count: number) =>
    alertOf(declined('one', { spanKind: 'consumer', attributes: { ApproximateReceiveCount: count } }));

  expect(delivery(3)?.causes[0]?.kind).toBe('poison-message');
  expect(delivery(3)?.signature).toBe(delivery(1)?.signature);
});

test('a slow transaction tells where the time goes', () => {
  const usual = usually({ 'shop|GET /rates': 150, 'shop|GET carrier': 100 });
  const slow = [
    aSpan({ operation: 'GET /rates', to: 2_000 }),
    aSpan({ id: 'carrier', operation: 'GET carrier', parent: 'entry', spanKind: 'client', from: 20, to: 1_950 }),
  ];

  expect(alertOf(slow, usual)).toMatchObject({
    outcome: 'slow',
    hop: { service: 'shop', operation: 'GET carrier' },
    error: undefined,
  });
  expect(alertOf(slow)).toBeUndefined();
});

test('a failure without a word still has a place and a signature', () => {
  const alert = alertOf([aSpan({ status: 'error' })]);

  expect(alert).toMatchObject({ hop: { service: 'shop', operation: 'entry' }, error: undefined });
  expect(alert?.signature).toMatch(/^[0-9a-f]{32}$/);
});
