import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

/** Each import in a process of its own; the median of so many. */
const RUNS = 9;

/** Nobody listens there: nothing but the import is measured. */
const ENVIRONMENT = { REDIS_URL: 'redis://127.0.0.1:1', SLACK_BOT_TOKEN: 'xoxb-bench', SLACK_SIGNING_SECRET: 'bench' };

/** Processor time: the clock says more about what else this machine does. */
const IMPORT = `
const began = process.cpuUsage();
await import(process.argv[1]);
const { user, system } = process.cpuUsage(began);
console.log((user + system) / 1_000);
process.exit();`;

function importMs(url: string): number {
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', IMPORT, url], {
    env: ENVIRONMENT,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return Number(said);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const kB = (bytes: number): string => `${Math.round(bytes / 1_000)} kB`;

console.log(`Node ${process.version}, processor time, median of ${RUNS} cold imports\n`);
console.log('| function | bundle | gzipped | cold import |\n| --- | --- | --- | --- |');
for (const name of ['spans', 'logs', 'events', 'slack']) {
  const path = resolve(`dist/functions/${name}.mjs`);
  const bundle = readFileSync(path);
  const took = median(Array.from({ length: RUNS }, () => importMs(pathToFileURL(path).href)));
  console.log(`| \`${name}\` | ${kB(bundle.length)} | ${kB(gzipSync(bundle).length)} | ${Math.round(took)} ms |`);
}
const nothing = median(Array.from({ length: RUNS }, () => importMs('node:os')));
console.log(`\nImporting a module of Node itself takes ${nothing.toFixed(1)} ms here: that much is the measuring.`);
