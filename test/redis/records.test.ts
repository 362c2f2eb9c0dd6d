import { describe, expect, test } from 'vitest';
import { BLOCK, ownField } from '../../src/diagnosis/tally.ts';
import { ENOUGH_SIGHTINGS, operationKey } from '../../src/diagnosis/usual.ts';
import { redisRecords } from '../../src/redis/records.ts';
import { redisUsual } from '../../src/redis/usual.ts';
import { spanId, type TraceId, traceId } from '../../src/telemetry/ids.ts';
import type { InvocationRecord, LogRecord, SpanRecord } from '../../src/telemetry/record.ts';
import { fromMillis, micros } from '../../src/units.ts';
import { anEvent } from '../trace/records.ts';
import { testRedis } from '../world/redis.ts';

const redis = testRedis();
const NOW = fromMillis(1_795_000_000_000);
const trace = (n: number): TraceId => traceId(n.toString(16).padStart(32, 'a')) ?? fail();
const span = (n: number, overrides: Partial<SpanRecord> = {}): SpanRecord => ({
  kind: 'span',
  traceId: trace(1),
  spanId: spanId(n.toString(16).padStart(16, 'b')) ?? fail(),
  parentSpanId: undefined,
  service: 'checkout-fn',
  operation: 'Invoke',
  spanKind: 'server',
  resource: undefined,
  start: NOW,
  end: micros(NOW + 250_000),
  status: 'ok',
  error: undefined,
  attributes: {},
  links: [],
  ...overrides,
});
const report = (overrides: Partial<InvocationRecord> = {}): InvocationRecord => ({
  kind: 'invocation',
  requestId: 'req-1',
  function: 'checkout-fn',
  traceId: undefined,
  spanId: undefined,
  parentSpanId: undefined,
  phase: 'report',
  at: NOW,
  status: 'timeout',
  error: undefined,
  duration: fromMillis(3_000),
  billedDuration: undefined,
  initDuration: undefined,
  restoreDuration: undefined,
  billedRestoreDuration: undefined,
  sampled: undefined,
  memorySizeMB: 128,
  maxMemoryUsedMB: 90,
  ...overrides,
});
const fail = (): never => {
  throw new Error('not an id');
};
const kept = async (n: number) => (await store().read(trace(n))).records;
const FAILED = { what: 'step-functions', status: 'FAILED', start: undefined, end: undefined } as const;
const ALARM = { what: 'cloudwatch-alarm', alarm: 'a', state: 'ALARM', previousState: 'OK', reason: '', measures: [] } as const;
const store = (at = NOW) => redisRecords(redis(), () => at);

test('keeps a record once however often it is delivered, and gives back what it kept', async () => {
  const records = [span(1), span(2, { parentSpanId: span(1).spanId, end: undefined })];

  expect(await store().keep(records, [])).toMatchObject({ stored: 2, duplicates: 0, truncated: 0, suspects: [] });
  expect(await store().keep([...records].reverse(), [])).toMatchObject({ stored: 0, duplicates: 2 });

  const read = await kept(1);
  expect(read).toHaveLength(2);
  expect(read).toEqual(expect.arrayContaining(records));
});

test('keeps the in-progress copy and the finished one of a span side by side', async () => {
  await store().keep([span(1, { end: undefined })], []);
  await store().keep([span(1)], []);

  expect(await kept(1)).toHaveLength(2);
});

test('a suspect stays one for every later batch, and says whether its entry has ended', async () => {
  await store().keep([span(2, { parentSpanId: span(1).spanId, status: 'error' })], [trace(1)]);

  const later = await store(micros(NOW + 5_000_000)).keep([span(1)], []);

  expect(later.suspects).toEqual([{ traceId: trace(1), since: NOW, entryClosed: true }]);
});

test('a failed invocation that names no trace makes its trace suspect when a span names the same request', async () => {
  expect((await store().keep([report()], [])).suspects).toEqual([]);

  const { suspects } = await store().keep([span(1, { attributes: { 'faas.invocation_id': 'req-1' } })], []);

  expect(suspects.map((suspect) => suspect.traceId)).toEqual([trace(1)]);
  expect(await store().traceOfId('req-1')).toBe(trace(1));
  expect((await kept(1)).map((record) => record.kind).sort()).toEqual(['invocation', 'span']);
});

