import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

/** The program as built, as a person runs it. */
const CLI = 'dist/jobs/cli.js';
/** A minute of every recording at once prints 90 MB. */
const OUTPUT_BYTES = 1 << 28;

const Output = z.object({
  records: z.object({
    ...{ read: z.number(), placed: z.number(), duplicates: z.number(), unplaced: z.number(), quiet: z.number() },
    events: z.record(z.string(), z.number()),
    rejected: z.array(z.unknown()),
  }),
  transactions: z.array(z.unknown()),
});

const InspectedSpan = z.object({
  ...{ traceId: z.string(), spanId: z.string(), parentSpanId: z.string().nullable(), join: z.string().nullable() },
  ...{ service: z.string(), operation: z.string() },
  ...{ startMicros: z.number(), durationMicros: z.number().nullable(), criticalMicros: z.number() },
  ...{ status: z.string(), error: z.object({ message: z.string() }).nullable() },
});

const InspectedTransaction = z.object({
  ...{ id: z.string(), traceIds: z.array(z.string()), name: z.string(), outcome: z.string(), incomplete: z.array(z.string()) },
  ...{ durationMicros: z.number(), breakdown: z.record(z.string(), z.number()), coldStarts: z.number() },
  counts: z.object({ errors: z.number(), faults: z.number(), throttles: z.number() }),
  spans: z.array(InspectedSpan),
});

export type InspectedSpan = z.infer<typeof InspectedSpan>;
export type InspectedTransaction = z.infer<typeof InspectedTransaction>;

export type Inspected = {
  readonly records: z.infer<typeof Output>['records'];
  /** Each transaction as the text it was printed as, but for blanks. */
  readonly printed: readonly string[];
};

/** What `tracefall inspect --json` prints of all these files together; throws where it ends with anything but 0. */
export async function inspected(paths: readonly string[]): Promise<Inspected> {
  const out = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, [CLI, 'inspect', '--json', ...paths], { maxBuffer: OUTPUT_BYTES }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    );
  });
  const { records, transactions } = Output.parse(JSON.parse(out));
  return { records, printed: transactions.map((each) => JSON.stringify(each)) };
}

/** The same for what is in no file yet. */
export async function inspectedTexts(texts: readonly string[]): Promise<Inspected> {
  const folder = await mkdtemp(join(tmpdir(), 'tracefall-corpus-'));
  try {
    await Promise.all(texts.map((text, n) => writeFile(join(folder, `part-${n}.json`), text)));
    return await inspected([folder]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

export const transactionsOf = ({ printed }: Inspected): readonly InspectedTransaction[] =>
  printed.map((text) => InspectedTransaction.parse(JSON.parse(text)));

/** The only one with this trace in it. */
export function transactionOf(transactions: readonly InspectedTransaction[], traceId: string): InspectedTransaction {
  const [transaction, ...others] = transactions.filter(({ traceIds }) => traceIds.includes(traceId));
  if (!transaction || others.length > 0)
    throw new Error(`expected one transaction of trace ${traceId}, not ${others.length + 1}`);
  return transaction;
}
