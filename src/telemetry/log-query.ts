import type { Micros } from '../units.ts';
import { logSource, readLogEvent } from './log-event.ts';
import { joined } from './parsed.ts';
import type { Parsed } from './record.ts';
import { type Fields, fields, isFields, list, text } from './shape.ts';
import { isoTime, millisTime } from './time.ts';

/** One row as CloudWatch Logs Insights gives it: an object, or a list of `{ field, value }`. */
type Row = Fields | readonly unknown[];

/** Rows of a query: one, or the whole answer of GetQueryResults (`results`) or of FilterLogEvents and GetLogEvents (`events`). */
type Answer = { readonly rows: readonly Row[]; readonly isOne: boolean };

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetQueryResults.html */
export const isLogQuery = (value: unknown): value is Fields | readonly unknown[] => answerIn(value) !== undefined;

/**
 * What somebody read from CloudWatch Logs and saved: rows with `@message`, of which everything else that CloudWatch parsed is said
 * again by the message itself; or raw log events. Of a row the message, its time and its place are read.
 */
export function readLogQuery(value: Fields | readonly unknown[], where: string): Parsed {
  const { rows, isOne } = answerIn(value) ?? { rows: [], isOne: false };
  return joined(rows.map((row, index) => readRow(columns(row), isOne ? where : `${where}[${index}]`)));
}

function answerIn(value: unknown): Answer | undefined {
  if (isRow(value)) return { rows: [value], isOne: true };
  if (!isFields(value)) return undefined;
  const rows = rowsIn(value['results'], isRow) ?? rowsIn(value['events'], isEvent);
  return rows && { rows, isOne: false };
}

function rowsIn(value: unknown, is: (row: unknown) => row is Row): readonly Row[] | undefined {
  const rows = list(value);
  return rows.length > 0 && rows.every(is) ? rows : undefined;
}

const isRow = (value: unknown): value is Row =>
  Array.isArray(value) ? value.some((cell) => fields(cell)['field'] === '@message') : isFields(value) && '@message' in value;

const isEvent = (value: unknown): value is Fields => isFields(value) && 'message' in value && 'timestamp' in value;

/** The columns of a row by name, `@` left out, so that a raw log event is a row too. */
function columns(row: Row): Fields {
  const cells = isFields(row)
    ? Object.entries(row)
    : row.map(fields).map((cell) => [text(cell['field']) ?? '', cell['value']] as const);
  return Object.fromEntries(cells.map(([name, value]) => [name.replace(/^@/, ''), value]));
}

function readRow(row: Fields, where: string): Parsed {
  const source = logSource(group(row['log']), text(row['logStream']) ?? text(row['logStreamName']));
  return readLogEvent(row['message'], time(row['timestamp']), source, where);
}

/** `@log` is `123456789012:/aws/lambda/orders`. */
const group = (log: unknown): string | undefined => text(log)?.replace(/^\d{12}:/, '');

const time = (value: unknown): Micros | undefined =>
  isoTime(value) ?? millisTime(typeof value === 'string' ? Number(value) : value);