test('the same the other way round: the span first, then the failed invocation', async () => {
  await store().keep([span(1, { attributes: { 'faas.invocation_id': 'req-1' } })], []);

  const { suspects } = await store().keep([report()], []);

  expect(suspects.map((suspect) => suspect.traceId)).toEqual([trace(1)]);
});

const RUN = '8f507cfc-3f9f-4c9c-a0a5-7e4c2f6f6a11';
const OWN = traceId('8f507cfc3f9f4c9ca0a57e4c2f6f6a11') ?? fail();
const line = (overrides: Partial<LogRecord>): LogRecord => ({
  ...{ kind: 'log', traceId: undefined, spanId: undefined, requestId: RUN, service: 'checkout-fn' },
  ...{ at: NOW, severity: 'info', body: 'loading the order' },
  ...overrides,
});

test('a failed run that no trace names is a suspect of its own, found by its request id', async () => {
  await store().keep([report({ requestId: RUN, phase: 'start', status: undefined })], []);
  const { suspects } = await store().keep([report({ requestId: RUN }), line({})], []);

  expect(suspects).toEqual([{ traceId: OWN, since: NOW, entryClosed: false }]);
  expect(await store().traceOfId(RUN)).toBe(OWN);
  expect((await store().read(OWN)).records.map((record) => record.kind).sort()).toEqual(['invocation', 'invocation', 'log']);
});

test('one that went well costs no more than its own key, and is found all the same', async () => {
  const { suspects } = await store().keep([report({ requestId: RUN, status: 'success' }), line({})], []);

  expect(suspects).toEqual([]);
  // And the one that says that Redis is whole.
  expect(await redis().dbsize()).toBe(1 + 1);
  expect(await store().traceOfId(RUN)).toBe(OWN);
  expect((await store().read(OWN)).records).toHaveLength(2);
});

test('once a span names the run, it belongs to that trace and is no transaction of its own', async () => {
  await store().keep([report({ requestId: RUN })], []);
  const { suspects } = await store().keep([span(1, { attributes: { 'faas.invocation_id': RUN } })], []);

  expect(suspects.map((suspect) => suspect.traceId)).toEqual([trace(1)]);
  expect(await store().traceOfId(RUN)).toBe(trace(1));
  expect((await store().read(OWN)).records).toEqual([]);
  expect(await kept(1)).toHaveLength(2);
});

test('the header that a line of the run names does not take the run from the trace that its span is in', async () => {
  await store().keep([line({ traceId: trace(2) })], []);
  await store().keep([report({ requestId: RUN })], []);
  const { suspects } = await store().keep([span(1, { attributes: { 'faas.invocation_id': RUN } })], []);

  expect(suspects.map((suspect) => suspect.traceId)).toEqual([trace(1)]);
  expect((await kept(2)).map((record) => record.kind)).toEqual(['log']);
});

test('an id of the service that a client called is no request id of ours', async () => {
  await store().keep([span(1, { spanKind: 'client', attributes: { 'aws.request_id': 'req-1' } })], []);

  expect(await store().traceOfId('req-1')).toBeUndefined();
});

test('finds a transaction over several traces from any of them', async () => {
  const consumer = span(3, { traceId: trace(2), links: [{ traceId: trace(1), spanId: span(1).spanId }] });
  await store().keep([span(1), consumer], []);

  expect(await kept(1)).toHaveLength(2);
  expect(await kept(2)).toHaveLength(2);
});

const SENT = { 'messaging.message.id': '059f36b4-87a3-44ab-83d2-661975830a7d' };
const FORWARDED = { 'aws.message_id': '79406a00-bf15-46ca-978c-22c3613fcb30' };

test('finds a transaction over traces that share nothing but the ids of messages, from any of them', async () => {
  const sent = span(1, { spanKind: 'producer', attributes: SENT });
  const received = span(2, { traceId: trace(2), spanKind: 'consumer', attributes: SENT });
  const forwarded = span(3, { traceId: trace(2), parentSpanId: received.spanId, spanKind: 'client', attributes: FORWARDED });
  const last = span(4, { traceId: trace(3), attributes: FORWARDED });
  for (const record of [last, forwarded, sent, received, sent]) await store().keep([record], []);

  for (const n of [1, 2, 3]) expect(await kept(n), `from trace ${n}`).toHaveLength(4);
  expect(await kept(4)).toEqual([]);
});

