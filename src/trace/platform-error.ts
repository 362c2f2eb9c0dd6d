import type { InvocationRecord, SpanError } from '../telemetry/record.ts';

/** A sandbox killed for its memory reports that it used all of it, or a megabyte less. */
const FULL = 0.99;

/** What a failed run died of, as Lambda itself calls it. */
export function platformError(said: InvocationRecord): SpanError | undefined {
  if (said.error) return said.error;
  if (said.status === 'timeout') return { type: 'Sandbox.Timedout', message: '' };
  return said.status === 'error' && isOutOfMemory(said) ? { type: 'Runtime.OutOfMemory', message: '' } : undefined;
}

export function isOutOfMemory({ maxMemoryUsedMB: used, memorySizeMB: size }: InvocationRecord): boolean {
  return used !== undefined && size !== undefined && used >= FULL * size;
}
