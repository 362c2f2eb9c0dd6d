import { readFile } from 'node:fs/promises';
import { succeeds } from './owned-process.ts';
import { bringFromDebian, type RedisProgram, unpackedIn } from './redis-package.ts';

/** Finds a server on the PATH or in the cache, or brings one into the cache. Throws with a sentence that says what to install. */
export async function redisProgram(cacheDir: string, onProgress: (line: string) => void): Promise<RedisProgram> {
  for (const command of ['redis-server', 'valkey-server']) {
    if (await succeeds(command, ['--version'])) return { command, env: undefined };
  }
  const unpacked = await unpackedIn(cacheDir);
  if (unpacked) return unpacked;

  const system = await operatingSystem();
  if (!system.includes('debian')) throw new Error(`no Redis found: ${advice(system)}`);
  try {
    return await bringFromDebian(cacheDir, onProgress);
  } catch (cause) {
    throw new Error(`no Redis found, and fetching Debian's package failed: ${advice(system)}`, { cause });
  }
}

/** The system and what it is like: `['linux', 'ubuntu', 'debian']`, `['darwin']`. https://www.freedesktop.org/software/systemd/man/os-release.html */
async function operatingSystem(): Promise<readonly string[]> {
  if (process.platform !== 'linux') return [process.platform];
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const kinds = [...release.matchAll(/^(?:ID|ID_LIKE)="?([^"\n]*)"?$/gm)].flatMap((match) => (match[1] ?? '').split(/\s+/));
  return ['linux', ...kinds];
}

const INSTALL: readonly (readonly [string, string])[] = [
  ['debian', 'run `sudo apt-get install redis-server`'],
  ['fedora', 'run `sudo dnf install valkey`'],
  ['rhel', 'run `sudo dnf install valkey`'],
  ['suse', 'run `sudo zypper install valkey`'],
  ['arch', 'run `sudo pacman -S valkey`'],
  ['alpine', 'run `apk add valkey`'],
  ['darwin', 'run `brew install redis`'],
  ['win32', 'run Tracefall in WSL, where it brings its own'],
];

/** One sentence: what a person on that system does now. */
export function advice(system: readonly string[]): string {
  const [, install] = INSTALL.find(([kind]) => system.includes(kind)) ?? [
    '',
    'install Redis or Valkey (6.2 or newer) so that `redis-server` is on the PATH',
  ];
  return `${install}, or set REDIS_URL to a Redis that you have.`;
}