test('of an item that many traces write, only the last writes are remembered', async () => {
  const item = { 'aws.dynamodb.table_names': ['orders'], 'aws.dynamodb.key': '7' };
  const write = (n: number): SpanRecord =>
    span(n, { traceId: trace(n), spanKind: 'client', attributes: item, start: micros(NOW + n) });
  await store().keep(
    Array.from({ length: 30 }, (_, n) => write(n + 1)),
    [],
  );

  const read = await kept(30);

  expect(read).toHaveLength(8);
  expect(new Set(read.map((record) => record.traceId))).toContain(trace(29));
});

test('keeps logs with the trace or the request that they name', async () => {
  const log = (overrides: Partial<LogRecord>): LogRecord => ({
    ...{ kind: 'log', traceId: undefined, spanId: undefined, requestId: undefined, service: 'checkout-fn' },
    ...{ at: NOW, severity: 'error', body: 'card_declined' },
    ...overrides,
  });
  await store().keep(
    [
      span(1, { attributes: { 'faas.invocation_id': 'req-1' } }),
      log({ traceId: trace(1) }),
      log({ requestId: 'req-1', body: 'second' }),
      log({ body: 'nobody knows where this belongs' }),
    ],
    [],
  );

  const logs = (await kept(1)).filter((record) => record.kind === 'log');
  expect(logs.map((record) => record.body).sort()).toEqual(['card_declined', 'second']);
});

const EXECUTION = 'arn:aws:states:eu-west-1:123456789012:execution:fulfil:1f2e';

test.each([
  ['Lambda gave up', anEvent({ requestId: 'req-1' }), { 'faas.invocation_id': 'req-1' }],
  [
    'of a failed execution',
    anEvent({ ...FAILED, requestId: undefined, executionArn: EXECUTION }),
    { 'aws.resource_arn': EXECUTION },
  ],
] as const)('what AWS announces %s finds its trace, whichever comes first', async (_what, event, attributes) => {
  const late = store();
  expect((await late.keep([event], [])).suspects).toEqual([]);
  expect((await late.keep([span(1, { attributes })], [])).suspects.map((suspect) => suspect.traceId)).toEqual([trace(1)]);
  expect((await kept(1)).map((record) => record.kind).sort()).toEqual(['event', 'span']);

  await redis().flushdb();
  await late.keep([span(1, { attributes })], []);
  expect((await late.keep([event, event], [])).suspects.map((suspect) => suspect.traceId)).toEqual([trace(1)]);
  expect((await kept(1)).filter((record) => record.kind === 'event')).toEqual([event]);
});

test('an event that names a trace rests there, one that names nothing rests nowhere', async () => {
  const alarm = anEvent({ ...ALARM, requestId: undefined });

  expect(await store().keep([{ ...alarm, traceId: trace(1) }, alarm], [])).toMatchObject({ stored: 1 });
  expect(await kept(1)).toHaveLength(1);
});

test('every key dies some day', async () => {
  await store().keep(
    [
      span(1, { attributes: { 'faas.invocation_id': 'req-1', ...SENT }, links: [{ traceId: trace(2), spanId: span(9).spanId }] }),
      report(),
    ],
    [trace(1)],
  );

  const ttls = await Promise.all((await redis().keys('*')).map((key) => redis().pttl(key)));

  expect(ttls.length).toBeGreaterThan(3);
  expect(Math.min(...ttls)).toBeGreaterThan(0);
});

test('learns what is usual from what went well, each span once, whichever process delivered it', async () => {
  const spans = Array.from({ length: ENOUGH_SIGHTINGS }, (_, n) => span(n + 1, { end: micros(NOW + (n + 1) * 10_000) }));
  const key = operationKey('checkout-fn', 'Invoke');
  await store().keep(spans.slice(1), []);
  await store().keep([span(99, { status: 'error', end: micros(NOW + 60_000_000) })], []);
  expect((await redisUsual(redis(), () => NOW).read([key])).get(key)?.took).toBeUndefined();

  await store().keep(spans, []);
  const usual = (await redisUsual(redis(), () => NOW).read([key])).get(key);

  expect(usual?.took?.count).toBe(ENOUGH_SIGHTINGS);
  expect(usual?.took?.p50).toBeGreaterThan(98_000);
  expect(usual?.took?.p50).toBeLessThan(107_000);
  expect(usual?.took?.p95).toBeGreaterThan(180_000);
});

