import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { z } from 'zod';

/** The name of the one connection that the process which started the server keeps open as long as it lives. */
export const OWNER = 'tracefall-owner';

const door = z.object({ port: z.int().min(1).max(65_535), password: z.string() });
export type Door = z.infer<typeof door>;

export const noteFile = (dataDir: string): string => path.join(dataDir, 'server.json');

export const noteDoor = (dataDir: string, of: Door): Promise<void> =>
  writeFile(noteFile(dataDir), JSON.stringify(of), { mode: 0o600 });

/** A connection that was cut is still listed until the server has looked at it again. */
const OWNER_GONE_WITHIN_MS = 2_000;
const ASK_AGAIN_MS = 50;

/**
 * Two servers on one append-only file would ruin it. Ends the server that a killed predecessor left on this folder; throws when its
 * owner still lives. It is ours only if it knows our noted password *and* keeps its data in this very folder.
 */
export async function retirePredecessor(dataDir: string): Promise<void> {
  const known = await notedDoor(dataDir);
  if (known === undefined) return;
  const server = new Redis({
    ...known,
    host: '127.0.0.1',
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
  });
  server.on('error', () => undefined);
  try {
    if (!(await keepsDataIn(server, dataDir))) return;
    if (await ownerStays(server))
      throw new Error(`another Tracefall is running on ${dataDir}: stop it first, or choose another folder`);
    await ended(server);
  } finally {
    server.disconnect();
  }
}

async function notedDoor(dataDir: string): Promise<Door | undefined> {
  const text = await readFile(noteFile(dataDir), 'utf8').catch(() => '');
  try {
    return door.parse(JSON.parse(text));
  } catch {
    // None, or half written by a predecessor that died: then no server of it was started yet.
    return undefined;
  }
}

/** false: nobody answers there now, or somebody else. */
async function keepsDataIn(server: Redis, dataDir: string): Promise<boolean> {
  try {
    await server.connect();
    const [, dir] = z.tuple([z.string(), z.string()]).parse(await server.config('GET', 'dir'));
    return dir === dataDir;
  } catch {
    return false;
  }
}

async function ownerStays(server: Redis): Promise<boolean> {
  const deadline = Date.now() + OWNER_GONE_WITHIN_MS;
  while (Date.now() < deadline) {
    const clients = String(await server.client('LIST'));
    if (!clients.includes(`name=${OWNER} `)) return false;
    await delay(ASK_AGAIN_MS);
  }
  return true;
}

/** The server writes its data out, closes its doors, and ends. */
async function ended(server: Redis): Promise<void> {
  const closed = once(server, 'end');
  await server.shutdown().catch(() => undefined);
  await closed;
}
