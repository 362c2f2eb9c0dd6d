import { expect, test } from 'vitest';
import type { SpanRecord } from '../../src/telemetry/record.ts';
import { logGroupsOf, requestIdsOf } from '../../src/trace/log-groups.ts';
import { aSpan } from './records.ts';

const spanWith = (attributes: SpanRecord['attributes'], changes: Partial<SpanRecord> = {}) => ({
  ...aSpan({ service: 'orders', attributes }),
  ...changes,
});

test.each<readonly [string, SpanRecord, readonly string[]]>([
  ['names its groups', spanWith({ 'aws.log.group.names': ['/ecs/orders', '/ecs/sidecar'] }), ['/ecs/orders', '/ecs/sidecar']],
  ['names its function', spanWith({ 'faas.name': 'orders-fn' }), ['/aws/lambda/orders-fn']],
  ['is a function', spanWith({}, { resource: 'AWS::Lambda::Function' }), ['/aws/lambda/orders']],
  ['names nothing', spanWith({}), []],
  ['names what is no group', spanWith({ 'aws.log.group.names': ['a" or @message like "x'] }), []],
])('a span that %s', (_what, span, groups) => {
  expect(logGroupsOf([span])).toEqual(groups);
});

test('each group and each run once', () => {
  const span = spanWith({ 'faas.name': 'orders', 'faas.invocation_id': 'r-1' });

  expect(logGroupsOf([span, span])).toEqual(['/aws/lambda/orders']);
  expect(requestIdsOf([span, span])).toEqual(['r-1']);
});
