import { appendFileSync, writeSync } from 'node:fs';

/**
 * `node --import` this: `FAILPOINTS='after-post:3 before-post:1'` kills the process, as if its machine had died, at the first of these
 * that it has passed so often; its last words are where. Every pass is written to the file `FAILPOINT_HITS`, so that a failpoint that
 * nothing ever passes is seen.
 */
const left = new Map<string, number>();
for (const armed of (process.env['FAILPOINTS'] ?? '').split(' ')) {
  const [name = '', nth = '1'] = armed.split(':');
  left.set(name, Number(nth));
}
const hits = process.env['FAILPOINT_HITS'];
const STDERR = 2;

function passFailpoint(name: string): void {
  if (hits) appendFileSync(hits, `${name}\n`);
  const passes = left.get(name);
  if (passes === undefined) return;
  left.set(name, passes - 1);
  if (passes === 1) die(name);
}

function die(name: string): void {
  try {
    writeSync(STDERR, `died at ${name}\n`);
  } finally {
    process.kill(process.pid, 'SIGKILL');
  }
}

Object.assign(globalThis, { passFailpoint });
