import { afterAll, beforeAll, expect, test } from 'vitest';
import { fitnessOf } from '../../src/redis/fitness.ts';
import { redisRecords } from '../../src/redis/records.ts';
import { aSpan, aTraceId, at } from '../trace/records.ts';
import { type RedisServer, startRedisServer } from '../world/redis-server.ts';

// A Redis of its own: the memory of the one that all tests share is not to be cut.
let server: RedisServer;
beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.stop());

/** So that the given share of its memory is in use. */
async function used(share: number): Promise<void> {
  const info = await server.owner.info('memory');
  await server.owner.config('SET', 'maxmemory', Math.floor(Number(/used_memory:(\d+)/.exec(info)?.[1]) / share));
}
const tightenings: number[] = [];
const store = () =>
  redisRecords(
    server.owner,
    () => at(0),
    (share) => tightenings.push(share),
  );
const healthy = (trace: string) => [
  aSpan({ trace, id: `${trace} entry` }),
  aSpan({ trace, id: `${trace} call`, parent: `${trace} entry` }),
];

test('when memory comes to its end healthy traces are shed and counted, and what fails or is known already is kept', async () => {
  await store().keep(healthy('before'), []);
  await used(0.9);
  const full = store();

  expect(await full.keep(healthy('one'), [])).toMatchObject({ stored: 0, shed: 2 });
  expect((await full.read(aTraceId('one'))).records).toEqual([]);
  expect(await full.keep(healthy('two'), [aTraceId('two')])).toMatchObject({ stored: 2, shed: 0 });
  expect(await full.keep([aSpan({ trace: 'before', id: 'late', parent: 'before entry' })], [])).toMatchObject({
    stored: 1,
    shed: 0,
  });
  expect(tightenings).toEqual([expect.closeTo(0.9, 1)]);
});

test('before that it is said, to who starts it and to who asks, and nothing is shed', async () => {
  await used(0.75);

  expect(await store().keep(healthy('three'), [])).toMatchObject({ stored: 2, shed: 0 });
  expect(await fitnessOf(server.owner)).toContainEqual({
    what: expect.stringMatching(/^uses \d+ MB of \d+ MB of memory: from 85 % on/),
    ...{ state: 'noted', mend: 'give it more memory' },
  });
  await server.owner.config('SET', 'maxmemory', 0);
  expect(await fitnessOf(server.owner)).toContainEqual(
    expect.objectContaining({ what: expect.stringContaining('no limit is set'), state: 'good' }),
  );
});