test('a trace that is linked with a suspect is suspect too, whichever comes first', async () => {
  const consumer = span(3, { traceId: trace(2), status: 'error', links: [{ traceId: trace(1), spanId: span(1).spanId }] });
  await store().keep([consumer], [trace(2)]);

  const { suspects } = await store().keep([span(1)], []);

  expect(suspects.map((suspect) => suspect.traceId)).toEqual([trace(1)]);
});

test('a batch of any size is kept in portions, up to the limit of a trace, and what is left out is told to whoever reads it', async () => {
  const many = Array.from({ length: 20_005 }, (_, n) =>
    span(1, { spanId: spanId((n + 1).toString(16).padStart(16, '0')) ?? fail() }),
  );

  const { stored, truncated } = await store().keep(many, []);

  expect(stored + truncated).toBe(many.length);
  expect(stored).toBeLessThanOrEqual(20_000);
  expect(await store().read(trace(1))).toMatchObject({ records: { length: stored }, truncated });
});

test('a long transaction that goes on after its examination begins a new wait, not a row of examinations', async () => {
  await store().keep([span(1, { status: 'error' })], [trace(1)]);

  const muchLater = micros(NOW + 600_000_000);
  const { suspects } = await store(muchLater).keep([span(2)], []);

  expect(suspects).toEqual([{ traceId: trace(1), since: muchLater, entryClosed: true }]);
});

describe('what is usual', () => {
  const KEY = operationKey('checkout-fn', 'Invoke');
  const lesson = {
    entry: KEY,
    counts: [
      { key: KEY, field: 'n' },
      { key: KEY, field: ownField(fromMillis(90)) },
    ],
  };
  const memory = (at = NOW) => redisUsual(redis(), () => at);
  const learnOf = async (count: number) => {
    for (let n = 1; n <= count; n++) await memory().learn(trace(n), lesson);
  };
  const usualNow = async (at = NOW) => (await memory(at).read([KEY])).get(KEY);
  const healthy = (first: number, count: number): SpanRecord[] =>
    Array.from({ length: count }, (_, n) => span(first + n, { traceId: trace(first + n) }));

  test('is learned from the tree of a transaction once, however often the job runs', async () => {
    await learnOf(ENOUGH_SIGHTINGS);
    await learnOf(ENOUGH_SIGHTINGS);

    expect((await usualNow())?.own?.count).toBe(ENOUGH_SIGHTINGS);
  });

  test('adds up what several workers count, over blocks of time, and forgets what is older than those', async () => {
    const before = micros(NOW - BLOCK);
    await store(before).keep(
      healthy(100, 15).map((each) => ({ ...each, start: before, end: micros(before + 250_000) })),
      [],
    );
    await store().keep(healthy(200, 15), []);

    expect((await usualNow())?.took?.count).toBe(30);
    expect(await usualNow(micros(NOW + 20 * BLOCK))).toBeUndefined();
  });

  test('does not learn from a suspect, but counts that it fails, and calls that usual some hours later', async () => {
    await store().keep(healthy(100, 30), []);
    for (const each of healthy(200, 30)) await store().keep([{ ...each, end: micros(NOW + 9_000_000) }], [each.traceId]);
    for (const each of healthy(300, 30)) await store().keep([{ ...each, status: 'error' }], [each.traceId]);

    expect(await usualNow()).toMatchObject({ took: { count: 30 }, failing: undefined });
    expect(await usualNow(micros(NOW + BLOCK))).toMatchObject({ took: { count: 30 }, failing: 0.5 });
  });

  test('is frozen while an incident is reported, for hours at most, and thaws', async () => {
    const minutes = (count: number) => micros(NOW + count * 60_000_000);
    await memory().freeze([KEY]);
    await store().keep(healthy(100, 30), []);
    await learnOf(30);
    expect(await usualNow()).toBeUndefined();

    // Its last report is ten minutes ago: Redis keeps that time itself.
    await redis().del(...(await redis().keys('tf:frozen:*')).filter((key) => !key.endsWith(':since')));
    await memory(minutes(7 * 60)).freeze([KEY]);
    await store().keep(healthy(200, 30), []);

    expect((await usualNow())?.took?.count).toBe(30);
  });
});
