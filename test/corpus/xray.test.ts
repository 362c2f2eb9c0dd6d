import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { arrivalsOf, arrived, differences } from './arrivals.ts';
import { printScores, type Recorded, score, truthOf } from './edges.ts';
import { isThere, jsonOf, namesIn, pathOf } from './folder.ts';
import { type Inspected, type InspectedTransaction, inspected, transactionOf, transactionsOf } from './program.ts';

const HERE = isThere('xray');

type Part = { readonly id: string; readonly subsegments: readonly Part[] };
const Part: z.ZodType<Part> = z.lazy(() => z.looseObject({ id: z.string(), subsegments: z.array(Part).default([]) }));
const Document = z.looseObject({
  ...{ id: z.string(), trace_id: z.string(), parent_id: z.string().optional() },
  subsegments: z.array(Part).default([]),
});
const Trace = z.object({ Id: z.string(), Segments: z.array(z.object({ Document: z.string() })) });

const Micros = z
  .object({ us: z.number() })
  .nullish()
  .transform((time) => time?.us ?? 0);
const Told = z
  .object({
    ...{ orchestration: Micros, trigger: Micros, container_initialization: Micros, runtime_initialization: Micros },
    ...{ computation: Micros, queing: Micros, external_service: Micros, overhead: Micros, unclassified: Micros },
    ...{ num_cold_starts: z.number(), errors: z.number(), faults: z.number(), throttles: z.number() },
  })
  .transform((told) => ({
    breakdown: {
      ...{ orchestration: told.orchestration, trigger: told.trigger, computation: told.computation },
      ...{ containerInitialization: told.container_initialization, runtimeInitialization: told.runtime_initialization },
      ...{ queueing: told.queing, externalService: told.external_service, overhead: told.overhead },
      unclassified: told.unclassified,
    },
    coldStarts: told.num_cold_starts,
    counts: { errors: told.errors, faults: told.faults, throttles: told.throttles },
  }));
const Known = z.object({ expected: Told.optional(), expected_error: z.string().optional() });

/** Within which ServiTrace's own tests hold. */
const MARGIN_MICROS = 1_001;

const recordings = namesIn('xray').map((name) => {
  const { Id, Segments } = Trace.parse(jsonOf('xray', name, 'trace.json'));
  return {
    name,
    traceId: Id.replace(/^1-|-/g, ''),
    documents: Segments.map((each) => each.Document),
    known: Known.parse(jsonOf('xray', name, 'expected.json')),
  };
});

const valid = recordings.flatMap(({ known, ...rest }) => (known.expected ? [{ ...rest, expected: known.expected }] : []));
const refused = recordings.filter(({ known }) => known.expected_error !== undefined);
const paths = recordings.map(({ name }) => pathOf('xray', name, 'trace.json'));

let together: Inspected;
let transactions: readonly InspectedTransaction[] = [];
beforeAll(async () => {
  if (!HERE) return;
  together = await inspected(paths);
  transactions = transactionsOf(together);
});

/** A subsegment's parent is what it stands in; a segment names its own. */
function recordedIn(document: string): readonly Recorded[] {
  const { trace_id, id, parent_id, subsegments } = Document.parse(JSON.parse(document));
  const trace = trace_id.replace(/^1-|-/g, '');
  const inside = (part: Part, parent: string): readonly Recorded[] => [
    { trace, id: part.id, parent },
    ...part.subsegments.flatMap((each) => inside(each, part.id)),
  ];
  return [{ trace, id, parent: parent_id }, ...subsegments.flatMap((each) => inside(each, id))];
}

test.skipIf(HERE)('the recorded X-Ray traces are skipped: TRACEFALL_CORPUS names no folder with them', () => {
  expect(recordings).toEqual([]);
});

test.skipIf(!HERE)('every X-Ray document is read, and each trace becomes one transaction', () => {
  expect(together.records).toMatchObject({ duplicates: 0, unplaced: 0, rejected: [] });
  expect(transactions.map(({ id }) => id).sort()).toEqual(recordings.map(({ traceId }) => traceId).sort());
});

test.skipIf(!HERE)('every span of an X-Ray trace hangs where its document says', () => {
  const measured = recordings.map((recording) => {
    const truth = truthOf(recording.documents.flatMap(recordedIn));
    return { name: `xray/${recording.name}`, truth, result: score(transactionOf(transactions, recording.traceId).spans, truth) };
  });

  printScores(measured.map(({ name, result }) => [name, result]));
  for (const { name, truth, result } of measured) expect(result, name).toMatchObject({ f1: 1, spans: truth.spans.size });
});

test.skipIf(!HERE).each(valid)('the breakdown of $name is its authors’, in every category', (recording) => {
  const { breakdown, coldStarts, counts, durationMicros, incomplete } = transactionOf(transactions, recording.traceId);
  const { expected } = recording;

  expect(Object.keys(breakdown).sort()).toEqual(Object.keys(expected.breakdown).sort());
  for (const [category, micros] of Object.entries(expected.breakdown))
    expect(Math.abs((breakdown[category] ?? Number.NaN) - micros), category).toBeLessThanOrEqual(MARGIN_MICROS);
  expect(sum(breakdown)).toBe(durationMicros);
  expect({ coldStarts, counts, incomplete }).toEqual({ ...expected, breakdown: undefined, incomplete: [] });
});

test.skipIf(!HERE).each(refused)('$name, which its authors refuse, is marked incomplete', (recording) => {
  const { breakdown, durationMicros, incomplete } = transactionOf(transactions, recording.traceId);

  expect(incomplete).not.toEqual([]);
  expect(sum(breakdown)).toBe(durationMicros);
});

const sum = (times: Readonly<Record<string, number>>): number => Object.values(times).reduce((total, each) => total + each, 0);

/** What a finished segment adds to the copies that were sent while it ran. */
const LATER = new Set(['end_time', 'error', 'fault', 'throttle', 'cause']);

/** As X-Ray wrote the document while all of it still ran. */
const stillRunning = (document: string): string =>
  JSON.stringify(JSON.parse(document), (_key, value: unknown) =>
    typeof value === 'object' && value !== null && 'start_time' in value
      ? { ...Object.fromEntries(Object.entries(value).filter(([key]) => !LATER.has(key))), in_progress: true }
      : value,
  );

const documents = recordings.flatMap((recording) => recording.documents);

test.skipIf(!HERE).each(arrivalsOf(documents, documents.map(stillRunning)))(
  'X-Ray documents that arrive %s are the same transactions, byte for byte',
  async (_how, files) => {
    expect(differences(await arrived(files), together)).toEqual([]);
  },
);
