import { connect } from 'node:net';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { replicated } from '../../src/redis/replicated.ts';
import { eventually } from '../eventually.ts';
import { type RedisServer, startRedisServer } from '../world/redis-server.ts';

let primary: RedisServer;
let replica: RedisServer;
let client: Redis;
beforeAll(async () => {
  primary = await startRedisServer();
  replica = await startRedisServer();
  client = new Redis(primary.port, '127.0.0.1');
});
afterAll(async () => {
  client.disconnect();
  await Promise.all([primary.stop(), replica.stop()]);
});

test('nobody waits for a replica that still loads its copy', async () => {
  const loading = connect(primary.port, '127.0.0.1').resume();
  try {
    loading.write('PSYNC ? -1\r\n');
    const isThere = async () => /^slave\d+:ip=.*,offset=0,/m.test(await client.info('replication'));
    await eventually(isThere, { what: 'a replica that has confirmed nothing' });
    await client.set('d', 4);
    await replicated(client)();
  } finally {
    loading.destroy();
  }
});

test('where there is no replica, nobody waits for one; where there is, it has what was written; where it is silent, that is said', async () => {
  await client.set('a', 1);
  await replicated(client)();

  await replica.follow(primary.port);
  const isHeard = async () => (await client.incr('a')) > 0 && (await client.wait(1, 100)) === 1;
  await eventually(isHeard, { what: 'a replica that is heard' });
  await client.set('b', 2);
  await replicated(client)();
  expect(await replica.owner.get('b')).toBe('2');

  replica.freeze();
  await client.set('c', 3);
  await expect(replicated(client)()).rejects.toThrow('no replica');
  replica.thaw();
  await eventually(async () => (await replica.owner.get('c')) === '3', { what: 'the write on the replica' });
});
