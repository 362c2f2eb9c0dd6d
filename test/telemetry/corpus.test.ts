import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { lambdaLine } from '../../src/telemetry/lambda-lines.ts';
import { parse } from '../../src/telemetry/parse.ts';
import type { SpanRecord } from '../../src/telemetry/record.ts';
import { assemble } from '../../src/trace/assemble.ts';

/** A folder of recordings of real systems, kept outside this repository. */
const corpus = process.env['TRACEFALL_CORPUS'];
const recorded = (path: string): Buffer => readFileSync(join(corpus ?? '', path));
const spansOf = (path: string): readonly SpanRecord[] =>
  parse(recorded(path), path).records.filter((record) => record.kind === 'span');

test.skipIf(corpus === undefined)('real aws/spans records of Step Functions are read whole (needs TRACEFALL_CORPUS)', () => {
  const spans = spansOf('aws-spans/step-functions.json');

  expect(spans).toHaveLength(28);
  expect(new Set(spans.map((span) => span.traceId)).size).toBe(4);
  expect(spans.filter((span) => span.end === undefined)).toHaveLength(12);
  expect(
    spans.filter((span) => span.parentSpanId === undefined).every((span) => span.resource === 'AWS::StepFunctions::StateMachine'),
  ).toBe(true);
  expect(spans.filter((span) => span.service !== undefined).map((span) => span.service)).toEqual(
    Array.from({ length: 8 }, () => 'cx-span-sample'),
  );
  const failed = spans.filter((span) => span.status === 'error');
  expect(failed).toHaveLength(6);
  expect(failed.every((span) => span.error?.message.includes('s3:ListAllMyBuckets'))).toBe(true);
});

test.skipIf(corpus === undefined)(
  'a function’s REPORT lines say what CloudWatch itself read in them (needs TRACEFALL_CORPUS)',
  () => {
    const rows: readonly Record<string, string>[] = JSON.parse(recorded('lambda-logs/insights-rows.json').toString());
    const reports = rows.filter((row) => row['@type'] === 'REPORT');
    expect(reports.length).toBeGreaterThan(10);
    for (const row of reports) {
      const record = lambdaLine(row['@message'] ?? '', { function: undefined, at: undefined });
      const init = /Init Duration: (\S+)/.exec(row['@message'] ?? '')?.[1];

      expect(record).toMatchObject({
        kind: 'invocation',
        duration: Math.round(Number(row['@duration']) * 1_000),
        initDuration: init === undefined ? undefined : Math.round(Number(init) * 1_000),
        memorySizeMB: Number(row['@memorySize']) / 1e6,
        maxMemoryUsedMB: Number(row['@maxMemoryUsed']) / 1e6,
      });
    }
  },
);

test.skipIf(corpus === undefined)(
  'every span and log of recorded OTLP/JSON lines is read and placed (needs TRACEFALL_CORPUS)',
  () => {
    const folders = readdirSync(join(corpus ?? '', 'nezha'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.name === 'traces.jsonl.gz')
      .map((entry) => relative(corpus ?? '', entry.parentPath));
    expect(folders.length).toBeGreaterThan(20);
    for (const folder of folders) {
      const written = (path: string, field: string) => gunzipSync(recorded(path)).toString().split(`"${field}"`).length - 1;
      const [traces, logs] = [`${folder}/traces.jsonl.gz`, `${folder}/logs.jsonl.gz`].map((path) => parse(recorded(path), path));
      const records = [...(traces?.records ?? []), ...(logs?.records ?? [])];

      expect([traces?.rejects, logs?.rejects], folder).toEqual([[], []]);
      expect(traces?.records).toHaveLength(written(`${folder}/traces.jsonl.gz`, 'startTimeUnixNano'));
      expect(logs?.records).toHaveLength(written(`${folder}/logs.jsonl.gz`, 'timeUnixNano'));
      const { transactions, counts } = assemble(records);
      expect(counts, folder).toEqual({ placed: records.length, duplicates: 0, unplaced: 0 });
      expect(new Set(transactions.flatMap((each) => each.incomplete)), folder).toEqual(new Set());
    }
  },
);

test.skipIf(corpus === undefined || !existsSync(join(corpus, 'aws-events')))(
  'an event that is no telemetry is refused by name (needs TRACEFALL_CORPUS)',
  () => {
    for (const name of readdirSync(join(corpus ?? '', 'aws-events')).filter((file) => file.endsWith('.json'))) {
      const { records, rejects } = parse(recorded(`aws-events/${name}`), name);

      expect(records.length + rejects.length, name).toBeGreaterThan(0);
    }
  },
);
