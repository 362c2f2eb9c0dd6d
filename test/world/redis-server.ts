import { mkdtemp, readdir, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../../src/local/free-port.ts';
import { type OwnedProcess, signOfLife, startOwned } from '../../src/local/owned-process.ts';
import { redisProgram } from '../../src/local/redis-program.ts';
import { eventually } from '../eventually.ts';

/** A Redis that may be killed and comes back at the same address with what its append-only file holds. */
export type RedisServer = {
  readonly port: number;
  /** Straight to the server, past every proxy. */
  readonly owner: Redis;
  /** It takes what the server at that port has and what comes; resolves when it is in step. */
  follow(port: number): Promise<void>;
  inStep(): Promise<void>;
  /** It follows nobody any more, and takes writes. */
  promote(): Promise<void>;
  /** Its append-only file is written anew; resolves when it is whole. */
  rewrite(): Promise<void>;
  /** It stands still, and its connections with it. */
  freeze(): void;
  thaw(): void;
  kill(): Promise<void>;
  /** It dies, and so many bytes at the end of what it wrote never reached the disk. */
  tear(bytes: number): Promise<void>;
  start(): Promise<void>;
  /** For good: its data is gone. */
  stop(): Promise<void>;
};

/** `inside`: a folder for its folder of data, for instance on a disk of its own. */
export async function startRedisServer(inside = tmpdir()): Promise<RedisServer> {
  const dataDir = await mkdtemp(join(inside, 'tracefall-redis-'));
  const program = await redisProgram('.tracefall/cache', () => undefined);
  const port = await freePort();
  const lines = ['bind 127.0.0.1', `port ${port}`, `dir ${dataDir}`, 'appendonly yes', 'appendfsync everysec'];
  const input = `${[...lines, 'maxmemory-policy noeviction', 'save ""', 'repl-diskless-sync-delay 0'].join('\n')}\n`;
  const owner = new Redis({ port, host: '127.0.0.1', lazyConnect: true, maxRetriesPerRequest: null, retryStrategy: () => 50 });
  owner.on('error', () => undefined);
  let server: OwnedProcess;
  const start = async (): Promise<void> => {
    server = await startOwned({ ...program, args: ['-'], input });
    await signOfLife(server, owner.ping(), 30_000);
  };
  const signal = (name: NodeJS.Signals): void => void process.kill(server.pid, name);
  const inStep = async (): Promise<void> => {
    const isUp = async () => (await owner.info('replication')).includes('master_link_status:up');
    await eventually(isUp, { what: 'a replica in step', withinMs: 60_000 });
  };
  const kill = async (): Promise<void> => {
    signal('SIGKILL');
    await server.ended;
  };
  await start();
  return {
    port,
    owner,
    start,
    inStep,
    follow: async (primary) => {
      await owner.replicaof('127.0.0.1', primary);
      await inStep();
    },
    promote: async () => {
      await owner.replicaof('NO', 'ONE');
    },
    rewrite: async () => {
      await owner.bgrewriteaof();
      const said = [
        'aof_rewrite_in_progress:0',
        'aof_rewrite_scheduled:0',
        'aof_last_bgrewrite_status:ok',
        'aof_last_write_status:ok',
      ];
      const isWhole = async () => {
        const info = await owner.info('persistence');
        return said.every((line) => info.includes(line));
      };
      await eventually(isWhole, { what: 'a whole append-only file', withinMs: 60_000 });
    },
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    kill,
    tear: async (bytes) => {
      await kill();
      const folder = join(dataDir, 'appendonlydir');
      const [last = ''] = (await readdir(folder)).filter((name) => name.endsWith('.incr.aof'));
      const { size } = await stat(join(folder, last));
      await truncate(join(folder, last), Math.max(0, size - bytes));
      await start();
    },
    stop: async () => {
      owner.disconnect();
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
