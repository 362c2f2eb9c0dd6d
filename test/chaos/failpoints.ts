import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** In the sources a comment and in production nothing; in the programs that chaos runs, a place to die at. */
const FAILPOINT = /^(\s*)\/\/ failpoint: ([a-z-]+)$/gm;

/**
 * Copies the build's programs from one folder to another with every failpoint armed. Gives the failpoints' names, sorted. Done once, and
 * not by a loader at every start: processes start a hundred times.
 */
export async function armFailpoints(build: string, armed: string): Promise<readonly string[]> {
  await rm(armed, { recursive: true, force: true });
  const names: string[] = [];
  for (const part of ['src', 'jobs']) {
    await cp(join(build, part), join(armed, part), { recursive: true });
    const files = (await readdir(join(armed, part), { recursive: true })).filter((file) => file.endsWith('.js'));
    for (const file of files.map((each) => join(armed, part, each))) {
      const source = await readFile(file, 'utf8');
      const here = [...source.matchAll(FAILPOINT)].map(([, , name = '']) => name);
      if (here.length > 0) await writeFile(file, source.replaceAll(FAILPOINT, '$1globalThis.passFailpoint("$2");'));
      names.push(...here);
    }
  }
  return names.toSorted();
}
