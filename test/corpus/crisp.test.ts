import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { arrivalsOf, arrived, differences } from './arrivals.ts';
import { printScores, score, type Truth, truthOf } from './edges.ts';
import { isThere, jsonOf, namesIn } from './folder.ts';
import {
  type Inspected,
  type InspectedSpan,
  type InspectedTransaction,
  inspectedTexts,
  transactionOf,
  transactionsOf,
} from './program.ts';

const HERE = isThere('crisp');

const Times = z.record(z.string(), z.number());
const Span = z.looseObject({
  ...{ spanID: z.string(), processID: z.string(), operationName: z.string(), startTime: z.number(), duration: z.number() },
  references: z.array(z.object({ traceID: z.string(), spanID: z.string(), refType: z.literal('CHILD_OF') })),
});
type Span = z.infer<typeof Span>;
const File = z.looseObject({
  data: z.tuple([
    z.looseObject({ spans: z.array(Span), processes: z.record(z.string(), z.looseObject({ serviceName: z.string() })) }),
  ]),
  /** The first nine cases tell only the exclusive times. */
  testing: z.union([
    z.tuple([Times]).transform(([times]) => times),
    z.object({ opTimeExclusive: Times }).transform(({ opTimeExclusive }) => opTimeExclusive),
  ]),
});

/** Siblings overlap there by less than a hundredth of their parent, which CRISP counts in both and takes from the parent. */
const OVERLAPPING = new Set(['10.json', '19.json', '20.json', '21.json']);

/** All recordings call their trace `A`; called by their numbers, they can be read as one body. */
const renamed = (name: string): unknown =>
  JSON.parse(JSON.stringify(jsonOf('crisp', name)), (key, value: unknown) =>
    key === 'traceID' ? name.replace('.json', '') : value,
  );

const recordings = namesIn('crisp').map((name) => {
  const { data, testing, ...answer } = File.parse(renamed(name));
  const [{ spans, ...trace }] = data;
  const serviceOf = ({ processID }: Span): string => trace.processes[processID]?.serviceName ?? '';
  return {
    name,
    spans,
    exclusive: testing,
    serviceOf,
    alone: (span: unknown) => ({ ...answer, data: [{ ...trace, spans: [span] }] }),
  };
});
const exact = recordings.filter(({ name }) => !OVERLAPPING.has(name));
const overlapping = recordings.filter(({ name }) => OVERLAPPING.has(name));

let together: Inspected;
let transactions: readonly InspectedTransaction[] = [];
beforeAll(async () => {
  if (!HERE) return;
  together = await inspectedTexts(recordings.map(({ name }) => JSON.stringify(renamed(name))));
  transactions = transactionsOf(together);
});

const transactionIn = (name: string): InspectedTransaction =>
  transactionOf(transactions, name.replace('.json', '').padStart(32, '0'));

/** These recordings call their spans `A` to `I`, which are no ids: what a span is tells which one it is, for no two are alike. */
const identity = (...[service, operation, start, duration]: readonly [string, string, number, number | null]): string =>
  `[${service}] ${operation} at ${start} for ${duration}`;

function truthIn({ spans, serviceOf }: (typeof recordings)[number]): Truth {
  const names = new Map(
    spans.map((span) => [span.spanID, identity(serviceOf(span), span.operationName, span.startTime, span.duration)]),
  );
  expect(new Set(names.values()).size).toBe(spans.length);
  return truthOf(
    spans.map(({ spanID, references: [reference] }) => ({
      ...{ trace: 'A', id: names.get(spanID) ?? '', parent: reference && names.get(reference.spanID) },
    })),
  );
}

function named({ spans }: InspectedTransaction): readonly InspectedSpan[] {
  const names = new Map(
    spans.map((span) => [span.spanId, identity(span.service, span.operation, span.startMicros, span.durationMicros)]),
  );
  return spans.map((span) => ({
    ...span,
    ...{ traceId: 'A', spanId: names.get(span.spanId) ?? '' },
    parentSpanId: span.parentSpanId === null ? null : (names.get(span.parentSpanId) ?? span.parentSpanId),
  }));
}

function exclusiveTimes({ spans }: InspectedTransaction): Record<string, number> {
  const times: Record<string, number> = {};
  for (const { service, operation, criticalMicros } of spans) {
    const name = `[${service}] ${operation}`;
    times[name] = (times[name] ?? 0) + criticalMicros;
  }
  return onPath(times);
}

const onPath = (times: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(times).filter(([, time]) => time > 0));

test.skipIf(HERE)('the cases of CRISP are skipped: TRACEFALL_CORPUS names no folder with them', () => {
  expect(recordings).toEqual([]);
});

test.skipIf(!HERE)('every span of a Jaeger trace hangs where its reference says, whatever the analysis hoists', () => {
  const measured = recordings.map((recording) => {
    const truth = truthIn(recording);
    return { name: `crisp/${recording.name}`, truth, result: score(named(transactionIn(recording.name)), truth) };
  });

  printScores(measured.map(({ name, result }) => [name, result]));
  for (const { name, truth, result } of measured) expect(result, name).toMatchObject({ f1: 1, spans: truth.spans.size });
});

test.skipIf(!HERE).each(exact)('the exclusive time of each operation of $name is CRISP’s', ({ name, exclusive }) => {
  expect(exclusiveTimes(transactionIn(name))).toEqual(onPath(exclusive));
});

test.skipIf(!HERE).each(overlapping)('the overlap in $name, which CRISP counts twice, is counted once', ({ name, exclusive }) => {
  const transaction = transactionIn(name);
  const ours = exclusiveTimes(transaction);
  const differing = Object.keys(exclusive).map((operation) => Math.abs((ours[operation] ?? 0) - (exclusive[operation] ?? 0)));

  expect(Object.values(ours).reduce((sum, time) => sum + time, 0)).toBe(transaction.durationMicros);
  expect(Math.max(...differing)).toBeGreaterThan(0);
  expect(Math.max(...differing)).toBeLessThanOrEqual(2 * 0.01 * transaction.durationMicros);
});

const pieces = recordings.flatMap(({ spans, alone }) => spans.map((span) => JSON.stringify(alone(span))));

test.skipIf(!HERE).each(arrivalsOf(pieces, []))(
  'Jaeger spans that arrive %s are the same transactions, byte for byte',
  async (_how, files) => {
    expect(differences(await arrived(files), together)).toEqual([]);
  },
);
