import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin, stop } from 'esbuild';

/** In the sources a comment and in production nothing; in the programs that chaos runs, a place to die at. */
const FAILPOINT = /^(\s*)\/\/ failpoint: ([a-z-]+)$/gm;

/** They bring programs for this machine, or start threads from files of their own. */
const NOT_BUNDLED = ['sharp', '@napi-rs/canvas', 'pino', 'piscina'];

/**
 * Makes programs of the build with every failpoint armed. Gives the failpoints' names, sorted. One file each and not a thousand modules:
 * a process that starts a hundred times is to spend its time at work.
 */
export async function armFailpoints(built: string, armed: string): Promise<readonly string[]> {
  await rm(armed, { recursive: true, force: true });
  const names: string[] = [];
  await build({
    entryPoints: ['cli', 'start-studio-thread'].map((program) => join(built, 'jobs', `${program}.js`)),
    outdir: armed,
    ...{ bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node20', logLevel: 'warning' },
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    external: NOT_BUNDLED,
    plugins: [arming(built, names)],
  });
  // Its process would stay as long as this one.
  await stop();
  // The programs look for them beside themselves.
  await cp(join(built, 'src', 'waterfall', 'fonts'), join(armed, 'fonts'), { recursive: true });
  return names.toSorted();
}

const arming = (built: string, names: string[]): Plugin => ({
  name: 'failpoints',
  setup: ({ onLoad }) => {
    onLoad({ filter: /\.js$/ }, async ({ path }) => {
      if (!path.startsWith(built) || path.includes('node_modules')) return undefined;
      const source = await readFile(path, 'utf8');
      names.push(...[...source.matchAll(FAILPOINT)].map(([, , name = '']) => name));
      return { contents: source.replaceAll(FAILPOINT, '$1globalThis.passFailpoint("$2");') };
    });
  },
});
