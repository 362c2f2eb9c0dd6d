import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isAwsSpan, readAwsSpan } from '../../src/telemetry/aws-spans.ts';
import { fields } from '../../src/telemetry/shape.ts';
import { nanosTime } from '../../src/telemetry/time.ts';
import { awsSpan, onlySpan, PARENT, SPAN, TRACE } from './samples.ts';

const read = (more: Readonly<Record<string, unknown>>) => onlySpan(readAwsSpan(awsSpan(more), 'FILE'));

test('a subsegment becomes a span whose service is for its ancestors to say', () => {
  expect(read({})).toEqual({
    kind: 'span',
    traceId: TRACE,
    spanId: SPAN,
    parentSpanId: PARENT,
    service: undefined,
    operation: 'S3.ListBuckets',
    spanKind: 'client',
    resource: 'AWS::S3::Bucket',
    start: 1785830304947000,
    end: 1785830304998000,
    status: 'unset',
    error: undefined,
    attributes: {
      'aws.local.service': 'UnknownService',
      'rpc.system': 'aws-api',
      'rpc.service': 'S3',
      'http.response.status_code': 200,
    },
    links: [],
  });
});

test('the copy written while the span runs has no end', () => {
  expect(read({ endTimeUnixNano: null, attributes: { 'aws.xray.inprogress': true } }).end).toBeUndefined();
});

test.each([
  ['its segment', { resource: { attributes: { 'service.name': 'orders' } } }, 'orders'],
  ['OpenTelemetry’s agent', { attributes: { 'aws.local.service': 'orders' } }, 'orders'],
  ['nobody, where the resource is missing', { resource: undefined, attributes: {} }, undefined],
  ['nobody, where the SDK was told none', { resource: { attributes: { 'service.name': 'unknown_service:node' } } }, undefined],
])('the service is named by %s', (_, more, service) => {
  expect(read(more).service).toBe(service);
});

test.each([
  ['its own name', {}, 'S3.ListBuckets'],
  [
    'the call, where X-Ray names the service only',
    { name: '', attributes: { 'aws.operation': 'ListBuckets' } },
    'S3.ListBuckets',
  ],
  ['X-Ray’s name, where the call is unknown', { name: '', attributes: {} }, 'S3'],
  [
    'X-Ray’s name of a remote host',
    { name: '', _aws: { xray: { name: 'api.example.com', namespace: 'remote' } } },
    'api.example.com',
  ],
  ['nothing', { name: undefined, _aws: undefined }, ''],
])('the operation is called by %s', (_, more, operation) => {
  expect(read(more).operation).toBe(operation);
});

test.each([
  ['its origin', { attributes: { 'aws.xray.origin': 'AWS::StepFunctions::StateMachine' } }, 'AWS::StepFunctions::StateMachine'],
  ['the Lambda service’s origin', { attributes: { 'aws.xray.origin': 'AWS::Lambda' } }, 'AWS::Lambda'],
  [
    'X-Ray’s name of an AWS call',
    { attributes: {}, _aws: { xray: { name: 'DynamoDB', namespace: 'aws' } } },
    'AWS::DynamoDB::Table',
  ],
  [
    'nothing, for a remote host of that name',
    { attributes: {}, _aws: { xray: { name: 'DynamoDB', namespace: 'remote' } } },
    undefined,
  ],
])('the resource is told by %s', (_, more, resource) => {
  expect(read(more).resource).toBe(resource);
});

test('an HTTP 502 fails a call whose status AWS left unset', () => {
  const call = read({ name: 'orders', attributes: { 'http.response.status_code': 502 } });

  expect(call).toMatchObject({ status: 'error', error: { type: '502', message: 'HTTP 502' } });
});

const DENIED = 'User: arn:aws:sts::123456789012:assumed-role/r is not authorized to perform: s3:ListAllMyBuckets';

test.each([
  [
    'an exception event',
    {
      events: [{ name: 'exception', attributes: { 'exception.type': 'S3.AccessDeniedException', 'exception.message': DENIED } }],
    },
    'S3.AccessDeniedException',
  ],
  ['the cause’s message, as a flat key', { _aws: { xray: { 'cause.message': DENIED } } }, ''],
  ['the cause’s message, in an object', { _aws: { xray: { cause: { message: DENIED } } } }, ''],
  [
    'the outermost of the cause’s exceptions',
    {
      _aws: {
        xray: {
          cause: {
            exceptions: [
              { type: 'AccessDenied', message: DENIED },
              { type: 'Inner', message: 'deeper' },
            ],
          },
        },
      },
    },
    'AccessDenied',
  ],
])('the error is told by %s', (_, more, type) => {
  expect(read({ status: { code: 'ERROR' }, attributes: {}, ...more }).error).toEqual({ type, message: DENIED });
});

test('a number of nanoseconds beyond 2^53 is at most one microsecond off', () => {
  const instants = fc.bigInt({ min: 1_000_000_000_000_000_000n, max: 4_000_000_000_000_000_000n });
  fc.assert(
    fc.property(instants, (nanos) => {
      const exact = nanosTime(String(nanos)) ?? Number.NaN;
      const rounded = nanosTime(JSON.parse(String(nanos))) ?? Number.NaN;

      expect(Math.abs(exact - rounded)).toBeLessThanOrEqual(1);
    }),
    { numRuns: 2_000 },
  );
});

test('a time that X-Ray made of float seconds is exact to the microsecond', () => {
  // 1785830304.877 s, which a double of seconds holds as 1785830304.877000093…; AWS multiplies it out.
  expect(nanosTime(JSON.parse('1785830304877000192'))).toBe(1785830304877000);
});

test.each([
  [{ traceId: 'x' }, 'aws/spans record with trace id "x" (expected 32 hex digits)'],
  [{ spanId: 5 }, 'aws/spans record with span id 5 (expected 16 hex digits)'],
  [{ startTimeUnixNano: null }, 'aws/spans record starting at nothing (expected nanoseconds)'],
])('a record with %j is a reject that says what is wrong', (more, reason) => {
  expect(readAwsSpan(awsSpan(more), 'FILE[2]')).toEqual({ records: [], rejects: [{ reason, where: 'FILE[2]' }], quiet: 0 });
});

test.each([
  ['a record', awsSpan(), true],
  ['an OTLP request', { resourceSpans: [] }, false],
  ['a metric line, which has `_aws` too', { _aws: { CloudWatchMetrics: [] }, Latency: 3 }, false],
  ['a list', [awsSpan()], false],
])('%s is told from the rest', (_, value, known) => {
  expect(isAwsSpan(value)).toBe(known);
});

test('a record whose parts are of the wrong types is still read', () => {
  const odd = { resource: 'x', scope: [], attributes: 3, status: null, events: {}, links: 'none', _aws: [], kind: {}, name: 4 };

  expect(read(odd)).toMatchObject({ operation: '', spanKind: 'internal', status: 'unset', service: undefined });
  expect(fields(undefined)).toEqual({});
});
