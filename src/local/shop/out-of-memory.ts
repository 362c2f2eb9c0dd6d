import { Worker } from 'node:worker_threads';
import { failure } from './calls.ts';
import { OUT_OF_MEMORY } from './function-runtime.ts';

/** A receipt that lists itself: each page says how many there are, so there is always one more. */
const ENDLESS_RECEIPT = `
  const pages = [];
  for (;;) pages.push(Array.from({ length: 1000 }, (_, line) => 'line ' + line + ' of page ' + pages.length));`;

/**
 * Really runs out of memory, in a thread of its own with the function's memory as its limit; this process is not harmed.
 * Never resolves: throws as Lambda names it.
 */
export async function renderEndlessReceipt(memorySizeMB: number): Promise<never> {
  // A function's memory is not all heap: Node.js takes half of the small sizes for itself.
  const limits = { maxOldGenerationSizeMb: memorySizeMB / 2, maxYoungGenerationSizeMb: memorySizeMB / 16 };
  const renderer = new Worker(ENDLESS_RECEIPT, { eval: true, resourceLimits: limits });
  const reason = await new Promise<Error>((resolve) => {
    renderer.once('error', resolve);
    renderer.once('exit', (code) => resolve(new Error(`the renderer ended with exit code ${code}`)));
  });
  if ('code' in reason && reason.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    throw failure(OUT_OF_MEMORY, 'Runtime exited with error: signal: killed');
  }
  throw reason;
}
