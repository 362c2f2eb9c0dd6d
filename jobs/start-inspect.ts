import type { Stats } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { changesIn } from '../src/diagnosis/changes.ts';
import { learned } from '../src/diagnosis/learn.ts';
import { windowCauses } from '../src/diagnosis/window.ts';
import { eventCounts, inspection, rejectCounts } from '../src/inspection.ts';
import { inspectionPrinted, rejectsPrinted } from '../src/inspection-printed.ts';
import { drawMap } from '../src/map/draw-map.ts';
import { mapDrawn } from '../src/map/map-drawn.ts';
import { observe } from '../src/map/observe.ts';
import type { MapScene } from '../src/map/service-map.ts';
import { redactor } from '../src/redaction/redact.ts';
import { parse } from '../src/telemetry/parse.ts';
import { joined } from '../src/telemetry/parsed.ts';
import type { Parsed } from '../src/telemetry/record.ts';
import { assemble } from '../src/trace/assemble.ts';
import type { Transaction } from '../src/trace/transaction.ts';
import { drawWaterfall } from '../src/waterfall/draw.ts';
import type { PresetName } from '../src/waterfall/page.ts';
import type { Scene } from '../src/waterfall/scene.ts';
import type { ThemeName } from '../src/waterfall/theme.ts';
import { sceneOf } from './look.ts';
import { type Progress, progressOn } from './progress.ts';
import { readRules, ruling } from './start-rules.ts';

export type InspectOptions = {
  readonly files: readonly string[];
  readonly baseline: readonly string[];
  readonly json: boolean;
  readonly png: string | undefined;
  readonly map: string | undefined;
  readonly theme: ThemeName;
  readonly preset: PresetName;
  /** A rules file to be tried on what is read. */
  readonly rules: string | undefined;
};

/** `tracefall inspect`: reads files, prints transactions; no network, no Redis. Resolves to the exit code. */
export async function inspect(options: InspectOptions): Promise<number> {
  const progress = progressOn(process.stderr, () => performance.now());
  try {
    return await inspected(options, progress);
  } finally {
    progress.over();
  }
}

async function inspected(options: InspectOptions, progress: Progress): Promise<number> {
  const { files, baseline, json } = options;
  const rules = options.rules === undefined ? undefined : await readRules({ file: options.rules }, 'TRACEFALL_CHANNEL');
  const { records, rejects, quiet } = await telemetryIn(files, progress);
  if (records.length === 0) {
    progress.over();
    console.error(
      rejects.length === 0 ? `${files.join(', ')}: no telemetry in it` : rejectsPrinted(rejectCounts(rejects)).join('\n'),
    );
    return 1;
  }
  const normal = assemble((await telemetryIn(baseline, progress)).records).transactions;
  const usual = learned(normal);
  progress.at('putting transactions together');
  const { transactions, counts } = assemble(records);
  const changes = changesIn(records);
  const scenes = transactions.map((transaction, done) => {
    progress.at('judging', done, transactions.length);
    return sceneOf(transaction, usual, changes);
  });
  const events = records.filter((record) => record.kind === 'event');
  progress.at('comparing all of them');
  const causes = windowCauses({ judged: scenes, baseline: normal, events });
  const report = {
    read: records.length + rejects.length + quiet,
    ...counts,
    quiet,
    events: eventCounts(records),
    rejected: rejectCounts(rejects),
  };
  const text = json
    ? JSON.stringify(inspection(scenes, causes, report), undefined, 2)
    : inspectionPrinted(
        { scenes, causes, records: report, ruling: rules && ((scene) => ruling(scene, rules)) },
        process.stdout.columns,
      );
  progress.over();
  console.log(text);
  await drawAll(scenes, options, progress);
  return 0;
}

/** The first transaction, and the map of all. */
async function drawAll(scenes: readonly Scene[], options: InspectOptions, progress: Progress): Promise<void> {
  const { json, png, map, theme, preset } = options;
  const [first] = scenes;
  if (png !== undefined && first) {
    progress.at('drawing the waterfall');
    await writeFile(png, (await drawWaterfall(first, { theme, preset })).png);
  }
  if (map === undefined) return;
  progress.at('drawing the map');
  const scene = mapOf(scenes.map(({ transaction }) => transaction));
  progress.over();
  if (!json) console.log(`\n${mapDrawn(scene, process.stdout.columns)}`);
  await writeFile(map, (await drawMap(scene, theme)).png);
}

/** All transactions given are one map; what one of them alone is about can be said. */
function mapOf(transactions: readonly Transaction[]): MapScene {
  const [first, second] = transactions;
  const about = second === undefined ? first?.name : undefined;
  return { map: observe(transactions), window: undefined, about, focus: undefined };
}

/** All files are one body of telemetry. */
async function telemetryIn(paths: readonly string[], progress: Progress): Promise<Parsed> {
  const all: Parsed[] = [];
  const redact = redactor();
  const files = await expanded(paths);
  for (const path of files) {
    progress.at('reading', all.length, files.length);
    all.push(redact.parsed(parse(await bytesOf(path), path)));
  }
  return joined(all);
}

/** A folder stands for all files in it; `-` for standard input. */
async function expanded(paths: readonly string[]): Promise<readonly string[]> {
  const nested = await Promise.all(
    paths.map(async (path) => {
      if (path === '-' || !(await statOf(path)).isDirectory()) return [path];
      const entries = await readdir(path, { withFileTypes: true, recursive: true });
      return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    }),
  );
  return nested.flat().sort();
}

async function statOf(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (cause) {
    throw new Error(`${path}: expected a file or a folder, and there is none that can be read`, { cause });
  }
}

async function bytesOf(path: string): Promise<Buffer> {
  if (path !== '-') return await readFile(path);
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
