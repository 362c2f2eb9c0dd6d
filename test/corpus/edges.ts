import type { InspectedSpan } from './program.ts';

/** Who is whose parent: `trace:span` → `trace:parent`, for every span that has one. */
type Edges = ReadonlyMap<string, string>;

/** What a recording itself says, read by the tests alone. */
export type Truth = { readonly spans: ReadonlySet<string>; readonly edges: Edges };

export type Score = {
  readonly spans: number;
  readonly edges: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
};

export type Recorded = { readonly trace: string; readonly id: string; readonly parent: string | undefined };

export function truthOf(recorded: readonly Recorded[]): Truth {
  const edges = new Map<string, string>();
  for (const { trace, id, parent } of recorded) if (parent) edges.set(`${trace}:${id}`, `${trace}:${parent}`);
  return { spans: new Set(recorded.map(({ trace, id }) => `${trace}:${id}`)), edges };
}

/** As drawn. A span that was drawn twice counts twice, so that a copy costs precision. */
export function score(drawn: readonly InspectedSpan[], truth: Truth): Score {
  const edges = drawn
    .filter(({ parentSpanId }) => parentSpanId !== null)
    .map(({ traceId, spanId, parentSpanId }) => [`${traceId}:${spanId}`, `${traceId}:${parentSpanId}`] as const);
  const hits = new Set(edges.filter(([child, parent]) => truth.edges.get(child) === parent).map(([child]) => child)).size;
  // A recording of one span has no edge to miss.
  const share = (of: number): number => (of === 0 ? 1 : hits / of);
  const [precision, recall] = [share(edges.length), share(truth.edges.size)];
  const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { spans: drawn.length, edges: truth.edges.size, precision, recall, f1 };
}

export function printScores(scores: readonly (readonly [name: string, score: Score])[]): void {
  const row = (cells: readonly string[]): string =>
    cells.map((cell, n) => (n === 0 ? cell.padEnd(40) : cell.padStart(10))).join('');
  const rows = scores.map(([name, { spans, edges, precision, recall, f1 }]) =>
    row([name, `${spans}`, `${edges}`, ...[precision, recall, f1].map((share) => share.toFixed(3))]),
  );
  process.stdout.write(`${[row(['recording', 'spans', 'edges', 'precision', 'recall', 'F1']), ...rows].join('\n')}\n`);
}
