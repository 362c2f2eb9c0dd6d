import { type DestinationStream, type Logger, pino } from 'pino';

/**
 * One JSON line an event on standard error; standard output belongs to what a command prints. Of an error only what it says: ioredis hangs the
 * command with its arguments on it, and those are payloads, or the password.
 */
export const logger = (
  level: 'info' | 'warn' | 'silent' = 'info',
  to: DestinationStream = pino.destination({ dest: 2, sync: true }),
): Logger => pino({ level, base: null, serializers: { err: said } }, to);

/** How deep causes are followed. */
const CAUSES = 3;

function said(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? { code: String(error.code) } : {};
  const cause = error.cause !== undefined && depth < CAUSES ? { cause: said(error.cause, depth + 1) } : {};
  return { type: error.name, message: error.message, ...code, stack: error.stack, ...cause };
}
