import type { Cause } from './diagnosis/cause.ts';
import type { RecordCounts } from './inspection.ts';
import { spelled } from './units.ts';
import { drawn } from './waterfall/drawn.ts';
import { instant } from './waterfall/header.ts';
import { counted, type Scene } from './waterfall/scene.ts';
import { clean } from './waterfall/text.ts';
import { wrapped } from './wrapped.ts';

export type Inspected = {
  readonly scenes: readonly Scene[];
  /** Of all transactions together. */
  readonly causes: readonly Cause[];
  readonly records: RecordCounts;
  /** What a rules file would do with a transaction; undefined: none was given. */
  readonly ruling: ((scene: Scene) => string) | undefined;
};

/** What a drawing is wide where nobody says how wide the terminal is. */
const COLUMNS = 100;

/** What `tracefall inspect` prints for people. `columns` of the terminal; undefined: a pipe, whose lines are not broken. */
export function inspectionPrinted({ scenes, causes, records, ruling }: Inspected, columns: number | undefined): string {
  const told = (cause: Cause): string => causeTold(cause, columns ?? Number.POSITIVE_INFINITY);
  const transactions = scenes.map((scene) =>
    [headOf(scene), drawn(scene, columns ?? COLUMNS), ...scene.causes.map(told), ...(ruling ? [ruling(scene)] : [])].join('\n'),
  );
  const together = scenes.length > 1 && causes.length > 0 ? [['all transactions together:', ...causes.map(told)].join('\n')] : [];
  return [...transactions, ...together, countsPrinted(records)].join('\n\n');
}

/** `failed  POST /pay · 1.00 s · 2026-11-18 10:26:40.000 UTC · abab…` */
function headOf({ transaction, outcome }: Scene): string {
  const { id, name, start, duration } = transaction;
  return `${outcome}  ${[clean(name), spelled(duration), instant(start), id].filter((part) => part !== '').join(' · ')}`;
}

function causeTold({ kind, summary, evidence }: Cause, columns: number): string {
  const facts = evidence.flatMap((fact) => wrapped(`· ${fact}`, { first: '    ', further: '      ', columns }));
  return [...wrapped(`${kind}: ${summary}`, { first: '  ', further: '    ', columns }), ...facts].join('\n');
}

function countsPrinted(records: RecordCounts): string {
  const { read, placed, duplicates, unplaced, quiet, events } = records;
  const beside = [[unplaced, 'of no known trace'] as const, [quiet, 'that tell nothing more'] as const];
  const further = beside.map(([count, what]) => (count > 0 ? `, ${count} ${what}` : '')).join('');
  return [
    `${counted(read, 'record')}: ${placed} placed, ${duplicates} duplicates${further}`,
    ...Object.entries(events).map(([what, count]) => `${counted(count, 'event')}: ${what}`),
    ...rejectsPrinted(records.rejected),
  ].join('\n');
}

/** What could not be read: the place of the first, why, and how often. */
export const rejectsPrinted = (rejected: RecordCounts['rejected']): readonly string[] =>
  rejected.map(({ reason, count, first }) => `${first}: ${reason}${count > 1 ? ` (${count} times)` : ''}`);
