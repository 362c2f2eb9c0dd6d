import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { redisRecords } from '../../src/redis/records.ts';
import { type TraceId, traceId } from '../../src/telemetry/ids.ts';
import type { SpanRecord } from '../../src/telemetry/record.ts';
import { fromMillis, type Micros, micros } from '../../src/units.ts';
import { aSpan } from '../trace/records.ts';
import { testRedis } from '../world/redis.ts';

const redis = testRedis();
const NOON = fromMillis(1_795_000_020_000);
const minutes = (count: number): Micros => micros(NOON + count * 60_000_000);

const records = (now: Micros) => redisRecords(redis(), () => now);
const anyTrace = (): TraceId => traceId(randomBytes(16).toString('hex')) ?? fail();
const spanOf = (trace: TraceId): SpanRecord => ({ ...aSpan(), traceId: trace });
const fail = (): never => {
  throw new Error('not an id');
};

async function keep(count: number, now: Micros): Promise<readonly TraceId[]> {
  const traces = Array.from({ length: count }, anyTrace);
  await records(now).keep(traces.map(spanOf), []);
  return traces;
}

test('a trace is recent in the minute in which it was first heard of, once', async () => {
  const [trace = fail()] = await keep(1, NOON);
  await records(minutes(3)).keep([{ ...spanOf(trace), operation: 'later' }, spanOf(trace)], []);

  expect(await records(minutes(14)).recent(15, 200)).toEqual({ seen: 1, sample: [trace] });
  expect(await records(minutes(15)).recent(15, 200)).toEqual({ seen: 0, sample: [] });
});

test('all of few traces are there', async () => {
  const traces = [...(await keep(30, NOON)), ...(await keep(20, minutes(1)))];
  const { seen, sample } = await records(minutes(2)).recent(15, 200);

  expect(seen).toBe(50);
  expect(sample.toSorted()).toEqual(traces.toSorted());
});

test('of many the sample is bounded, has none twice, and takes of each minute its share', async () => {
  const quiet = new Set(await keep(100, NOON));
  const busy = new Set(await keep(900, minutes(1)));
  const { seen, sample } = await records(minutes(2)).recent(15, 100);

  expect(seen).toBe(1_000);
  expect(new Set(sample).size).toBe(100);
  expect(sample.filter((id) => quiet.has(id))).toHaveLength(10);
  expect(sample.filter((id) => busy.has(id))).toHaveLength(90);
});

test('early and late traces of a busy minute have the same chance', async () => {
  const traces = await keep(2_000, NOON);
  const rested = await redis().hgetall(`tf:recent:${Math.floor(NOON / 60_000_000)}`);
  const { seen, ...slots } = rested;
  const late = new Set<string>(traces.slice(1_000));
  const lateShare = Object.values(slots).filter((id) => late.has(id)).length;

  expect([seen, Object.keys(slots).length]).toEqual(['2000', 100]);
  // Of 100 fair draws, 50 ± 5: five deviations each way happen once in two million runs.
  expect(lateShare).toBeGreaterThan(25);
  expect(lateShare).toBeLessThan(75);
});

test('what is recent does not rest longer than it can be asked for', async () => {
  await keep(1, NOON);
  const left = await redis().pttl(`tf:recent:${Math.floor(NOON / 60_000_000)}`);

  expect(left).toBeGreaterThan(15 * 60_000);
  expect(left).toBeLessThanOrEqual(20 * 60_000);
});
