import { expect, test } from 'vitest';
import type { SpanLink } from '../../src/telemetry/record.ts';
import { assemble } from '../../src/trace/assemble.ts';
import { aSpan, aSpanId, aTraceId } from './records.ts';

const refersTo = (id: string, reference: SpanLink['reference'], trace = 'trace'): readonly SpanLink[] => [
  { traceId: aTraceId(trace), spanId: aSpanId(id), ...(reference && { reference }) },
];

const entry = aSpan({ to: 100 });
const later = { ...aSpan({ id: 'later', service: 'mail', spanKind: 'internal', from: 20, to: 60 }) };

test('a span that follows another hangs under it, and nobody waits for it', () => {
  const [transaction, ...others] = assemble([entry, { ...later, links: refersTo('entry', 'follows-from') }]).transactions;

  expect(others).toEqual([]);
  expect(transaction?.spans[1]).toMatchObject({ join: 'link', parentSpanId: aSpanId('entry'), depth: 1 });
  expect(transaction?.spans.map((span) => span.critical)).toEqual([100_000, 0]);
});

test('a parent in another trace is waited for like any parent', () => {
  const child = { ...later, traceId: aTraceId('other'), links: refersTo('entry', 'child-of') };
  const [transaction, ...others] = assemble([child, entry]).transactions;

  expect(others).toEqual([]);
  expect(transaction).toMatchObject({ id: aTraceId('trace'), traceIds: [aTraceId('trace'), aTraceId('other')] });
  expect(transaction?.spans[1]).toMatchObject({ join: 'parent', parentSpanId: aSpanId('entry') });
  expect(transaction?.spans.map((span) => span.critical)).toEqual([60_000, 40_000]);
});

test('of several references the parent comes before what is followed', () => {
  const other = aSpan({ id: 'other', parent: 'entry', from: 5, to: 15 });
  const links = [...refersTo('other', 'follows-from'), ...refersTo('entry', 'child-of')];
  const [transaction] = assemble([entry, other, { ...later, links }]).transactions;

  expect(transaction?.spans.find((span) => span.operation === 'later')).toMatchObject({
    join: 'parent',
    parentSpanId: aSpanId('entry'),
  });
});

test('what follows a span that never came misses its parent', () => {
  const orphan = { ...later, links: refersTo('lost', 'follows-from') };

  expect(assemble([entry, orphan]).transactions[0]).toMatchObject({ name: 'entry', incomplete: ['missing-parent'] });
  expect(assemble([orphan]).transactions[0]).toMatchObject({ name: 'later', incomplete: ['missing-root'] });
});
