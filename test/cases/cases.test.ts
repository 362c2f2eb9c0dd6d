import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { outcomeOf } from '../../src/diagnosis/outcome.ts';
import { parse } from '../../src/telemetry/parse.ts';
import { assemble } from '../../src/trace/assemble.ts';
import type { Span } from '../../src/trace/transaction.ts';
import { drawn } from '../../src/waterfall/drawn.ts';
import type { Scene } from '../../src/waterfall/scene.ts';
import { EXPECTED } from './expected.ts';

const FOLDER = import.meta.dirname;
/** Wide enough that nothing is cut. */
const COLUMNS = 130;

/** The one transaction of a recording, from telemetry to causes. */
function recorded(name: string): Scene {
  const { records, rejects } = parse(readFileSync(join(FOLDER, `${name}.jsonl`)), name);
  expect(rejects).toEqual([]);
  const { transactions, counts } = assemble(records);
  expect(counts).toEqual({ placed: records.length, duplicates: 0, unplaced: 0 });
  const [transaction, ...others] = transactions;
  if (!transaction) throw new Error(`${name} has no transaction`);
  expect(others.map((other) => other.name)).toEqual([]);
  const usual = new Map();
  return { transaction, outcome: outcomeOf(transaction, usual), causes: diagnose(transaction, usual), usual: undefined };
}

/** `caller operation > service operation: join` of all that have a parent, in the order of the drawing, and how many more it came from. */
function joinsOf({ transaction }: Scene): readonly string[] {
  const known = new Map(transaction.spans.map((span) => [span.spanId, span]));
  const named = (span: Span | undefined): string => (span ? [...new Set([span.service, span.operation])].join(' ') : '');
  return transaction.spans
    .filter((span) => span.parentSpanId !== undefined)
    .map(
      (span) => `${named(span.parentSpanId && known.get(span.parentSpanId))} > ${named(span)}: ${span.join}${furtherOf(span)}`,
    );
}

const furtherOf = ({ alsoFrom }: Span): string => (alsoFrom.length === 0 ? '' : `, also from ${alsoFrom.length}`);

test('every recording is expected, and every expectation is recorded', () => {
  const recordings = readdirSync(FOLDER).filter((name) => name.endsWith('.jsonl'));
  expect(recordings.map((name) => name.replace('.jsonl', '')).sort()).toEqual(Object.keys(EXPECTED).sort());
});

test.each(Object.entries(EXPECTED))('%s is reconstructed as it happened', (name, expected) => {
  const scene = recorded(name);
  const cause = scene.causes[0];

  expect(joinsOf(scene)).toEqual(expected.joins);
  expect(scene.transaction.incomplete).toEqual([]);
  expect([scene.outcome, cause?.kind, cause?.service]).toEqual([expected.outcome, expected.cause, expected.by]);
  const drawing = `${drawn(scene, COLUMNS)}\n`;
  const file = join(FOLDER, `${name}.drawing.txt`);
  if (process.env['TRACEFALL_DRAW'] !== undefined) writeFileSync(file, drawing);
  expect(drawing).toBe(readFileSync(file, 'utf8'));
});

test('the function that was stopped is blamed although nobody says how its caller ended', () => {
  const { records } = parse(readFileSync(join(FOLDER, 'time-out-without-span.jsonl')), 'time-out-without-span');
  const runs = records.filter((record) => record.kind === 'invocation');
  const caller = runs.find((run) => run.function === 'quote-price')?.requestId;
  const told = records.filter((record) => record.kind !== 'invocation' || record.requestId !== caller);
  expect(told).toHaveLength(records.length - 2);

  const causes = assemble(told).transactions.map((transaction) => diagnose(transaction, new Map())[0]);
  expect(causes).toMatchObject([{ kind: 'function-timeout', service: 'read-rates' }]);
});
