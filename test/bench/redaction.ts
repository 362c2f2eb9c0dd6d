import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { redactor } from '../../src/redaction/redact.ts';
import { parse } from '../../src/telemetry/parse.ts';
import type { TelemetryRecord } from '../../src/telemetry/record.ts';
import { canaries } from '../redaction/canaries.ts';
import { cleanLines } from '../redaction/clean-lines.ts';

/** How much the redactor finds, how much it takes for a secret that is none, and how fast: over a folder of telemetry and made-up lines. */
const [folder] = process.argv.slice(2);
const { text, records } = redactor();

const all = canaries(7, 17);
const survived = all.filter(({ written, secret }) => text(written).includes(secret) || text(written).includes(written));
console.log(`canaries: ${all.length}, survived ${survived.length}`);
for (const { name, written } of survived.slice(0, 10)) console.log(`  ${name}: ${written} -> ${text(written)}`);

const lines = cleanLines(7, 10_000);
const wrong = lines.filter((line) => text(line) !== line);
console.log(`made-up clean lines: ${lines.length}, changed ${wrong.length}`);
for (const line of wrong.slice(0, 20)) console.log(`  ${line} -> ${text(line)}`);

speed('made-up lines, one a text', lines, text);
speed('made-up lines, 50 a text', grouped(lines, 50), text);
if (folder !== undefined) corpus(folder);

function corpus(path: string): void {
  const files = readdirSync(path, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  const kept: TelemetryRecord[] = [];
  const seconds = { parse: 0, redact: 0 };
  let bytes = 0;
  let read = 0;
  for (const file of files) {
    if (!/\.(json|jsonl|ndjson|log|txt|pb|gz)$/.test(file.name)) continue;
    const content = readFileSync(join(file.parentPath, file.name));
    const began = performance.now();
    const parsed = parse(content, 'bench').records;
    const between = performance.now();
    const safe = records(parsed);
    seconds.parse += between - began;
    seconds.redact += performance.now() - between;
    bytes += JSON.stringify(parsed).length;
    read += parsed.length;
    for (const [n, record] of parsed.entries()) {
      if (isDeepStrictEqual(record, safe[n])) continue;
      kept.push(record);
      if (kept.length <= 40) console.log(`  ${file.name}: ${changes(record, safe[n])}`);
    }
  }
  console.log(`corpus: ${read} records, changed ${kept.length}`);
  console.log(
    `corpus: ${(bytes / 1e6 / (seconds.redact / 1e3)).toFixed(1)} MB/s of records, ${(seconds.redact / seconds.parse).toFixed(2)} of the time of parsing`,
  );
}

function changes(one: unknown, other: unknown): string {
  const [a, b] = [JSON.stringify(one), JSON.stringify(other)];
  const at = [...a].findIndex((letter, n) => letter !== b[n]);
  return `${a.slice(Math.max(0, at - 60), at + 60)}\n      -> ${b.slice(Math.max(0, at - 20), at + 40)}`;
}

function grouped(texts: readonly string[], size: number): readonly string[] {
  return Array.from({ length: texts.length / size }, (_, n) => texts.slice(n * size, (n + 1) * size).join('\n'));
}

function speed(what: string, texts: readonly string[], redact: (text: string) => string): void {
  const size = texts.reduce((sum, each) => sum + each.length, 0);
  for (const each of texts) redact(each);
  const rounds = 5;
  const began = process.cpuUsage();
  for (let n = 0; n < rounds; n += 1) for (const each of texts) redact(each);
  console.log(`${what}: ${((rounds * size) / 1e3 / (process.cpuUsage(began).user / 1e3)).toFixed(1)} MB/s of a core`);
}
