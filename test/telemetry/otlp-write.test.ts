import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { otlpJson } from '../../src/telemetry/otlp-write.ts';
import { parse } from '../../src/telemetry/parse.ts';
import type { TelemetryRecord } from '../../src/telemetry/record.ts';
import { assemble } from '../../src/trace/assemble.ts';

const CASES = new URL('../cases/', import.meta.url);
const spansOf = (records: readonly TelemetryRecord[]) => records.filter((record) => record.kind === 'span');

test.each(readdirSync(CASES).filter((name) => name.endsWith('.jsonl')))('%s is read back as what it was', (name) => {
  const spans = spansOf(parse(readFileSync(new URL(name, CASES)), name).records);
  const back = spansOf(parse(Buffer.from(otlpJson(spans)), 'back').records);
  const said = (all: readonly TelemetryRecord[]) =>
    assemble(all).transactions.map(({ id, outcome, spans: tree }) => ({
      ...{ id, outcome },
      tree: tree.map(({ service, operation, start, duration, error, depth }) => ({
        service,
        operation,
        start,
        duration,
        error,
        depth,
      })),
    }));

  expect(spans.length).toBeGreaterThan(0);
  expect(said(back)).toEqual(said(spans));
  expect(back.map(({ attributes }) => attributes)).toEqual(
    expect.arrayContaining(spans.map(({ attributes }) => expect.objectContaining({ ...attributes }))),
  );
});
