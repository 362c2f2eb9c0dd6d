import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { usualOf } from '../src/diagnosis/usual-of.ts';
import type { Rules } from '../src/incident/rules.ts';
import { eventCounts, inspection, type RecordCounts, rejectCounts } from '../src/inspection.ts';
import { parse } from '../src/telemetry/parse.ts';
import type { Parsed } from '../src/telemetry/record.ts';
import { assemble } from '../src/trace/assemble.ts';
import { drawWaterfall } from '../src/waterfall/draw.ts';
import { drawn } from '../src/waterfall/drawn.ts';
import type { Scene } from '../src/waterfall/scene.ts';
import { sceneOf } from './look.ts';
import { readRules, ruling } from './start-rules.ts';

export type InspectOptions = {
  readonly files: readonly string[];
  readonly baseline: readonly string[];
  readonly json: boolean;
  readonly png: string | undefined;
  /** A rules file to be tried on what is read. */
  readonly rules?: string | undefined;
};

/** `tracefall inspect`: reads files, prints transactions; no network, no Redis. Resolves to the exit code. */
export async function inspect({ files, baseline, json, png, rules: file }: InspectOptions): Promise<number> {
  const rules = file === undefined ? undefined : await readRules(file, 'TRACEFALL_CHANNEL');
  const { records, rejects } = await telemetryIn(files);
  if (records.length === 0) {
    console.error(rejects.length === 0 ? `${files.join(', ')}: no telemetry in it` : rejected(rejectCounts(rejects)));
    return 1;
  }
  const usual = usualOf(assemble((await telemetryIn(baseline)).records).transactions);
  const { transactions, counts } = assemble(records);
  const scenes = transactions.map((transaction) => sceneOf(transaction, usual));
  const report = {
    read: records.length + rejects.length,
    ...counts,
    events: eventCounts(records),
    rejected: rejectCounts(rejects),
  };
  console.log(json ? JSON.stringify(inspection(scenes, report), undefined, 2) : printed(scenes, report, rules));
  const [first] = scenes;
  if (png !== undefined && first) await writeFile(png, (await drawWaterfall(first)).png);
  return 0;
}

/** All files are one body of telemetry. */
async function telemetryIn(paths: readonly string[]): Promise<Parsed> {
  const all: Parsed[] = [];
  for (const path of await expanded(paths)) all.push(parse(await bytesOf(path), path));
  return { records: all.flatMap((file) => file.records), rejects: all.flatMap((file) => file.rejects) };
}

/** A folder stands for all files in it; `-` for standard input. */
async function expanded(paths: readonly string[]): Promise<readonly string[]> {
  const nested = await Promise.all(
    paths.map(async (path) => {
      if (path === '-' || !(await stat(path)).isDirectory()) return [path];
      const entries = await readdir(path, { withFileTypes: true, recursive: true });
      return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    }),
  );
  return nested.flat().sort();
}

async function bytesOf(path: string): Promise<Buffer> {
  if (path !== '-') return await readFile(path);
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function printed(scenes: readonly Scene[], records: RecordCounts, rules: Rules | undefined): string {
  const columns = process.stdout.columns ?? 100;
  const causes = (scene: Scene) =>
    scene.causes.map((cause) =>
      [`  ${cause.kind}: ${cause.summary}`, ...cause.evidence.map((fact) => `    · ${fact}`)].join('\n'),
    );
  const counts = `${records.read} records: ${records.placed} placed, ${records.duplicates} duplicates`;
  return [
    ...scenes.map((scene) => [drawn(scene, columns), ...causes(scene), ...(rules ? [ruling(scene, rules)] : [])].join('\n')),
    [counts, ...eventLines(records.events), rejected(records.rejected)].filter((line) => line !== '').join('\n'),
  ].join('\n\n');
}

const eventLines = (events: RecordCounts['events']): readonly string[] =>
  Object.entries(events).map(([what, count]) => `${count} events: ${what}`);

const rejected = (counts: RecordCounts['rejected']): string =>
  counts.map(({ reason, count, first }) => `${first}: ${reason}${count > 1 ? ` (${count} times)` : ''}`).join('\n');
