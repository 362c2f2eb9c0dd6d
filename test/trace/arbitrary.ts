import fc from 'fast-check';
import type { SpanRecord, TelemetryRecord } from '../../src/telemetry/record.ts';
import { aLog, anInvocation, aSpan, aSpanId, aTraceId } from './records.ts';

const KINDS = ['server', 'client', 'producer', 'consumer', 'internal'] as const;
const OPERATIONS = ['GET /a', 'handler', 'PutItem', 'Initialization', 'Dwell Time', 'Attempt #1', 'Invoke shop'] as const;
const RESOURCES = [undefined, 'AWS::Lambda', 'AWS::Lambda::Function', 'AWS::SQS::Queue'] as const;

const ID_NAMES = [
  ...['messaging.message.id', 'aws.request_id', 'aws.kinesis.shard_id', 'aws.kinesis.sequence_number'],
  ...['aws.dynamodb.key', 'aws.dynamodb.table_names', 'batch_item_failures'],
] as const;

const ids = fc.integer({ min: 0, max: 14 }).map((n) => `s${n}`);
const traces = fc.constantFrom('t0', 't1', 't2');

/** A span anywhere in a small graph: parents may be missing, be the span itself or close a ring; some never end. */
const spans: fc.Arbitrary<SpanRecord> = fc
  .record({
    id: ids,
    trace: traces,
    parent: fc.option(ids, { nil: undefined, freq: 5 }),
    from: fc.integer({ min: 0, max: 2_000 }),
    took: fc.option(fc.integer({ min: 0, max: 1_500 }), { nil: undefined, freq: 8 }),
    spanKind: fc.constantFrom(...KINDS),
    operation: fc.constantFrom(...OPERATIONS),
    resource: fc.constantFrom(...RESOURCES),
    service: fc.option(fc.constantFrom('shop', 'pay', 'mail'), { nil: undefined }),
    status: fc.constantFrom('ok', 'error', 'unset'),
    request: fc.option(fc.constantFrom('r0', 'r1', 'r2'), { nil: undefined, freq: 1 }),
    ids: fc.dictionary(fc.constantFrom(...ID_NAMES), fc.constantFrom('m0', 'm1', 'm2', '["m0","m2"]'), { maxKeys: 2 }),
    link: fc.option(fc.tuple(traces, ids), { nil: undefined, freq: 2 }),
  })
  .map(({ took, from, request, link, trace, ids: named, ...said }) =>
    aSpan({
      ...said,
      // One span id names one span, whatever its trace, so that pieces of the path can be told apart.
      id: `${trace} ${said.id}`,
      trace,
      parent: said.parent === undefined ? undefined : `${trace} ${said.parent}`,
      from,
      to: took === undefined ? undefined : from + took,
      attributes: request === undefined ? named : { ...named, 'faas.invocation_id': request },
      links: link ? [{ trace: link[0], id: `${link[0]} ${link[1]}` }] : [],
    }),
  );

const invocations = fc
  .record({
    requestId: fc.constantFrom('r0', 'r1', 'r2', 'r3'),
    function: fc.option(fc.constantFrom('shop', 'pay'), { nil: undefined }),
    trace: fc.option(traces, { nil: undefined }),
    span: fc.option(
      fc.tuple(traces, ids).map(([trace, id]) => `${trace} ${id}`),
      { nil: undefined },
    ),
    phase: fc.constantFrom('start', 'report'),
    atMs: fc.integer({ min: 0, max: 90_000 }),
    status: fc.constantFrom('success', 'error', 'timeout', undefined),
  })
  .map(anInvocation);

const logs = fc
  .record({
    trace: fc.option(traces, { nil: undefined }),
    atMs: fc.integer({ min: 0, max: 5 }),
    body: fc.constantFrom('one', 'two'),
  })
  .map(aLog);

/** Whatever a day may bring. */
export const anyRecords: fc.Arbitrary<readonly TelemetryRecord[]> = fc.array(
  fc.oneof({ weight: 8, arbitrary: spans }, { weight: 2, arbitrary: invocations }, { weight: 1, arbitrary: logs }),
  { minLength: 1, maxLength: 40 },
);

export const inAnyOrder = <T>(values: readonly T[]): fc.Arbitrary<readonly T[]> =>
  fc.shuffledSubarray([...values], { minLength: values.length, maxLength: values.length });

/** A chain, each span the parent of the next. */
export function aChain(length: number): readonly SpanRecord[] {
  const base = aSpan({ service: 'chain', operation: 'link' });
  return Array.from({ length }, (_, i) => ({
    ...base,
    traceId: aTraceId('chain'),
    spanId: aSpanId(`chain ${i}`),
    parentSpanId: i === 0 ? undefined : aSpanId(`chain ${i - 1}`),
    spanKind: i === 0 ? ('server' as const) : ('internal' as const),
  }));
}
