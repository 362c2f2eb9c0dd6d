import { expect, test } from 'vitest';
import { redisRecords } from '../../src/redis/records.ts';
import { aSpan, aTraceId, at, type SpanWords } from '../trace/records.ts';
import { testRedis } from '../world/redis.ts';

const redis = testRedis();
const records = () => redisRecords(redis(), () => at(0));
const ENTRY = 'shop|GET /';

async function came(trace: string, words: SpanWords = {}, suspect = false): Promise<void> {
  await records().keep([aSpan({ trace, operation: 'GET /', ...words })], suspect ? [aTraceId(trace)] : []);
}

test('what went well is found by its entry, the last first, once however often it is delivered', async () => {
  for (const trace of ['one', 'two', 'one']) await came(trace);

  expect(await records().healthy(ENTRY)).toEqual([aTraceId('two'), aTraceId('one')]);
  expect(await records().healthy('shop|POST /')).toEqual([]);
});

test('what is suspect, or has not ended, is not there; what ends later is', async () => {
  await came('failed', {}, true);
  await came('running', { to: undefined });
  await came('inside', { parent: 'nobody' });
  expect(await records().healthy(ENTRY)).toEqual([]);

  await came('running');
  expect(await records().healthy(ENTRY)).toEqual([aTraceId('running')]);
});

test('of many the last are there, for an hour', async () => {
  for (let n = 0; n < 60; n++) await came(`t${n}`);
  const [key = ''] = await redis().keys('tf:healthy:*');

  expect(await records().healthy(ENTRY)).toEqual(Array.from({ length: 48 }, (_, n) => aTraceId(`t${59 - n}`)));
  expect(await redis().pttl(key)).toBeGreaterThan(59 * 60_000);
});

test('ten thousand operations have no more keys than there are slots, and none larger', async () => {
  const spans = Array.from({ length: 10_000 }, (_, n) => aSpan({ trace: `t${n}`, id: `s${n}`, operation: `GET /orders/${n}` }));
  await records().keep(spans, []);
  const keys = await redis().keys('tf:healthy:*');

  expect(keys.length).toBeLessThanOrEqual(4_096);
  expect(keys.length).toBeGreaterThan(3_000);
});
