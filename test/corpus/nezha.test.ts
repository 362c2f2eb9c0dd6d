import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { arrived, dealt, differences, shuffled } from './arrivals.ts';
import { printScores, type Score, score, type Truth, truthOf } from './edges.ts';
import { isThere, pathOf } from './folder.ts';
import { type Inspected, type InspectedSpan, inspected, transactionsOf } from './program.ts';

const HERE = isThere('nezha');

const Span = z.looseObject({ traceId: z.string(), spanId: z.string(), parentSpanId: z.string().optional() });
const Spans = z.object({
  resourceSpans: z.array(z.looseObject({ resource: z.unknown(), scopeSpans: z.array(z.looseObject({ spans: z.array(Span) })) })),
});
const Logs = z.object({
  resourceLogs: z.array(
    z.looseObject({ resource: z.unknown(), scopeLogs: z.array(z.looseObject({ logRecords: z.array(z.unknown()) })) }),
  ),
});

/** Of each minute: under a fault, or `normal/<day>`. */
const names = HERE
  ? readdirSync(pathOf('nezha'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('/traces.jsonl.gz'))
      .map((path) => path.slice(0, -'/traces.jsonl.gz'.length))
      .sort()
  : [];

const requestsIn = (name: string, file: string): readonly unknown[] =>
  gunzipSync(readFileSync(pathOf('nezha', name, file)))
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));

const truthIn = (name: string): Truth =>
  truthOf(
    requestsIn(name, 'traces.jsonl.gz')
      .flatMap((request) => Spans.parse(request).resourceSpans)
      .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
      .map(({ traceId, spanId, parentSpanId }) => ({ trace: traceId, id: spanId, parent: parentSpanId })),
  );

/** Every span and every log in a request of its own. */
function piecesOf(name: string): readonly string[] {
  const spans = requestsIn(name, 'traces.jsonl.gz')
    .flatMap((request) => Spans.parse(request).resourceSpans)
    .flatMap(({ scopeSpans, ...rest }) => scopeSpans.flatMap((scope) => scope.spans.map((span) => ({ scope, span, rest }))))
    .map(({ scope, span, rest }) => ({ resourceSpans: [{ ...rest, scopeSpans: [{ ...scope, spans: [span] }] }] }));
  const logs = requestsIn(name, 'logs.jsonl.gz')
    .flatMap((request) => Logs.parse(request).resourceLogs)
    .flatMap(({ scopeLogs, ...rest }) => scopeLogs.flatMap((scope) => scope.logRecords.map((log) => ({ scope, log, rest }))))
    .map(({ scope, log, rest }) => ({ resourceLogs: [{ ...rest, scopeLogs: [{ ...scope, logRecords: [log] }] }] }));
  return [...spans, ...logs].map((piece) => JSON.stringify(piece));
}

/** 26 s were measured on two cores that seven others wanted too. */
const PATIENCE_MS = 120_000;

/** All of it is one body: no trace id stands in two recordings, so that none may disturb another. */
let together: Inspected;
const drawn = new Map<string, InspectedSpan[]>();
beforeAll(async () => {
  if (!HERE) return;
  together = await inspected(
    names.flatMap((name) => ['traces.jsonl.gz', 'logs.jsonl.gz'].map((file) => pathOf('nezha', name, file))),
  );
  for (const { traceIds, spans } of transactionsOf(together))
    for (const trace of traceIds)
      drawn.set(trace, [...(drawn.get(trace) ?? []), ...spans.filter((span) => span.traceId === trace)]);
}, PATIENCE_MS);

test.skipIf(HERE)('the recordings of TrainTicket are skipped: TRACEFALL_CORPUS names no folder with them', () => {
  expect(names).toEqual([]);
});

test.skipIf(!HERE)('every span of an OTLP trace hangs where its parent id says', () => {
  const measured = names.map((name): { name: string; truth: Truth; result: Score } => {
    const truth = truthIn(name);
    const traces = new Set([...truth.spans].map((span) => span.slice(0, span.indexOf(':'))));
    return {
      name: `nezha/${name}`,
      truth,
      result: score(
        [...traces].flatMap((trace) => drawn.get(trace) ?? []),
        truth,
      ),
    };
  });

  printScores(measured.map(({ name, result }) => [name, result]));
  for (const { name, truth, result } of measured) expect(result, name).toMatchObject({ f1: 1, spans: truth.spans.size });
});

test.skipIf(!HERE)('every span and every log of it has its place', () => {
  const { read, placed, ...others } = together.records;

  expect(others).toEqual({ duplicates: 0, unplaced: 0, quiet: 0, events: {}, rejected: [] });
  expect(placed).toBe(read);
});

const pieces = names.flatMap(piecesOf);
/** All at once: 290,000 requests are slow enough to read a single time. */
const arrival = dealt(shuffled([...pieces, ...pieces], 7), 5);

test.skipIf(!HERE)(
  'spans and logs that arrive twice, shuffled over five files are the same transactions, byte for byte',
  async () => {
    expect(differences(await arrived(arrival), together)).toEqual([]);
  },
  PATIENCE_MS,
);
