import { expect, test } from 'vitest';
import { BLOCK } from '../../src/diagnosis/tally.ts';
import { operationKey } from '../../src/diagnosis/usual.ts';
import { redisRecords } from '../../src/redis/records.ts';
import { redisUsual } from '../../src/redis/usual.ts';
import { refusedNames } from '../../src/redis/usual-names.ts';
import { type Micros, micros } from '../../src/units.ts';
import { aSpan, at } from '../trace/records.ts';
import { testRedis } from '../world/redis.ts';

const redis = testRedis();
let now: Micros = at(0);
const clock = (): Micros => now;

/** In as many traces as there are hundreds of them. */
async function sent(names: readonly string[], label: string): Promise<void> {
  const records = redisRecords(redis(), clock);
  const from = (now - at(0)) / 1_000;
  for (let n = 0; n < names.length; n += 100) {
    const spans = names
      .slice(n, n + 100)
      .map((operation, i) => aSpan({ trace: `${label} ${n}`, id: `${label} ${n + i}`, operation, from }));
    await records.keep(spans, []);
  }
}

const counted = (pattern: string): Promise<number> => redis().eval(`return #redis.call('KEYS', '${pattern}')`, 0).then(Number);

test('50,000 names of operations fill a bounded number of keys, and the known ones are counted all the same', async () => {
  const known = Array.from({ length: 300 }, (_, n) => `POST /orders/${n % 10}`);
  await sent(known, 'known');
  await sent(
    Array.from({ length: 50_000 }, (_, n) => `GET /item/${n}`),
    'flood',
  );
  await sent(known, 'known again');

  expect(await counted('tf:usual:*')).toBe(10_000);
  expect(await refusedNames(redis(), now)).toBe(50_000 - 10_000 + 10);

  // The next block of time is flooded before anybody else comes, and those who were there before still find room.
  now = micros(now + BLOCK);
  await sent(
    Array.from({ length: 12_000 }, (_, n) => `GET /other/${n}`),
    'flood again',
  );
  await sent(known, 'known in the next block');
  const usual = await redisUsual(redis(), clock).read([operationKey('shop', 'POST /orders/3')]);

  expect(await counted('tf:usual:*')).toBe(2 * 10_000 + 10);
  expect(usual.get(operationKey('shop', 'POST /orders/3'))?.took?.count).toBe(90);
  expect(await counted('tf:usual-names:*')).toBe(2);
  const unending = await redis().eval(
    `local n = 0 for _, key in ipairs(redis.call('KEYS', 'tf:usual*')) do if redis.call('PTTL', key) < 0 then n = n + 1 end end return n`,
    0,
  );
  expect(unending).toBe(0);
}, 120_000);
