import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../src/local/free-port.ts';
import { type LocalRedis, startRedis } from '../../src/local/redis.ts';
import type { RedisProgram } from '../../src/local/redis-package.ts';
import { bringFromDebian } from '../../src/local/redis-package.ts';
import { noteDoor } from '../../src/local/redis-predecessor.ts';
import { advice } from '../../src/local/redis-program.ts';
import { eventually } from '../eventually.ts';

const path0 = process.env['PATH'] ?? '';
let home: string;
let cacheDir: string;
let unpacked: RedisProgram;
const running: LocalRedis[] = [];
const strangers: ChildProcess[] = [];

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'tracefall-redis-'));
  cacheDir = path.join(home, 'cache');
  process.env['PATH'] = await pathWithoutRedis(path.join(home, 'bin'));
  unpacked = await bringFromDebian(cacheDir, () => undefined);
}, 240_000);

afterEach(async () => {
  for (const redis of running.splice(0)) await redis.stop();
  for (const stranger of strangers.splice(0)) stranger.kill('SIGKILL');
});

afterAll(async () => {
  process.env['PATH'] = path0;
  await rm(home, { recursive: true, force: true });
});

/** All programs of this machine but Redis. */
async function pathWithoutRedis(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const from of path0.split(':')) {
    for (const name of await readdir(from).catch(() => [])) {
      if (/^(redis|valkey)-/.test(name)) continue;
      await symlink(path.join(from, name), path.join(folder, name)).catch(() => undefined);
    }
  }
  return folder;
}

async function started(dataDir: string, cache = cacheDir): Promise<LocalRedis> {
  const redis = await startRedis({ dataDir, cacheDir: cache });
  running.push(redis);
  return redis;
}

