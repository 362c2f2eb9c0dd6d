import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
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
    const parsed = rows
      .filter((row) => row['@type'] === 'REPORT')
      .map((row) => [
        ...[row['@timestamp'], row['@duration'], row['@billedDuration'], row['@initDuration'], row['@memorySize']],
        row['@maxMemoryUsed'],
      ]);
    const { records, rejects } = parse(recorded('lambda-logs/insights-rows.json'), 'rows');
    const plain = (cell: string | number | undefined) => (cell === undefined || Number.isNaN(Number(cell)) ? cell : Number(cell));
    const ms = (time: number | undefined) => (time === undefined ? undefined : time / 1_000);
    const reports = records
      .filter((record) => record.kind === 'invocation')
      .filter((record) => record.phase === 'report')
      .map((record) => [
        new Date(record.at / 1_000).toISOString().replace('T', ' ').replace('Z', ''),
        ...[ms(record.duration), ms(record.billedDuration), ms(record.initDuration)],
        ...[record.memorySizeMB, record.maxMemoryUsedMB].map((mb) => (mb === undefined ? undefined : mb * 1e6)),
      ]);

    expect(rejects).toEqual([]);
    expect(parsed).toHaveLength(12);
    expect(reports.map((row) => row.map((cell) => plain(cell)))).toEqual(parsed.map((row) => row.map((cell) => plain(cell))));
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

test.skipIf(corpus === undefined)(
  'of every recording all that came in is counted, and twice the same adds duplicates only',
  () => {
    const paths = readdirSync(corpus ?? '', { recursive: true, encoding: 'utf8' })
      .filter((path) => /(?:^(?:aws-|crisp|lambda).*\.json|trace\.json|case-0\d\/\w+\.jsonl\.gz)$/.test(path))
      .toSorted();
    expect(paths.length).toBeGreaterThan(100);
    for (const path of paths) {
      const { records } = parse(recorded(path), path);
      const [once, twice] = [records, [...records, ...records]].map((each) => assemble(each).counts);

      expect(once && once.placed + once.duplicates + once.unplaced, path).toBe(records.length);
      expect(twice, path).toEqual({ ...once, duplicates: records.length + (once?.duplicates ?? 0) });
    }
  },
);

test.skipIf(corpus === undefined || !existsSync(join(corpus, 'aws-events')))(
  'every event that AWS services send is classified, or counted as unknown with its source (needs TRACEFALL_CORPUS)',
  () => {
    const names = readdirSync(join(corpus ?? '', 'aws-events')).filter((file) => file.endsWith('.json'));
    const known = new Map<string, string>();
    for (const name of names) {
      const { records, rejects } = parse(recorded(`aws-events/${name}`), name);

      expect(rejects, name).toEqual([]);
      expect(records.length, name).toBeGreaterThan(0);
      for (const record of records) {
        if (record.kind !== 'event') continue;
        expect(record.source, name).not.toBe('');
        if (record.what !== 'unknown') known.set(name, record.what);
      }
    }
    expect(names.length).toBeGreaterThan(90);
    expect(Object.fromEntries(known)).toEqual({
      'cloudWatchAlarmEventCompositeMetric.json': 'cloudwatch-alarm',
      'cloudWatchAlarmEventSingleMetric.json': 'cloudwatch-alarm',
      'sqsDlqTriggerEvent.json': 'dead-letter',
    });
  },
);
