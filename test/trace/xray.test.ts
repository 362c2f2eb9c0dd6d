import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { parse } from '../../src/telemetry/parse.ts';
import type { TelemetryRecord } from '../../src/telemetry/record.ts';
import { assemble } from '../../src/trace/assemble.ts';
import { canonical } from '../../src/trace/copies.ts';
import { MARGIN } from '../../src/trace/node.ts';
import { tallyOf } from '../../src/trace/tally.ts';
import type { Category, Transaction } from '../../src/trace/transaction.ts';
import { inAnyOrder } from './arbitrary.ts';

/** Real X-Ray traces with the breakdown that their authors (ServiTrace) published, kept outside this repository. */
const folder = join(process.env['TRACEFALL_CORPUS'] ?? '/nowhere', 'xray');
const HAS_RECORDINGS = existsSync(folder);
const recordings = HAS_RECORDINGS ? readdirSync(folder).sort() : [];

const Time = z
  .object({ us: z.number() })
  .nullish()
  .transform((time) => time?.us ?? 0);

const Told = z.object({
  orchestration: Time,
  trigger: Time,
  container_initialization: Time,
  runtime_initialization: Time,
  computation: Time,
  queing: Time,
  external_service: Time,
  overhead: Time,
  unclassified: Time,
  num_cold_starts: z.number(),
  errors: z.number(),
  faults: z.number(),
  throttles: z.number(),
});
type Told = z.infer<typeof Told>;

/** `expected_error`: the authors' tool refuses the trace. */
const Known = z.object({ expected: Told.optional(), expected_error: z.string().optional() });

const breakdownOf = (told: Told): Readonly<Record<Category, number>> => ({
  orchestration: told.orchestration,
  trigger: told.trigger,
  containerInitialization: told.container_initialization,
  runtimeInitialization: told.runtime_initialization,
  computation: told.computation,
  queueing: told.queing,
  externalService: told.external_service,
  overhead: told.overhead,
  unclassified: told.unclassified,
});

const Trace = z.looseObject({ Segments: z.array(z.looseObject({ Document: z.string() })) });

const traceOf = (name: string) => Trace.parse(JSON.parse(readFileSync(join(folder, name, 'trace.json'), 'utf8')));
const knownOf = (name: string) => Known.parse(JSON.parse(readFileSync(join(folder, name, 'expected.json'), 'utf8')));
const valid = recordings.flatMap((name) => {
  const { expected } = knownOf(name);
  return expected ? [{ name, expected }] : [];
});
const refused = recordings.filter((name) => knownOf(name).expected_error !== undefined);

function recordsOf(value: unknown): readonly TelemetryRecord[] {
  const { records, rejects } = parse(Buffer.from(JSON.stringify(value)), 'FILE');
  expect(rejects).toEqual([]);
  return records;
}

function assembled(records: readonly TelemetryRecord[]): Transaction {
  const [transaction, ...more] = assemble(records).transactions;
  if (!transaction || more.length > 0) throw new Error(`expected one transaction, not ${more.length + 1}`);
  return transaction;
}

/** µs more than told. */
function deviations({ breakdown }: Transaction, told: Told): Readonly<Record<string, number>> {
  const expected: Readonly<Record<string, number>> = breakdownOf(told);
  return Object.fromEntries(Object.entries(breakdown).map(([category, time]) => [category, time - (expected[category] ?? 0)]));
}

const spelled = (row: Readonly<Record<string, number>>): string =>
  Object.entries(row)
    .map(([category, by]) => `${category} ${by}`)
    .join(', ');

test.skipIf(HAS_RECORDINGS)('the recorded X-Ray traces are skipped: TRACEFALL_CORPUS names no folder with them', () => {
  expect(recordings).toEqual([]);
});

test.skipIf(!HAS_RECORDINGS)('µs by which each recording differs from its authors’ breakdown', () => {
  const rows = valid.map(({ name, expected }) => [name, deviations(assembled(recordsOf(traceOf(name))), expected)] as const);

  process.stdout.write(`${rows.map(([name, row]) => `${name.padEnd(36)} ${spelled(row)}`).join('\n')}\n`);
  for (const [name, row] of rows) {
    for (const [category, by] of Object.entries(row)) expect(Math.abs(by), `${name} ${category}`).toBeLessThanOrEqual(MARGIN);
  }
});

test.skipIf(!HAS_RECORDINGS).each(valid)('counts cold starts, errors, faults and throttles of $name', ({ name, expected }) => {
  const transaction = assembled(recordsOf(traceOf(name)));

  expect({ num_cold_starts: transaction.coldStarts, ...tallyOf(transaction) }).toEqual({
    num_cold_starts: expected.num_cold_starts,
    errors: expected.errors,
    faults: expected.faults,
    throttles: expected.throttles,
  });
  expect(transaction.incomplete).toEqual([]);
});

