import { expect, test } from 'vitest';
import { changesIn, type ResourceChange, resourcesOf } from '../../src/diagnosis/changes.ts';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { anEvent, aTrace, at, type EventWords, type SpanWords } from '../trace/records.ts';
import { NOTHING_USUAL, onlyTransaction } from './judged.ts';
import { usually } from './usually.ts';

const MINUTES = 60_000;
const changed = (resource: string, minutesBefore: number, version?: string): ResourceChange => ({
  ...{ at: at(-minutesBefore * MINUTES), resource, action: 'UpdateFunctionCode', version },
});

const ERROR = { type: 'TypeError', message: "reading 'sku'" };
const spans = (orders: SpanWords): readonly SpanWords[] => [
  { id: 'gateway', service: 'gateway', status: 'error' },
  { id: 'call', parent: 'gateway', service: 'gateway', spanKind: 'client', status: 'error', from: 5, to: 95 },
  { id: 'orders', parent: 'call', service: 'orders-fn', spanKind: 'server', status: 'error', from: 10, to: 90, ...orders },
];
const broken = onlyTransaction(aTrace('trace', ...spans({ error: ERROR })));
const firstOf = (transaction: typeof broken, ...changes: readonly ResourceChange[]) =>
  diagnose(transaction, NOTHING_USUAL, changes)[0];

test('a change of what broke, shortly before, is evidence, and raises the confidence a little', () => {
  const [alone, after] = [firstOf(broken), firstOf(broken, changed('orders-fn', 4, '42'))];

  expect(after?.evidence).toContain('began 4 min after UpdateFunctionCode of orders-fn, version 42');
  expect(after?.confidence).toBeCloseTo((alone?.confidence ?? 0) + 0.03);
  expect({ ...after, evidence: [], confidence: 0 }).toEqual({ ...alone, evidence: [], confidence: 0 });
});

test.each([
  ['UpdateAlias', '42', 'version 42 of orders-fn went live'],
  ['PublishVersion', '42', 'PublishVersion of orders-fn, version 42'],
  ['UpdateFunctionCode', '$LATEST', 'UpdateFunctionCode of orders-fn'],
])('%s to version %s is told as: %s', (action, version, told) => {
  expect(firstOf(broken, { ...changed('orders-fn', 4, version), action })?.evidence).toContain(`began 4 min after ${told}`);
});

test.each([
  ['of somebody who has no part in it', changed('mail-fn', 1)],
  ['of somebody two hops away', changed('somewhere-else', 1)],
  ['an hour before', changed('orders-fn', 60)],
  ['after it began', changed('orders-fn', -1)],
])('a change %s says nothing', (_what, change) => {
  expect(firstOf(broken, change)).toEqual(firstOf(broken));
});

test('the latest of several changes is not the one to name, the nearest is', () => {
  const cause = firstOf(broken, changed('gateway', 1), changed('orders-fn', 9), changed('mail-fn', 0.5));

  expect(cause?.evidence.filter((fact) => fact.includes('UpdateFunctionCode'))).toEqual([
    'began 9 min after UpdateFunctionCode of orders-fn',
  ]);
});

test('a change is a cause of its own only where nothing else explains, and only on the way', () => {
  // A call that somebody gave up is nobody's fault.
  const silent = onlyTransaction(
    aTrace('trace', { id: 'gateway', service: 'gateway', status: 'error', error: { type: 'AbortError', message: '' } }),
  );
  const steps = ['a', 'b', 'c', 'd'].map((id, n): SpanWords => ({ id, parent: 'GET /', from: 500 * n, to: 500 * n + 500 }));
  const slow = onlyTransaction(aTrace('trace', { id: 'GET /', to: 2_000 }, ...steps));
  const known = usually({ 'shop|GET /': 10, 'shop|a': 2, 'shop|b': 2, 'shop|c': 2, 'shop|d': 2 });

  expect(diagnose(slow, known, [changed('shop', 3)])).toMatchObject([{ kind: 'change', service: 'shop', confidence: 0.5 }]);
  expect(diagnose(slow, known, [changed('elsewhere', 3)])).toMatchObject([{ kind: 'unknown' }]);
  expect(firstOf(silent, changed('gateway', 3))?.kind).not.toBe('change');
});

const event = (words: Partial<EventWords>) => {
  const change = { what: 'change', action: 'UpdateFunctionCode', version: '42', by: 'ci' } as const;
  return anEvent({ ...change, requestId: undefined, outcome: undefined, error: undefined, ...words } as EventWords); // a change with fewer words
};

test.each([
  ['arn:aws:lambda:eu-west-1:123456789012:function:orders-fn:live', 'orders-fn'],
  ['arn:aws:dynamodb:eu-west-1:123456789012:table/Orders', 'Orders'],
  ['https://sqs.eu-west-1.amazonaws.com/123456789012/orders', 'orders'],
  ['orders-fn', 'orders-fn'],
])('what changed at %s is known as %s', (resource, name) => {
  expect(changesIn([event({ resource })])).toMatchObject([{ resource: name, action: 'UpdateFunctionCode', version: '42' }]);
});

test('what was refused changed nothing, what was rolled back did', () => {
  const refused = event({ resource: 'orders-fn', outcome: 'failed' });
  const undone = event({
    what: 'change',
    action: 'stack UPDATE_ROLLBACK_COMPLETE',
    version: undefined,
    by: undefined,
    resource: 'shop',
    outcome: 'failed',
  });

  expect(changesIn([refused, undone]).map(({ resource }) => resource)).toEqual(['shop']);
  expect(changesIn([event({ resource: undefined })])).toEqual([]);
});

test('a transaction is about its services, functions, tables and queues', () => {
  const transaction = onlyTransaction(
    aTrace(
      'trace',
      { service: 'orders-fn' },
      { id: 'Put', parent: 'entry', spanKind: 'client', attributes: { 'aws.dynamodb.table_names': ['Orders'] } },
    ),
  );

  expect(resourcesOf(transaction)).toEqual(expect.arrayContaining(['orders-fn', 'Orders']));
});
