import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { drawWaterfall, type Scene } from '../../src/waterfall/draw.ts';
import { layoutOf } from '../../src/waterfall/layout.ts';
import { COMPRESSION, inView } from '../../src/waterfall/render.ts';
import { crowd } from '../waterfall/crowds.ts';

/**
 * What a picture costs: a scene to PNG, against the floor that nobody who makes this PNG can go below (encoding its pixels), and
 * against the browser that Vega is often rendered with. The three take turns in one run, so that a busy machine is busy for all.
 */
const SIZES = [5, 20, 100, 1_000, 10_000] as const;
const ROUNDS = 15;
/** A browser takes seconds; its median settles sooner than ours. */
const BROWSER_ROUNDS = 3;
const CHROMIUM = '/usr/bin/chromium';

type Contest = {
  readonly spans: number;
  readonly ours: () => Promise<unknown>;
  readonly floor: () => Promise<unknown>;
  readonly browser: () => Promise<unknown>;
};

async function contestOf(count: number, folder: string): Promise<Contest> {
  const scene: Scene = crowd(count);
  const { png } = await drawWaterfall(scene);
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  const raw = { width: info.width, height: info.height, channels: info.channels };
  const layout = layoutOf(scene);
  const svg = join(folder, `${count}.svg`);
  await writeFile(svg, await inView(layout, (view) => view.toSVG()));
  return {
    spans: scene.transaction.spans.length,
    ours: () => drawWaterfall(scene),
    floor: () => sharp(data, { raw }).png({ compressionLevel: COMPRESSION }).toBuffer(),
    browser: () => screenshot(svg, { width: layout.width, height: layout.height }, folder),
  };
}

/** A browser of its own for every picture, with nothing remembered. */
async function screenshot(svg: string, size: { readonly width: number; readonly height: number }, folder: string): Promise<void> {
  const profile = await mkdtemp(join(folder, 'profile-'));
  const child = spawn(
    CHROMIUM,
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--hide-scrollbars',
      '--force-device-scale-factor=2',
      `--user-data-dir=${profile}`,
      `--window-size=${size.width},${size.height}`,
      `--screenshot=${svg}.png`,
      `file://${svg}`,
    ],
    { stdio: 'ignore' },
  );
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`chromium ended with ${code}`);
  await access(`${svg}.png`);
  await rm(`${svg}.png`);
}

async function took(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;

type Times = { readonly contest: Contest; readonly ours: number[]; readonly floor: number[]; readonly browser: number[] };

async function measure(contests: readonly Contest[], hasBrowser: boolean): Promise<readonly Times[]> {
  const all = contests.map((contest): Times => ({ contest, ours: [], floor: [], browser: [] }));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { contest, ours, floor, browser } of all) {
      ours.push(await took(contest.ours));
      floor.push(await took(contest.floor));
      if (hasBrowser && round < BROWSER_ROUNDS) browser.push(await took(contest.browser));
    }
  }
  return all;
}

const COLUMN = 17;
const say = (cells: readonly string[]): boolean =>
  process.stdout.write(`${cells.map((cell) => cell.padStart(COLUMN)).join('')}\n`);

function rowOf({ contest, ours, floor, browser }: Times): readonly string[] {
  const least = median(floor);
  const cell = (times: readonly number[]): string =>
    times.length === 0 ? '-' : `${median(times).toFixed(0)} ms ${(median(times) / least).toFixed(1)}×`;
  return [contest.spans.toLocaleString('en-US'), `${least.toFixed(1)} ms 1×`, cell(ours), cell(browser)];
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const folder = await mkdtemp(join(tmpdir(), 'tracefall-bench-'));
try {
  const contests: Contest[] = [];
  for (const size of SIZES) contests.push(await contestOf(size, folder));
  const hasBrowser = await exists(CHROMIUM);
  const times = await measure(contests, hasBrowser);
  process.stdout.write(
    `median of ${ROUNDS}, interleaved; ${hasBrowser ? `Chromium started anew, median of ${BROWSER_ROUNDS}` : `no ${CHROMIUM}`}\n`,
  );
  say(['spans', 'encode pixels', 'scene to PNG', 'cold Chromium']);
  for (const one of times) say(rowOf(one));
} finally {
  await rm(folder, { recursive: true, force: true });
}