test.skipIf(!HAS_RECORDINGS).each(recordings)('the breakdown of %s is as long as its transaction', (name) => {
  const { breakdown, duration } = assembled(recordsOf(traceOf(name)));

  expect(Object.values(breakdown).reduce((sum, each) => sum + each, 0)).toBe(duration);
});

test.skipIf(!HAS_RECORDINGS).each(refused)('%s, which its authors refuse, is marked incomplete', (name) => {
  expect(assembled(recordsOf(traceOf(name))).incomplete).not.toEqual([]);
});

test.skipIf(!HAS_RECORDINGS).each(recordings)(
  '%s says so when a document that others hang under is missing, or never ends',
  (name) => {
    const documents = traceOf(name).Segments.map((each) => each.Document);
    const read = (kept: readonly string[]) => recordsOf({ Segments: kept.map((Document) => ({ Document })) });
    for (const [n, document] of documents.entries()) {
      const others = documents.toSpliced(n, 1);
      const own = new Set(read([document]).flatMap((record) => (record.kind === 'span' ? [record.spanId] : [])));
      const isParent = read(others).some(
        (record) => record.kind === 'span' && record.parentSpanId && own.has(record.parentSpanId),
      );

      if (isParent) expect(assembled(read(others)).incomplete.join()).toMatch(/missing-(root|parent)/);
      expect(assembled(read([...others, inProgress(document)])).incomplete).toContain('still-running');
    }
  },
);

/** As X-Ray wrote it while it still ran. */
function inProgress(document: string): string {
  const { end_time: _end, ...rest } = z.looseObject({}).parse(JSON.parse(document));
  return JSON.stringify({ ...rest, in_progress: true, subsegments: [] });
}

test.skipIf(!HAS_RECORDINGS).each(recordings)(
  '%s is the same in any order, in any batches, twice or in progress first',
  (name) => {
    const documents = traceOf(name).Segments.map((each) => each.Document);
    const expected = canonical(assembled(recordsOf(traceOf(name))));
    const arrivals = inAnyOrder([...documents, ...documents, ...documents.map(inProgress)]);
    const batchSizes = fc.integer({ min: 1, max: documents.length });
    fc.assert(
      fc.property(arrivals, batchSizes, (arrived, size) => {
        const batches = Array.from({ length: Math.ceil(arrived.length / size) }, (_, n) =>
          arrived.slice(n * size, (n + 1) * size).map((Document) => ({ Document })),
        );
        const records = batches.flatMap((Segments) => recordsOf({ Segments }));
        expect(canonical(assembled(records))).toBe(expected);
      }),
      { numRuns: 15 },
    );
  },
);

test('the traces of a sender and of its consumer, linked by X-Ray, are one transaction', () => {
  const [sender, consumer] = ['1-581cf771-000000000000000000000001', '1-581cf771-000000000000000000000002'];
  const link = (trace: string, id: string, type: string) => ({
    trace_id: trace,
    id,
    attributes: { 'aws.xray.reserved.reference_type': type },
  });
  const send = { id: '00000000000000a2', name: 'SQS', namespace: 'aws', start_time: 1000.1, end_time: 1000.2 };
  const documents = [
    { trace_id: sender, id: '00000000000000a1', name: 'shop', start_time: 1000, end_time: 1000.3, subsegments: [send] },
    {
      trace_id: sender,
      id: '00000000000000a3',
      parent_id: '00000000000000a2',
      name: 'SQS',
      inferred: true,
      origin: 'AWS::SQS::Queue',
      start_time: 1000.1,
      end_time: 1000.2,
      links: [link(consumer, '00000000000000b1', 'child')],
    },
    {
      trace_id: consumer,
      id: '00000000000000b1',
      name: 'mail',
      origin: 'AWS::Lambda',
      start_time: 1005,
      end_time: 1006,
      links: [link(sender, '00000000000000a3', 'parent')],
    },
  ];

  const transaction = assembled(recordsOf(documents));

  expect(transaction.spans.map((span) => `${'.'.repeat(span.depth)}${span.service} ${span.join}`)).toEqual([
    'shop undefined',
    '.shop parent',
    '..SQS parent',
    '...mail link',
  ]);
  expect(transaction).toMatchObject({
    duration: 6_000_000,
    breakdown: { computation: 100_000, externalService: 100_000, queueing: 4_800_000, orchestration: 1_000_000 },
  });
});
