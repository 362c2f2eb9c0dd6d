import type { LogSeverity } from './record.ts';

const BY_WORD: ReadonlyMap<string, LogSeverity> = new Map([
  ['trace', 'debug'],
  ['debug', 'debug'],
  ['info', 'info'],
  ['information', 'info'],
  ['notice', 'info'],
  ['warn', 'warn'],
  ['warning', 'warn'],
  ['error', 'error'],
  ['critical', 'error'],
  ['fatal', 'error'],
  ['alert', 'error'],
  ['emergency', 'error'],
  ['panic', 'error'],
]);

/** From `ERROR`, `Warning`, and OTLP's `SEVERITY_NUMBER_ERROR2` and `ERROR2`. undefined: no word we know. */
export const severityOfWord = (word: string): LogSeverity | undefined =>
  BY_WORD.get(
    word
      .trim()
      .toLowerCase()
      .replace('severity_number_', '')
      .replace(/[234]$/, ''),
  );

/** From OTLP's 1 (TRACE) to 24 (FATAL4). https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
export function severityOfNumber(number: number): LogSeverity | undefined {
  if (number < 1 || number > 24) return undefined;
  if (number < 9) return 'debug';
  if (number < 13) return 'info';
  return number < 17 ? 'warn' : 'error';
}

/** From pino's and bunyan's 10 (trace) to 60 (fatal). */
export function severityOfLevel(level: number): LogSeverity | undefined {
  if (level < 10 || level > 60) return undefined;
  if (level < 30) return 'debug';
  if (level < 40) return 'info';
  return level < 50 ? 'warn' : 'error';
}
