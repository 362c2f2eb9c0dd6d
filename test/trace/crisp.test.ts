import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { parse } from '../../src/telemetry/parse.ts';
import { assemble } from '../../src/trace/assemble.ts';
import type { Span, Transaction } from '../../src/trace/transaction.ts';

/** Uber's published cases for CRISP; outside the repository, skipped without them. */
const folder = join(process.env['TRACEFALL_CORPUS'] ?? '/nowhere', 'crisp');
const HAS_CRISP = existsSync(folder);

const Times = z.record(z.string(), z.number());
/** The first nine cases tell only the exclusive times. */
const CrispFile = z.object({
  testing: z.union([
    z.tuple([Times]).transform(([exclusive]) => ({ opTimeExclusive: exclusive, errCPCallpathTimeExclusive: undefined })),
    z.object({ opTimeExclusive: Times, errCPCallpathTimeExclusive: Times.optional() }),
  ]),
});

const names = HAS_CRISP ? readdirSync(folder).sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)) : [];
const bytesOf = (name: string): Buffer => readFileSync(join(folder, name));
const labelOf = (name: string) => CrispFile.parse(JSON.parse(bytesOf(name).toString())).testing;

function transactionIn(name: string): Transaction {
  const { records, rejects } = parse(bytesOf(name), name);
  const [transaction, ...others] = assemble(records).transactions;
  if (!transaction || others.length > 0 || rejects.length > 0) throw new Error(`expected one transaction in ${name}`);
  return transaction;
}

const operationOf = (span: Span): string => `[${span.service}] ${span.operation}`;

/** By operation, or by whatever else names a span; those on the path only. */
function exclusive(spans: readonly Span[], named: (span: Span) => string): Record<string, number> {
  const times: Record<string, number> = {};
  for (const span of spans) if (span.critical > 0) times[named(span)] = (times[named(span)] ?? 0) + span.critical;
  return times;
}

const ERROR_ROOT = 'errorCriticalPathSyntheticRoot';

/** `root->[S1] O1->[S2] O2`, as CRISP names a failing span on the path. */
function erroneous({ spans }: Transaction): Record<string, number> {
  const above: string[] = [ERROR_ROOT];
  const paths = new Map<Span, string>();
  for (const span of spans) {
    const path = `${above[span.depth]}->${operationOf(span)}`;
    above[span.depth + 1] = path;
    paths.set(span, path);
  }
  // An error in the log of a span is one to CRISP, whether it was handled or not.
  const failing = spans.filter((span) => span.status === 'error' || span.error !== undefined);
  return exclusive(failing, (span) => paths.get(span) ?? '');
}

const onPath = (times: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(times).filter(([, time]) => time > 0));

/** Siblings overlap there by less than a hundredth of their parent, which CRISP counts in both and takes from the parent. */
const OVERLAPPING = new Set(['10.json', '19.json', '20.json', '21.json']);

test.skipIf(HAS_CRISP)('the cases of CRISP are skipped: TRACEFALL_CORPUS names no folder with them', () => {
  expect(names).toEqual([]);
});

test.skipIf(!HAS_CRISP).each(names.filter((name) => !OVERLAPPING.has(name)))(
  'exclusive times of %s are those of CRISP',
  (name) => {
    expect(exclusive(transactionIn(name).spans, operationOf)).toEqual(onPath(labelOf(name).opTimeExclusive));
  },
);

test.skipIf(!HAS_CRISP).each(names.filter((name) => OVERLAPPING.has(name)))(
  'the overlap in %s, which CRISP counts twice, is counted once',
  (name) => {
    const transaction = transactionIn(name);
    const [ours, theirs] = [exclusive(transaction.spans, operationOf), labelOf(name).opTimeExclusive];
    const differences = Object.keys(theirs).map((operation) => (ours[operation] ?? 0) - (theirs[operation] ?? 0));

    expect(Object.values(ours).reduce((sum, time) => sum + time, 0)).toBe(transaction.duration);
    expect(ours).not.toEqual(onPath(theirs));
    for (const difference of differences) expect(Math.abs(difference)).toBeLessThanOrEqual(2 * 0.01 * transaction.duration);
  },
);

const withErrors = names.filter((name) => !OVERLAPPING.has(name) && labelOf(name).errCPCallpathTimeExclusive !== undefined);

test.skipIf(!HAS_CRISP).each(withErrors)('the path of errors in %s is that of CRISP', (name) => {
  expect(erroneous(transactionIn(name))).toEqual(labelOf(name).errCPCallpathTimeExclusive);
});

test.skipIf(!HAS_CRISP).each(names)('neither order nor repetition of the spans of %s shows', (name) => {
  const { records } = parse(bytesOf(name), name);

  expect(assemble([...records, ...records.toReversed()]).transactions).toEqual(assemble(records).transactions);
});
