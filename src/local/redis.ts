import { randomBytes } from 'node:crypto';
import { mkdir, realpath, rm } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { freePort } from './free-port.ts';
import { type OwnedProcess, signOfLife, startOwned } from './owned-process.ts';
import type { RedisProgram } from './redis-package.ts';
import { type Door, noteDoor, noteFile, OWNER, retirePredecessor } from './redis-predecessor.ts';
import { redisProgram } from './redis-program.ts';

export type LocalRedis = {
  readonly url: string;
  readonly pid: number;
  /** Resolves when it has ended, by `stop` or not, with how. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
};

/** `dataDir` keeps the data over restarts; `cacheDir` keeps an unpacked server and may be shared with others. */
export type RedisOptions = {
  readonly dataDir: string;
  readonly cacheDir: string;
  readonly onProgress?: (line: string) => void;
};

/** A large append-only file takes a while to read back. */
const ANSWER_WITHIN_MS = 60_000;
const ASK_AGAIN_MS = 50;
/** Somebody may take the port between our choice and the server's start. */
const PORTS_TRIED = 3;

/**
 * Starts a Redis of our own on a free port of the loopback interface, behind a password that is in the `url`. It ends with us.
 * Throws an Error for people: what to install, what the server said last, or that another of us uses the folder.
 */
export async function startRedis(options: RedisOptions): Promise<LocalRedis> {
  const onProgress = options.onProgress ?? (() => undefined);
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
  const dataDir = await realpath(options.dataDir);
  const program = await redisProgram(options.cacheDir, onProgress);
  await retirePredecessor(dataDir);

  const { server, owner, door } = await launched(program, dataDir);
  onProgress(`Redis answers on port ${door.port}`);
  return {
    url: `redis://:${door.password}@127.0.0.1:${door.port}`,
    pid: server.pid,
    ended: server.ended,
    stop: async () => {
      owner.disconnect();
      await server.stop();
      await rm(noteFile(dataDir), { force: true });
    },
  };
}

type Launched = { readonly server: OwnedProcess; readonly owner: Redis; readonly door: Door };

async function launched(program: RedisProgram, dataDir: string, tries = PORTS_TRIED): Promise<Launched> {
  const door = { port: await freePort(), password: randomBytes(18).toString('hex') };
  // Noted before the start: a server that outlives us must be found by our successor, however early we die.
  await noteDoor(dataDir, door);
  const server = await startOwned({ ...program, args: ['-'], input: configuration(dataDir, door) });
  const owner = new Redis({ ...door, host: '127.0.0.1', connectionName: OWNER, retryStrategy: () => ASK_AGAIN_MS });
  owner.on('error', () => undefined);
  try {
    await signOfLife(server, answering(owner), ANSWER_WITHIN_MS);
    return { server, owner, door };
  } catch (cause) {
    owner.disconnect();
    await server.stop();
    const taken = server.lastLines().some((line) => line.includes('Address already in use'));
    if (taken && tries > 1) return launched(program, dataDir, tries - 1);
    throw new Error(`Redis (${program.command}) ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

/** Resolves when it answers, and has read its data back: ioredis is ready only then. */
async function answering(owner: Redis): Promise<void> {
  // Not events.once: that one gives up at the first refused connection, of which there are some before the server is up.
  await new Promise((resolve) => owner.once('ready', resolve));
  await owner.ping();
}

/** Read from standard input, so that the password stands in no process list. https://redis.io/docs/latest/operate/oss_and_stack/management/config/ */
function configuration(dataDir: string, door: Door): string {
  const lines = [
    'bind 127.0.0.1',
    'protected-mode yes',
    `port ${door.port}`,
    `requirepass ${door.password}`,
    `dir ${JSON.stringify(dataDir)}`,
    'appendonly yes',
    'appendfsync everysec',
    // BullMQ's keys must never be evicted. https://docs.bullmq.io/guide/going-to-production#max-memory-policy
    'maxmemory-policy noeviction',
    'save ""',
    'daemonize no',
  ];
  return `${lines.join('\n')}\n`;
}
