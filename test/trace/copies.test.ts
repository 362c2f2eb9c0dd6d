import { expect, test } from 'vitest';
import type { SpanRecord } from '../../src/telemetry/record.ts';
import { uniqueSpans } from '../../src/trace/copies.ts';
import { aSpan } from './records.ts';

const running = aSpan({
  to: undefined,
  operation: 'POST /',
  service: 'running',
  resource: 'AWS::Lambda',
  attributes: { step: 'first', 'aws.xray.inprogress': true, only: 'seen while it ran', more: 'a', still: 'b' },
  links: [{ id: 'cause' }],
});
const finished = aSpan({ to: 80, operation: 'POST /checkout', service: 'finished', attributes: { step: 'last' } });

const oneOf = (...copies: readonly SpanRecord[]): SpanRecord | undefined => uniqueSpans(copies)[0];

test.each([
  ['first', [running, finished]],
  ['last', [finished, running]],
  ['twice', [running, finished, running, finished]],
])('where copies contradict each other the finished one is right, the running one coming %s', (_when, copies) => {
  expect(uniqueSpans(copies)).toEqual([
    {
      ...finished,
      resource: 'AWS::Lambda',
      attributes: { step: 'last', only: 'seen while it ran', more: 'a', still: 'b' },
      links: running.links,
    },
  ]);
});

test('of two copies that ended, the one that tells more is right', () => {
  const fuller = { ...finished, operation: 'fuller', attributes: { step: 'other', also: 'this' } };

  expect(oneOf(finished, fuller)).toEqual(oneOf(fuller, finished));
  expect(oneOf(finished, fuller)).toMatchObject({ operation: 'fuller', attributes: { step: 'other', also: 'this' } });
});

test('a status that one copy tells is not lost beside one that tells none', () => {
  const failed = { ...running, status: 'error', error: { type: 'Boom', message: '' } } as const;

  expect(oneOf(failed, finished)).toMatchObject({ status: 'error', error: { type: 'Boom' }, end: finished.end });
});
