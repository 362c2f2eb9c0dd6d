import { execFile } from 'node:child_process';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { parseArgs, promisify } from 'node:util';
import { scoreboard } from './scoreboard.ts';

/**
 * So many runs of chaos, one seed after the other; each line is kept in a file beside the page, and the page's scoreboard is written
 * anew after each (with 0 runs: from the lines that are there). Ends with 1 when a promise was broken in one of them.
 */
const { values } = parseArgs({
  options: { runs: { type: 'string', default: '10' }, seed: { type: 'string', default: '100' } },
});
const first = Number(values.seed);

const RUN = new URL('./run.js', import.meta.url).pathname;
const PAGE = 'docs/reliability.md';
const LINES = 'docs/chaos.jsonl';
const BEGIN = '<!-- scoreboard -->';
const END = '<!-- /scoreboard -->';
/** A run takes about six minutes; ten of them are 1,000 kills at failpoints, 300 at random and 200 of Redis. */
const SIZE = {
  ...{ minutes: 4, kills: 100, random: 30, redis: 20, failovers: 2, memory: 2, disk: 2 },
  ...{ restarts: 6, network: 36, slack: 5, recoveries: 2, outages: 1 },
};

/** Its line, whether or not every promise was kept; throws when the run itself has failed. */
async function run(seed: number): Promise<string> {
  const args = [RUN, '--seed', String(seed), ...Object.entries(SIZE).flatMap(([name, value]) => [`--${name}`, `${value}`])];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args).catch(
    (error: { stdout: string; stderr: string }) => error,
  );
  if (!stdout.startsWith('{')) throw new Error(`the run of seed ${seed} failed: ${stderr}`);
  return stdout.trim();
}

async function writeScoreboard(): Promise<void> {
  const lines = (await readFile(LINES, 'utf8')).trim().split('\n');
  const page = await readFile(PAGE, 'utf8');
  const [before = '', rest = ''] = page.split(BEGIN);
  const [, after = ''] = rest.split(END);
  await writeFile(PAGE, `${before}${BEGIN}\n\n${scoreboard(lines)}\n\n${END}${after}`);
}

for (let seed = first; seed < first + Number(values.runs); seed += 1) {
  const line = await run(seed);
  console.log(line);
  await appendFile(LINES, `${line}\n`);
  if (!line.includes('"kept":true')) process.exitCode = 1;
  await writeScoreboard();
}
await writeScoreboard();
