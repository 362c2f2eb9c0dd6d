import { gzipSync } from 'node:zlib';
import { afterAll, expect, test, vi } from 'vitest';
import { freePort } from '../../src/local/free-port.ts';
import { redisRecords } from '../../src/redis/records.ts';
import { traceId } from '../../src/telemetry/ids.ts';
import { fromMillis } from '../../src/units.ts';
import { testRedis, testRedisUrl } from '../world/redis.ts';

const redis = testRedis();
afterAll(() => vi.unstubAllEnvs());

const TRACE = '6a719d9e695f3a2b284a1dbc17fcb015';
const span = (changes: object) => ({
  ...{
    resource: { attributes: { 'service.name': 'orders' } },
    traceId: TRACE,
    spanId: '734784f58ed0566f',
    name: 'orders',
    kind: 'SERVER',
  },
  ...{ startTimeUnixNano: 1785830304824000000, endTimeUnixNano: 1785830305824000000, attributes: {}, status: { code: 'UNSET' } },
  ...{ _aws: { xray: { name: 'orders', type: 'segment' } } },
  ...changes,
});

/** As CloudWatch Logs delivers a batch to a function. */
function subscription(messageType: string, ...records: object[]) {
  const logEvents = records.map((record, n) => ({ id: `${n}`, timestamp: 1785830305824, message: JSON.stringify(record) }));
  const batch = {
    messageType,
    owner: '123456789012',
    logGroup: 'aws/spans',
    logStream: 'default',
    subscriptionFilters: ['tracefall'],
    logEvents,
  };
  return { awslogs: { data: gzipSync(JSON.stringify(batch)).toString('base64') } };
}

async function receive(event: unknown, redisUrl = testRedisUrl()): Promise<void> {
  vi.stubEnv('REDIS_URL', redisUrl);
  const spans = await import('../../src/functions/spans.ts');
  await spans.receive(event);
}

test('keeps the spans of a batch and asks for the examination of a failed one; the same batch again changes nothing', async () => {
  const batch = subscription('DATA_MESSAGE', span({ endTimeUnixNano: null }), span({ status: { code: 'ERROR' } }));
  await receive(batch);
  await receive(batch);

  const id = traceId(TRACE);
  const read = id && (await redisRecords(redis(), () => fromMillis(0)).read(id));
  expect(read?.records).toHaveLength(2);
  expect(await redis().zcard('tf:queue:examine:delayed')).toBe(1);
});

test('accepts the message by which CloudWatch Logs tries the subscription', async () => {
  await receive(subscription('CONTROL_MESSAGE'));

  expect(await redis().dbsize()).toBe(0);
});

test('throws when Redis cannot be reached, so that AWS delivers the batch again', async () => {
  vi.resetModules();
  const nobody = await freePort();

  await expect(receive(subscription('DATA_MESSAGE', span({})), `redis://127.0.0.1:${nobody}`)).rejects.toThrow();
});
