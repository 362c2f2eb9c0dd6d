import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { type OpenStudio, openStudio } from '../../jobs/start-studio.ts';
import { studio } from '../../jobs/studio.ts';
import { logger } from '../../src/log.ts';
import { redisChanges } from '../../src/redis/changes.ts';
import { redisLatencies } from '../../src/redis/latencies.ts';
import { redisRecords } from '../../src/redis/records.ts';
import { redisUsual } from '../../src/redis/usual.ts';
import { fromMillis } from '../../src/units.ts';
import { aSpan, aTraceId, at } from '../trace/records.ts';
import { testRedis, testRedisUrl } from '../world/redis.ts';

const redis = testRedis();
const clock = () => at(0);
const memory = () => ({
  records: redisRecords(redis(), clock),
  usual: redisUsual(redis(), clock),
  changes: redisChanges(redis()),
  latencies: redisLatencies(redis()),
});
/** Node 20 reads no TypeScript: the threads run the build that `npm test` makes first. */
const BUILT = new URL('../../dist/jobs/start-studio-thread.js', import.meta.url);

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function opened(settings: { readonly thread: URL; readonly giveUpMs?: number }): OpenStudio {
  const own = openStudio({ redisUrl: testRedisUrl(), log: logger('silent'), ...settings });
  closing.push(own.close);
  return own;
}

test('a thread says and draws the same as this thread would, to the byte', async () => {
  await memory().records.keep(
    [
      aSpan({ trace: 'one', id: 'entry', service: 'api', operation: 'POST /orders', status: 'error' }),
      aSpan({ trace: 'one', id: 'late', parent: 'entry', from: 5, to: 60, service: '決済' }),
    ],
    [],
  );
  const threads = opened({ thread: BUILT });
  const here = studio({ ...memory(), clock: () => fromMillis(Date.now()) });
  const trace = aTraceId('one');

  expect(await threads.judge(trace)).toEqual(await here.judge(trace));
  expect(await threads.portray(trace, 'dark')).toEqual(await here.portray(trace, 'dark'));
  expect(await threads.tell(trace)).toEqual((await here.portray(trace, 'dark'))?.telling);
  expect(await threads.tellMap({ kind: 'map', traceId: trace })).toEqual(await here.tellMap({ kind: 'map', traceId: trace }));
});

test('what nothing is known of has nothing to tell', async () => {
  const threads = opened({ thread: BUILT });

  expect(await threads.judge(aTraceId('nobody'))).toBeUndefined();
  expect(await threads.portray(aTraceId('nobody'), 'light')).toBeUndefined();
});

/** A thread that dies, throws, hangs or works, as the trace id says. */
const FRAGILE = `
  export const fault = () => undefined;
  const fates = {
    dies: () => process.exit(3),
    throws: () => { throw new Error('no such luck'); },
    hangs: () => { for (;;); },
    works: () => ({ judged: true }),
  };
  export const judge = ([fate]) => fates[fate]();
`;

test.each([
  ['dies', 'the studio did not judge "dies": '],
  ['throws', 'the studio did not judge "throws": no such luck'],
  ['hangs', 'the studio did not judge "hangs": given up after 5 s'],
] as const)('a thread that %s fails its one request, says so, and the next one works', async (fate, said) => {
  const folder = await mkdtemp(join(tmpdir(), 'studio-'));
  closing.push(() => rm(folder, { recursive: true }));
  const file = join(folder, 'thread.mjs');
  await writeFile(file, FRAGILE);
  const threads = opened({ thread: pathToFileURL(file), giveUpMs: 5_000 });
  // The studio takes trace ids; that they are fates here is this test's doing.
  const judge = (id: string) => threads.judge(id as Parameters<typeof threads.judge>[0]);
  const [bad, good] = await Promise.allSettled([judge(fate), judge('works')]);

  expect(bad).toMatchObject({ status: 'rejected', reason: { message: expect.stringContaining(said) } });
  expect(good).toMatchObject({ status: 'fulfilled', value: { judged: true } });
  expect(await judge('works')).toEqual({ judged: true });
});
