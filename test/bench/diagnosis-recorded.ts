import { readFileSync } from 'node:fs';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { saysMore } from '../../src/diagnosis/origin.ts';
import type { usualWithin } from '../../src/diagnosis/usual.ts';
import { parse } from '../../src/telemetry/parse.ts';
import type { TelemetryRecord } from '../../src/telemetry/record.ts';
import { assemble } from '../../src/trace/assemble.ts';
import { isFailing } from '../../src/trace/failing.ts';
import type { Transaction } from '../../src/trace/transaction.ts';
import { regrow } from '../../src/trace/tree.ts';
import { namesIn, pathOf } from '../corpus/folder.ts';
import { ablated, admits } from '../diagnosis/ablated.ts';
import { answered, holds } from '../diagnosis/answers.ts';
import { type Judged, NOTHING_USUAL } from '../diagnosis/judged.ts';
import { cases, recordsOf, usualOf } from '../trace/cases.ts';
import { aSpanId } from '../trace/records.ts';

export type Known = Judged & { readonly name: string };

export function knownCases(): readonly Known[] {
  return cases().map((known) => {
    const cause = answered(known);
    const { span, kind } = known.expected.topHint ?? {};
    const isEntry = known.spans.find(({ id }) => id === span)?.parent === null;
    const hasCause = span !== undefined && kind !== undefined && kind !== 'MISSING_CALL' && !isEntry;
    const without = hasCause ? firstWithout(recordsOf(known), [aSpanId(span)], usualOf(known)) : undefined;
    return { name: known.id, cause, right: holds(known), admits: without && admits(without.cause) };
  });
}

const FILES = [
  ...namesIn('xray').map((name) => ['xray', name, 'trace.json']),
  ...namesIn('aws-spans').map((name) => ['aws-spans', name]),
];

/** What AWS recorded and what failed in it: the deepest span that says with what words. */
export function failedRecordings(): readonly Known[] {
  return FILES.flatMap((parts) => {
    const { records } = parse(readFileSync(pathOf(...parts)), parts.join('/'));
    return assemble(records).transactions.flatMap((transaction) => recordingOf(parts.join('/'), transaction, records));
  });
}

function recordingOf(name: string, transaction: Transaction, records: readonly TelemetryRecord[]): readonly Known[] {
  const failing = regrow(transaction).nodes.filter((node) => isFailing(node.span));
  const [deepest] = failing.filter((node) => saysMore(node)).toSorted((a, b) => b.span.depth - a.span.depth);
  const said = deepest?.span.error;
  if (!deepest || !said) return [];
  const [cause] = diagnose(transaction, NOTHING_USUAL);
  const words = `${cause?.summary} ${cause?.evidence.join(' ')}`.replace(/\s+/g, ' ');
  const right = words.includes(said.message.replace(/\s+/g, ' ').slice(0, 100));
  const own = records.filter((record) => record.kind === 'span' && transaction.traceIds.includes(record.traceId));
  const gone = failing.filter((node) => saysMore(node) && node.parent).map(({ span }) => span.spanId);
  return [{ name, cause, right, admits: admits(firstWithout(own, gone, NOTHING_USUAL).cause) }];
}

function firstWithout(records: readonly TelemetryRecord[], gone: readonly string[], usual: Parameters<typeof usualWithin>[1]) {
  const [transaction] = assemble(ablated(records, new Set(gone))).transactions;
  return { cause: transaction && diagnose(transaction, usual)[0] };
}
