import type { TelemetryRecord } from '../../src/telemetry/record.ts';
import { assemble } from '../../src/trace/assemble.ts';
import type { Span, Transaction } from '../../src/trace/transaction.ts';
import { aSpanId } from './records.ts';

/** The one transaction that all of these are. */
export function only(records: readonly TelemetryRecord[]): Transaction {
  const { transactions } = assemble(records);
  const [transaction] = transactions;
  if (!transaction || transactions.length > 1) throw new Error(`expected one transaction, not ${transactions.length}`);
  return transaction;
}

export function spanOf(transaction: Transaction, name: string): Span {
  const span = transaction.spans.find((each) => each.spanId === aSpanId(name));
  if (!span) throw new Error(`no span ${name}`);
  return span;
}
