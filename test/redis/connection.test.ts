import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { patientConnection, promptConnection } from '../../src/redis/connection.ts';
import { eventually } from '../eventually.ts';
import { type HoldProxy, startHoldProxy } from '../world/hold-proxy.ts';
import { testRedisUrl } from '../world/redis.ts';

let wire: HoldProxy;
const opened: Redis[] = [];

beforeEach(async () => {
  wire = await startHoldProxy(Number(new URL(testRedisUrl()).port));
});

afterEach(async () => {
  for (const redis of opened.splice(0)) redis.disconnect();
  await wire.stop();
});

const open = (connect: typeof promptConnection): Redis => {
  const url = new URL(testRedisUrl());
  url.port = String(wire.port);
  const redis = connect(url.href, () => undefined);
  opened.push(redis);
  return redis;
};

/** Longer than any of them should take, and than a machine that is busy makes of it. */
const WITHIN = { withinMs: 25_000 };

test('connections that nobody uses leave a peer that has fallen silent, and so does one that waits for a job', {
  timeout: 30_000,
}, async () => {
  const idle = [open(promptConnection), open(patientConnection)];
  const worker = open(patientConnection);
  const waiting = worker.duplicate().on('error', () => undefined);
  opened.push(waiting);
  await Promise.all(opened.map((redis) => redis.ping()));
  const taken = waiting.blpop('connection-test', 20);
  const anew = new Set<Redis>();
  for (const redis of idle) redis.on('ready', () => anew.add(redis));
  wire.halfOpen();

  await eventually(() => anew.size === idle.length, WITHIN);
  await eventually(() => worker.lpush('connection-test', 'job'), WITHIN);
  expect(await taken).toEqual(['connection-test', 'job']);
});

test('a Redis that refuses to answer, as with a full disk, is not left for that', { timeout: 30_000 }, async () => {
  let [met, asked] = [0, 0];
  const answers = {
    hello: '%1\r\n+server\r\n+redis\r\n',
    client: '+OK\r\n',
    info: '+OK\r\n',
    ping: '-MISCONF the disk is full\r\n',
  };
  const refusing = createServer((socket) => {
    met += 1;
    socket.on('data', (bytes) => {
      for (const [, command = ''] of bytes.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) {
        if (command === 'ping') asked += 1;
        socket.write(answers[command as keyof typeof answers] ?? '-ERR unknown\r\n');
      }
    });
  });
  await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
  // A TCP server's address is an object; a string only comes from a pipe.
  const { port } = refusing.address() as AddressInfo;
  opened.push(patientConnection(`redis://127.0.0.1:${port}`, () => undefined));

  // As long as it would have taken to leave.
  await eventually(() => asked >= 8, WITHIN);
  expect(met).toBe(1);
  for (const redis of opened.splice(0)) redis.disconnect();
  await new Promise((resolve) => refusing.close(resolve));
});
