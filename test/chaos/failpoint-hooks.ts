import type { LoadHook } from 'node:module';

/** In the sources a comment and in production nothing; where this hook loads them, a place to die at. */
const FAILPOINT = /\/\/ failpoint: ([a-z-]+)/g;

export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  if (loaded.format !== 'module' || url.includes('/node_modules/') || !url.startsWith('file:')) return loaded;
  const source = Buffer.from(loaded.source as Uint8Array).toString(); // a module read from a file is bytes
  return { ...loaded, source: source.replaceAll(FAILPOINT, 'globalThis.passFailpoint("$1");') };
};
