import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Every place to die at that the sources name, sorted; `root`: a folder of sources or of what they were compiled to. */
export async function failpointsIn(root: string): Promise<readonly string[]> {
  const files = (await readdir(root, { recursive: true })).filter((file) => /\.(js|ts)$/.test(file));
  const texts = await Promise.all(files.map((file) => readFile(join(root, file), 'utf8')));
  return texts.flatMap((text) => [...text.matchAll(/^\s*\/\/ failpoint: ([a-z-]+)$/gm)].map(([, name = '']) => name)).toSorted();
}
