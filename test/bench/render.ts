import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { drawWaterfall } from '../../src/waterfall/draw.ts';
import { type Layout, layoutOf } from '../../src/waterfall/layout.ts';
import { COMPRESSION, inView } from '../../src/waterfall/render.ts';
import { crowd } from '../waterfall/crowds.ts';
import { browserOnPath, chromiumContestants } from './chromium.ts';
import { handWritten } from './hand-written.ts';
import { plotOf } from './plot.ts';
import { type Contestant, contest, median, type Result, say } from './timing.ts';

/**
 * What a picture costs, against the floor that nobody who makes this PNG can go below (encoding its pixels), against SVG in librsvg,
 * by Vega or by hand, and against a browser. `npm run bench:render [PLOT.png]`
 */
const ROUNDS = 40;
const SIZES = [5, 100, 1_000, 10_000] as const;
const STARTS = 5;

async function oursAndFloor(count: number): Promise<{ readonly layout: Layout; readonly contestants: readonly Contestant[] }> {
  const scene = crowd(count);
  const { png } = await drawWaterfall(scene);
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  const raw = { width: info.width, height: info.height, channels: info.channels };
  const encode = () => sharp(data, { raw }).png({ compressionLevel: COMPRESSION }).toBuffer();
  return {
    layout: layoutOf(scene),
    contestants: [
      { name: 'the floor: encode its pixels', rounds: ROUNDS, run: encode },
      // A copy, or the fold of the last round would be remembered.
      {
        name: 'Tracefall: Vega, Skia, sharp',
        rounds: ROUNDS,
        run: () => drawWaterfall({ ...scene, transaction: { ...scene.transaction } }),
      },
    ],
  };
}

async function throughLibrsvg(layout: Layout): Promise<readonly Contestant[]> {
  const raster = (svg: string) =>
    sharp(Buffer.from(svg), { density: 144 }).removeAlpha().png({ compressionLevel: COMPRESSION }).toBuffer();
  return [
    { name: 'SVG by hand, librsvg, sharp', rounds: ROUNDS, run: () => raster(handWritten(layout)) },
    { name: 'Vega, SVG, librsvg, sharp', rounds: ROUNDS, run: async () => raster(await svgOf(layout)) },
  ];
}

const svgOf = (layout: Layout): Promise<string> => inView(layout, (view) => view.toSVG());

/** Of five processes: from the start to the first PNG, and the memory then. */
function firstPicture(): { readonly ms: number; readonly rssMb: number } {
  const script = fileURLToPath(new URL('./first-picture.js', import.meta.url));
  const runs = Array.from({ length: STARTS }, () => {
    const began = performance.now();
    const said: unknown = JSON.parse(execFileSync(process.execPath, [script], { encoding: 'utf8' }));
    return { ms: performance.now() - began, rssMb: Number(Object(said).rssMb) };
  });
  return { ms: median(runs.map(({ ms }) => ms)), rssMb: median(runs.map(({ rssMb }) => rssMb)) };
}

function sayResults([floor, ours, ...others]: readonly Result[]): void {
  if (floor === undefined || ours === undefined) return;
  say(['', 'median ms', '× floor', 'least ms', '× floor', '÷ Tracefall', 'CPU ms here']);
  for (const { name, ms, leastMs, cpuMs } of [floor, ours, ...others]) {
    const ratios = [
      (ms / floor.ms).toFixed(1),
      leastMs.toFixed(1),
      (leastMs / floor.leastMs).toFixed(1),
      (ms / ours.ms).toFixed(1),
    ];
    say([name, ms.toFixed(1), ...ratios, cpuMs.toFixed(1)]);
  }
}

const [plot] = process.argv.slice(2);
const { layout, contestants } = await oursAndFloor(20);
const browser = await browserOnPath();
const chromium = browser === undefined ? undefined : await chromiumContestants(browser, { ...layout, svg: await svgOf(layout) });
const all = [...contestants, ...(await throughLibrsvg(layout)), ...(chromium?.contestants ?? [])];
say([`${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, Node ${process.version}; interleaved`]);
say([
  `19 spans, ${layout.width * 2} × ${layout.height * 2} px${browser === undefined ? '; no Chromium on the PATH: skipped' : ''}`,
]);
const results = await contest(all);
await chromium?.close();
sayResults(results);
const cold = firstPicture();
say([`\nprocess to first PNG ${cold.ms.toFixed(0)} ms, resident then ${cold.rssMb.toFixed(0)} MB (medians of ${STARTS})\n`]);
say(['spans', 'floor ms', 'Tracefall ms', '× floor', 'least × floor']);
for (const size of SIZES) {
  const [floor, ours] = await contest((await oursAndFloor(size)).contestants);
  if (!floor || !ours) continue;
  const ratios = [ours.ms / floor.ms, ours.leastMs / floor.leastMs].map((ratio) => ratio.toFixed(1));
  say([size.toLocaleString('en-US'), floor.ms.toFixed(1), ours.ms.toFixed(1), ...ratios]);
}
if (plot !== undefined) await writeFile(plot, await plotOf(results, 'A waterfall of 19 rows, ms (logarithmic)'));
