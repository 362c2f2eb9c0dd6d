import { mkdir, mkdtemp, readdir, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { output, succeeds } from './owned-process.ts';

/** A Redis server that can be run here. `env` undefined: in our own environment. */
export type RedisProgram = { readonly command: string; readonly env: Readonly<Record<string, string>> | undefined };

/** The server's program is in redis-tools: `redis-check-rdb` is the server under another name, and becomes one when it is called so. */
const PACKAGE = 'redis-tools';

/** An unpacked server that runs here, if there is one. */
export async function unpackedIn(cacheDir: string): Promise<RedisProgram | undefined> {
  const home = path.resolve(cacheDir, 'redis');
  const libraries = await readdir(path.join(home, 'usr', 'lib')).catch(() => []);
  const found = {
    command: path.join(home, 'usr', 'bin', 'redis-server'),
    env: { LD_LIBRARY_PATH: libraries.map((folder) => path.join(home, 'usr', 'lib', folder)).join(':') },
  };
  return (await succeeds(found.command, ['--version'], found.env)) ? found : undefined;
}

/** Downloads Debian's or Ubuntu's own package, checked by apt, and unpacks it into the cache. Needs no root and installs nothing. */
export async function bringFromDebian(cacheDir: string, onProgress: (line: string) => void): Promise<RedisProgram> {
  await mkdir(cacheDir, { recursive: true });
  // Everything happens in a folder of our own, which is moved into place when it is whole: two of us at once do no harm.
  const workshop = await mkdtemp(path.resolve(cacheDir, 'redis-coming-'));
  try {
    onProgress('No Redis here: fetching the Debian package (about 1.3 MB)');
    const packages = await downloaded(workshop, onProgress);
    const home = path.join(workshop, 'home');
    for (const file of packages) await output('dpkg-deb', ['-x', file, home], { cwd: workshop });
    await symlink('redis-check-rdb', path.join(home, 'usr', 'bin', 'redis-server'));
    return await moveIntoPlace(home, cacheDir);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

async function moveIntoPlace(home: string, cacheDir: string): Promise<RedisProgram> {
  const place = path.join(cacheDir, 'redis');
  const first = await renamed(home, place);
  const found = await unpackedIn(cacheDir);
  if (found) return found;
  if (first) throw new Error(`the unpacked server does not run: ${place}`);
  // What stands in our way runs no more: another system's, or half removed.
  await rm(place, { recursive: true, force: true });
  return moveIntoPlace(home, cacheDir);
}

/** false: something is there already. */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST')) return false;
    throw error;
  }
}

/** Files of the package and of what it needs that this system lacks. */
async function downloaded(workshop: string, onProgress: (line: string) => void): Promise<readonly string[]> {
  try {
    return await download(workshop, []);
  } catch {
    onProgress('The package lists here are missing or old: fetching fresh ones, for us only');
    const lists = await privateLists(workshop);
    return download(workshop, lists);
  }
}

async function download(workshop: string, settings: readonly string[]): Promise<readonly string[]> {
  const common = [...settings, ...PATIENCE, ...sandbox()];
  const plan = await output('apt-get', [...common, '--simulate', '--no-install-recommends', 'install', PACKAGE], {
    cwd: workshop,
  });
  const missing = [...plan.matchAll(/^Inst (\S+)/gm)].map((match) => match[1] ?? '');
  await output('apt-get', [...common, 'download', ...new Set([PACKAGE, ...missing])], { cwd: workshop });
  return (await readdir(workshop)).filter((file) => file.endsWith('.deb'));
}

/** Lists of our own: the system's would need root, and its lock. They are gone with the workshop. */
async function privateLists(workshop: string): Promise<readonly string[]> {
  const [lists, cache] = [path.join(workshop, 'lists'), path.join(workshop, 'cache')];
  await mkdir(path.join(lists, 'partial'), { recursive: true });
  await mkdir(path.join(cache, 'archives', 'partial'), { recursive: true });
  const settings = ['-o', `Dir::State::Lists=${lists}`, '-o', `Dir::Cache=${cache}`];
  await output('apt-get', [...settings, ...PATIENCE, ...sandbox(), 'update'], { cwd: workshop });
  return settings;
}

const PATIENCE = ['-o', 'Acquire::Retries=2', '-o', 'Acquire::http::Timeout=20', '-o', 'DPkg::Lock::Timeout=60'];

/** As root apt would download as the user `_apt`, who may not write into our folder. */
const sandbox = (): readonly string[] => (process.getuid?.() === 0 ? ['-o', 'APT::Sandbox::User=root'] : []);
