import { expect, test } from 'vitest';
import type { Alert } from '../../src/incident/incident.ts';
import { redisIncidents } from '../../src/redis/incidents.ts';
import { rootMessage } from '../../src/slack/root-message.ts';
import { fromMillis, type Micros, micros } from '../../src/units.ts';
import { aTraceId } from '../trace/records.ts';
import { testRedis } from '../world/redis.ts';

const redis = testRedis();
let now: Micros = fromMillis(1_795_000_000_000);
const MOST = 5;
const incidents = () => redisIncidents(redis(), () => now, MOST);
const alert = (n: number, signature: string): Alert => ({
  ...{ signature, outcome: 'failed', transaction: 'POST /orders', service: 'api', environment: 'test' },
  ...{ hop: { service: 'payment', operation: 'charge' }, error: { type: `Error ${signature}`, message: 'no' } },
  ...{ duration: fromMillis(200), spans: 2, causes: [], version: undefined, owner: undefined },
  ...{ traceId: aTraceId(`t${n}`), traceIds: [aTraceId(`t${n}`)], at: now, lastFailure: now },
});

test('a new kind in every failure becomes one incident that counts them all, and known kinds go on being counted apart', async () => {
  for (let n = 0; n < 40; n += 1) await incidents().report(alert(n, `kind ${n}`));
  // Once more, as a worker does whose predecessor died.
  for (let n = 0; n < 40; n += 1) await incidents().report(alert(n, `kind ${n}`));
  await incidents().report(alert(100, 'kind 0'));

  const all = await incidents().newest(100);
  const overflow = all.filter((each) => each.alert.signature === 'overflow');
  expect(all).toHaveLength(MOST + 1);
  expect(overflow.map(({ count }) => count)).toEqual([40 - MOST]);
  expect(all.reduce((sum, { count }) => sum + count, 0)).toBe(41);
  const said = JSON.stringify(overflow[0] && rootMessage(overflow[0]));
  expect(said).toContain('more than 5 new kinds of failure within an hour');
});

test('an hour later what is new is new again', async () => {
  for (let n = 0; n < 20; n += 1) await incidents().report(alert(n, `kind ${n}`));
  now = micros(now + 3_700 * 1_000_000);
  await incidents().report(alert(20, 'kind 20'));

  expect((await incidents().newest(1))[0]?.alert.error?.type).toBe('Error kind 20');
});
