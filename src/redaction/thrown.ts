import { redactor } from './redact.ts';

/** As many as the log tells. */
const CAUSES = 4;
const redact = redactor();

/** Reasons are kept, logged and shown, and quote what others wrote. */
export async function withoutSecrets<T>(walk: () => Promise<T>): Promise<T> {
  try {
    return await walk();
  } catch (error) {
    for (let each = error, depth = 0; each instanceof Error && depth < CAUSES; each = each.cause, depth++) {
      // Of a DOMException, as of a call that was given up, they cannot be assigned.
      for (const part of ['message', 'stack'] as const)
        if (each[part] !== undefined)
          Object.defineProperty(each, part, { value: redact.text(each[part]), configurable: true, writable: true });
    }
    throw error;
  }
}
