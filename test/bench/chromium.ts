import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { type Browser, launch, type Page } from 'puppeteer-core';
import type { Contestant } from './timing.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
/** A browser takes a second; its median settles sooner than ours. */
const COLD_ROUNDS = 5;
const PAGE_ROUNDS = 10;

/** The first browser on the PATH; undefined: there is none. */
export async function browserOnPath(): Promise<string | undefined> {
  const places = (process.env['PATH'] ?? '').split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  for (const place of places) {
    const there = await access(place, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (there) return place;
  }
  return undefined;
}

type Shot = { readonly svg: string; readonly width: number; readonly height: number };

/** What Vega is often rendered with: a browser that shows the SVG and takes its picture. */
export async function chromiumContestants(
  program: string,
  shot: Shot,
): Promise<{
  readonly contestants: readonly Contestant[];
  readonly close: () => Promise<void>;
}> {
  const start = (): Promise<Browser> =>
    launch({ executablePath: program, headless: true, args: ['--no-sandbox', '--disable-gpu', '--hide-scrollbars'] });
  const warm = await start();
  const page = await warm.newPage();
  const contestants = [
    { name: 'Chromium, the same page again', rounds: PAGE_ROUNDS, run: () => photograph(page, shot) },
    {
      name: 'Chromium, a new page',
      rounds: PAGE_ROUNDS,
      run: async () => {
        const own = await warm.newPage();
        await photograph(own, shot);
        await own.close();
      },
    },
    {
      name: 'Chromium, started for it',
      rounds: COLD_ROUNDS,
      run: async () => {
        const own = await start();
        await photograph(await own.newPage(), shot);
        await own.close();
      },
    },
  ];
  return { contestants, close: () => warm.close() };
}

async function photograph(page: Page, { svg, width, height }: Shot): Promise<void> {
  await page.setViewport({ width, height, deviceScaleFactor: 2 });
  await page.setContent(`<style>body{margin:0}</style>${svg}`);
  await page.screenshot({ clip: { x: 0, y: 0, width, height } });
}
