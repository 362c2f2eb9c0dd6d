import { appendFileSync } from 'node:fs';

/**
 * `node --import` this: `FAILPOINT=after-post:3` kills the process at its third pass of that failpoint, as if its machine had died.
 * Every pass is written to the file `FAILPOINT_HITS`, so that a failpoint that nothing ever passes is seen.
 */
const [armed = '', nth = '1'] = (process.env['FAILPOINT'] ?? '').split(':');
const hits = process.env['FAILPOINT_HITS'];
let left = Number(nth);

function passFailpoint(name: string): void {
  if (hits) appendFileSync(hits, `${name}\n`);
  if (name !== armed) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
}

Object.assign(globalThis, { passFailpoint });
