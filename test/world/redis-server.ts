import { Redis } from 'ioredis';
import { freePort } from '../../src/local/free-port.ts';
import { type OwnedProcess, signOfLife, startOwned } from '../../src/local/owned-process.ts';
import { redisProgram } from '../../src/local/redis-program.ts';

/** A Redis that may be killed and comes back at the same address with what its append-only file holds. */
export type RedisServer = {
  readonly port: number;
  /** Straight to the server, past every proxy. */
  readonly owner: Redis;
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
};

export async function startRedisServer(dataDir: string, cacheDir: string): Promise<RedisServer> {
  const program = await redisProgram(cacheDir, () => undefined);
  const port = await freePort();
  const lines = ['bind 127.0.0.1', `port ${port}`, `dir ${dataDir}`, 'appendonly yes', 'appendfsync everysec'];
  const input = `${[...lines, 'maxmemory-policy noeviction', 'save ""'].join('\n')}\n`;
  const owner = new Redis({ port, host: '127.0.0.1', lazyConnect: true, maxRetriesPerRequest: null, retryStrategy: () => 50 });
  owner.on('error', () => undefined);
  let server: OwnedProcess;
  const start = async (): Promise<void> => {
    server = await startOwned({ ...program, args: ['-'], input });
    await signOfLife(server, owner.ping(), 30_000);
  };
  await start();
  return {
    port,
    owner,
    start,
    kill: async () => {
      process.kill(server.pid, 'SIGKILL');
      await server.ended;
    },
    stop: async () => {
      owner.disconnect();
      await server.stop();
    },
  };
}
