import type { Fields } from './shape.ts';

/** One cell and what follows it: in quotes, in which two stand for one, or plain. https://www.rfc-editor.org/rfc/rfc4180 */
const CELL = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
/** The column without which a row of a log query tells nothing. */
const MESSAGE = /^"?@[^\r\n]*/;

/** The rows of a table that CloudWatch Logs Insights exported as CSV; undefined: not such a table. */
export function logQueryRows(text: string): readonly Fields[] | undefined {
  const table = text.replace(/^\uFEFF/, '');
  const head = MESSAGE.exec(table)?.[0] ?? '';
  if (!/(?:^|,)"?@message"?(?:,|$)/.test(head)) return undefined;
  const [names = [], ...rows] = cellsOf(table);
  return rows
    .filter((row) => row.length > 1 || row[0] !== '')
    .map((row) => Object.fromEntries(names.map((name, n) => [name, row[n] ?? ''])));
}

function cellsOf(table: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]];
  CELL.lastIndex = 0;
  while (CELL.lastIndex < table.length) {
    const cell = CELL.exec(table);
    // A quote that is never closed: what follows is no table any more.
    if (!cell) break;
    const [, quoted, plain = '', end] = cell;
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end !== ',' && CELL.lastIndex < table.length) rows.push([]);
  }
  return rows;
}