async function asked<T>(url: string, question: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url, { maxRetriesPerRequest: 1 });
  client.on('error', () => undefined);
  try {
    return await question(client);
  } finally {
    client.disconnect();
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A server that nobody owns any more, as a killed predecessor leaves it behind. */
async function orphan(dir: string): Promise<{ readonly port: number; readonly password: string; readonly pid: number }> {
  await mkdir(dir, { recursive: true });
  const port = await freePort();
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', dir, '--appendonly', 'yes', '--requirepass', 'left'];
  const child = spawn(unpacked.command, args, { env: { ...unpacked.env }, stdio: 'ignore' });
  strangers.push(child);
  await eventually(() => asked(`redis://:left@127.0.0.1:${port}`, (client) => client.ping()));
  return { port, password: 'left', pid: child.pid ?? 0 };
}

test('starts a Redis on a machine that has none, and stops it', async () => {
  const redis = await started(path.join(home, 'plain'));

  expect(await asked(redis.url, (client) => client.ping())).toBe('PONG');
  const [policy, append, sync] = await asked(redis.url, (client) =>
    Promise.all(['maxmemory-policy', 'appendonly', 'appendfsync'].map((name) => client.config('GET', name))),
  );
  expect([policy, append, sync]).toEqual([
    ['maxmemory-policy', 'noeviction'],
    ['appendonly', 'yes'],
    ['appendfsync', 'everysec'],
  ]);

  await redis.stop();
  expect(lives(redis.pid)).toBe(false);
});

test('answers nobody who lacks the password', async () => {
  const redis = await started(path.join(home, 'closed'));
  const anonymous = redis.url.replace(/:[0-9a-f]+@/, '');

  await expect(asked(anonymous, (client) => client.set('key', 'value'))).rejects.toThrow('NOAUTH');
});

test('runs the redis-server of the PATH where there is one', async () => {
  const bin = path.join(home, 'with-redis');
  const proof = path.join(home, 'was-run');
  await mkdir(bin);
  const script = `#!/bin/sh\n: > '${proof}'\nLD_LIBRARY_PATH='${unpacked.env?.['LD_LIBRARY_PATH']}' exec '${unpacked.command}' "$@"\n`;
  await writeFile(path.join(bin, 'redis-server'), script);
  await chmod(path.join(bin, 'redis-server'), 0o755);
  process.env['PATH'] = `${bin}:${process.env['PATH']}`;

  const redis = await started(path.join(home, 'from-path'), path.join(home, 'empty-cache'));

  process.env['PATH'] = process.env['PATH'].slice(bin.length + 1);
  expect(await asked(redis.url, (client) => client.ping())).toBe('PONG');
  expect((await stat(proof)).isFile()).toBe(true);
  await expect(stat(path.join(home, 'empty-cache'))).rejects.toThrow('ENOENT');
});

test('keeps its data over a restart', async () => {
  const dataDir = path.join(home, 'kept');
  const before = await started(dataDir);
  await asked(before.url, (client) => client.set('order', '42'));
  await before.stop();

  const after = await started(dataDir);

  expect(await asked(after.url, (client) => client.get('order'))).toBe('42');
});

test('ends the server of a killed predecessor, and takes over its data', async () => {
  const dataDir = path.join(home, 'orphaned');
  const left = await orphan(dataDir);
  await noteDoor(dataDir, left);
  await asked(`redis://:left@127.0.0.1:${left.port}`, (client) => client.set('order', '43'));

  const redis = await started(dataDir);

  await eventually(() => strangers[0]?.exitCode !== null, { what: 'the end of the orphan' });
  expect(await asked(redis.url, (client) => client.get('order'))).toBe('43');
});

test('leaves a server alone that answers at the noted port but keeps other data', async () => {
  const dataDir = path.join(home, 'mine');
  const stranger = await orphan(path.join(home, 'theirs'));
  await mkdir(dataDir);
  await noteDoor(dataDir, stranger);

  await started(dataDir);

  expect(await asked(`redis://:left@127.0.0.1:${stranger.port}`, (client) => client.ping())).toBe('PONG');
});

test('refuses a folder that another of us is using', async () => {
  const dataDir = path.join(home, 'shared');
  const first = await started(dataDir);

  await expect(startRedis({ dataDir, cacheDir })).rejects.toThrow('another Tracefall is running');
  expect(await asked(first.url, (client) => client.ping())).toBe('PONG');
});

test('says what the server said when it cannot start', async () => {
  const dataDir = path.join(home, 'broken');
  await mkdir(path.join(dataDir, 'appendonlydir'), { recursive: true });
  await writeFile(path.join(dataDir, 'appendonlydir', 'appendonly.aof.manifest'), 'no manifest\n');

  await expect(startRedis({ dataDir, cacheDir })).rejects.toThrow(/did not start: exit code 1[\s\S]*AOF manifest/);
});

test('unpacks once when two of us start on a new machine at the same moment', async () => {
  const fresh = path.join(home, 'fresh-cache');

  const relative = path.relative(process.cwd(), fresh);
  const both = await Promise.all([bringFromDebian(fresh, () => undefined), bringFromDebian(relative, () => undefined)]);

  expect(both[0]).toEqual(both[1]);
  expect(await readdir(fresh)).toEqual(['redis']);
}, 60_000);

test.runIf(process.platform === 'linux')('dies with a process that is killed', async () => {
  const dataDir = path.join(home, 'killed');
  const program = `
    const { runnerImport } = await import('vite');
    const { module } = await runnerImport(${JSON.stringify(path.resolve('src/local/redis.ts'))});
    const redis = await module.startRedis(${JSON.stringify({ dataDir, cacheDir })});
    console.log(redis.pid);`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [pid] = (await once(owner.stdout, 'data')).map(Number);
  expect(lives(pid ?? 0)).toBe(true);

  owner.kill('SIGKILL');

  await eventually(() => !lives(pid ?? 0), { what: 'the end of the server' });
});

test.each([
  [['darwin'], 'run `brew install redis`, or set REDIS_URL to a Redis that you have.'],
  [['linux', 'ubuntu', 'debian'], 'run `sudo apt-get install redis-server`, or set REDIS_URL to a Redis that you have.'],
  [
    ['linux', 'almalinux', 'rhel', 'centos', 'fedora'],
    'run `sudo dnf install valkey`, or set REDIS_URL to a Redis that you have.',
  ],
  [
    ['sunos'],
    'install Redis or Valkey (6.2 or newer) so that `redis-server` is on the PATH, or set REDIS_URL to a Redis that you have.',
  ],
])('says what to install on %j', (system, sentence) => {
  expect(advice(system)).toBe(sentence);
});
