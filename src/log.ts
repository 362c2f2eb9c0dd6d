import { type Logger, pino } from 'pino';

/** One JSON line an event on standard error; standard output belongs to what a command prints. */
export const logger = (level: 'info' | 'warn' | 'silent' = 'info'): Logger =>
  pino({ level, base: null }, pino.destination({ dest: 2, sync: true }));
