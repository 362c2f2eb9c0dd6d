import { setTimeout as delay } from 'node:timers/promises';

const ASK_AGAIN_MS = 20;

/** Asks until `check` returns something other than undefined, false or an Error; for effects outside this process. Throws after `withinMs`. */
export async function eventually<T>(
  check: () => T | Promise<T>,
  options: { readonly withinMs?: number; readonly what?: string } = {},
): Promise<Exclude<T, undefined | false>> {
  const withinMs = options.withinMs ?? 10_000;
  const deadline = Date.now() + withinMs;
  let last: unknown;
  for (;;) {
    try {
      last = await check();
      // The comparison has just excluded both.
      if (last !== undefined && last !== false) return last as Exclude<T, undefined | false>;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline)
      throw new Error(`${options.what ?? 'it'} did not happen within ${withinMs} ms; last: ${String(last)}`);
    await delay(ASK_AGAIN_MS);
  }
}
