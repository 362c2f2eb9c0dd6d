import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { serve } from '../../jobs/start-serve.ts';
import { config } from '../../src/config.ts';
import { freePort } from '../../src/local/free-port.ts';
import { eventually } from '../eventually.ts';
import { testRedisUrl } from '../world/redis.ts';

afterEach(() => vi.unstubAllEnvs());

test('a bot that is started before its Redis waits for it, and takes nothing in until it is there', async () => {
  let attempts = 0;
  let isThere = false;
  const door = createServer((near) => {
    attempts += 1;
    if (!isThere) return near.destroy();
    const far = connect(Number(new URL(testRedisUrl()).port), '127.0.0.1');
    near.on('error', () => far.destroy()).pipe(far);
    return far.on('error', () => near.destroy()).pipe(near);
  }).listen(0, '127.0.0.1');
  await once(door, 'listening');
  const [redis, port] = [new URL(testRedisUrl()), await freePort()];
  redis.port = String((door.address() as AddressInfo).port); // a TCP server's address
  const environment = {
    ...{ REDIS_URL: redis.href, PORT: String(port), SLACK_API_URL: 'http://127.0.0.1:1/api/' },
    ...{ SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 'signing', SLACK_APP_TOKEN: '', TRACEFALL_CHANNEL: 'C0INCIDENTS' },
    ...{ TRACEFALL_CONFIG: '', TRACEFALL_RULES: '' },
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const isReady = async () => (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined))?.status === 200;
  let ended: unknown;
  const started = serve(config(), ['bot']);
  started.catch((error: unknown) => {
    ended = error;
  });
  await eventually(() => attempts > 8, { what: 'attempts to reach Redis' });
  expect([ended, await isReady()]).toEqual([undefined, false]);

  isThere = true;
  const bot = await started;
  expect(await isReady()).toBe(true);
  await bot.close();
  door.close();
});
