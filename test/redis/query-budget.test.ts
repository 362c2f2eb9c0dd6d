import { expect, test } from 'vitest';
import { type QueryLimits, redisQueryBudget } from '../../src/redis/query-budget.ts';
import { type TraceId, traceId } from '../../src/telemetry/ids.ts';
import { testRedis } from '../world/redis.ts';

const redis = testRedis();
const wide: QueryLimits = { concurrent: 100, perSecond: 100, perHour: 100, bytesPerDay: 100 };
const budget = (limits: Partial<QueryLimits>) => redisQueryBudget(redis(), { ...wide, ...limits });
const TRACE = traceId('6a719d9e695f3a2b284a1dbc17fcb015') as TraceId; // it is one

test('gives a place back to the next who asks', async () => {
  const [one, other] = [budget({ concurrent: 1 }), budget({ concurrent: 1 })];
  const entered = await one.enter();

  expect(await other.enter()).toEqual({ kind: 'refused', why: 'as many queries as may are running', againInMs: 5_000 });
  await (entered.kind === 'entered' && entered.leave(0));
  expect(await other.enter()).toMatchObject({ kind: 'entered' });
});

test('never lets more in than there are places, however many workers ask at once', async () => {
  const workers = Array.from({ length: 20 }, () => budget({ concurrent: 3 }));

  const answers = await Promise.all(workers.map((worker) => worker.enter()));

  expect(answers.filter(({ kind }) => kind === 'entered')).toHaveLength(3);
});

test('takes the place of a worker that died', async () => {
  await redis().zadd('tf:budget:queries', Date.now() - 1_000, 'of a dead worker');

  expect(await budget({ concurrent: 1 }).enter()).toMatchObject({ kind: 'entered' });
});

test.each<readonly [keyof QueryLimits, string, number | undefined]>([
  ['perSecond', 'another query was just begun', 1_000],
  ['perHour', 'the queries of this hour are used up', undefined],
])('counts queries %s', async (limit, why, againInMs) => {
  // Both fall into one second and one hour, or the second one is let in at their border; then they are counted anew.
  const answers = [
    await budget({ [limit]: 1 }).enter(),
    await budget({ [limit]: 1 }).enter(),
    await budget({ [limit]: 1 }).enter(),
  ];

  expect(answers).toContainEqual({ kind: 'refused', why, againInMs });
});

test('lets nobody in once a day has scanned its bytes', async () => {
  const entered = await budget({ bytesPerDay: 1_000 }).enter();
  await (entered.kind === 'entered' && entered.leave(1_000));

  expect(await budget({ bytesPerDay: 1_000 }).enter()).toMatchObject({ why: 'the bytes of this day are used up' });
});

test('remembers for a while what was asked, and leaves nothing behind for ever', async () => {
  const one = budget({});
  expect(await one.asked(TRACE)).toBeUndefined();
  await one.remember(TRACE, 6);
  const entered = await one.enter();
  await (entered.kind === 'entered' && entered.leave(10));

  expect(await one.asked(TRACE)).toBe(6);
  const lives = await Promise.all((await redis().keys('*')).map((key) => redis().pttl(key)));
  for (const life of lives) expect(life).toBeGreaterThan(0);
});
