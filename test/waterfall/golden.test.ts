import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { drawMap } from '../../src/map/draw-map.ts';
import { drawTrend } from '../../src/map/trend/draw-trend.ts';
import { drawWaterfall, type Scene } from '../../src/waterfall/draw.ts';
import type { Picture } from '../../src/waterfall/picture.ts';
import { shopScene, slowing } from '../map/maps.ts';
import { broken, crowd, hostile } from './crowds.ts';
import { checkout, lookup, order } from './examples.ts';

const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

/** Of the pixels: how they are packed may differ from one processor to the next. */
const seen = async ({ png }: Picture): Promise<string> => sha(await sharp(png).raw().toBuffer());

/** Which platform, which picture. After a change that is meant to be seen: look at the pictures, then write down what the test says. */
const GOLDEN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'linux-x64': {
    broken: '6913184fdabf2fdb',
    checkout: 'a7349b42ab1c5916',
    'checkout, dark': '0f8cf5b206f24343',
    'checkout, full': '7fb4a589c52c9776',
    'crowd of 1,000': '78ed53d0f0b46149',
    hostile: '14a765471ece4206',
    lookup: '4921b0823691ef72',
    map: 'facdc64098af760e',
    'map, dark': '7190c059f7035cef',
    order: '5e89dd85f0418af9',
    trend: 'b906f4cffda40bf1',
    'trend, dark': '792a0f6957e69ab0',
  },
};
const golden = GOLDEN[`${process.platform}-${process.arch}`];

describe.skipIf(golden === undefined)('to the pixel, the picture of', () => {
  test('each example is the one that was looked at', async () => {
    expect({
      checkout: await seen(await drawWaterfall(checkout)),
      'checkout, dark': await seen(await drawWaterfall(checkout, { theme: 'dark' })),
      'checkout, full': await seen(await drawWaterfall(checkout, { preset: 'full' })),
      lookup: await seen(await drawWaterfall(lookup)),
      order: await seen(await drawWaterfall(order)),
      hostile: await seen(await drawWaterfall(hostile)),
      broken: await seen(await drawWaterfall(broken)),
      'crowd of 1,000': await seen(await drawWaterfall(crowd(1_000))),
      map: await seen(await drawMap(shopScene())),
      'map, dark': await seen(await drawMap(shopScene(), 'dark')),
      trend: await seen(await drawTrend(slowing)),
      'trend, dark': await seen(await drawTrend(slowing, 'dark')),
    }).toEqual(golden);
  });
});

const SCRIPT = `
  import { createHash } from 'node:crypto';
  const { drawWaterfall } = await import('./dist/src/waterfall/draw.js');
  let text = '';
  for await (const chunk of process.stdin) text += chunk;
  const { png } = await drawWaterfall(JSON.parse(text));
  console.log(createHash('sha256').update(png).digest('hex').slice(0, 16));`;

/** The bytes of the picture as a process in another place would draw it; it needs the build that \`npm test\` makes first. */
const drawnElsewhere = (scene: Scene, env: Readonly<Record<string, string>>): string =>
  execFileSync(process.execPath, ['--input-type=module', '--eval', SCRIPT], {
    cwd: new URL('../../', import.meta.url),
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', ...env },
    input: JSON.stringify(scene),
  }).trim();

test.each([
  ['Japan', { LANG: 'ja_JP.UTF-8', LC_ALL: 'ja_JP.UTF-8', TZ: 'Asia/Tokyo', HOME: '/nonexistent' }],
  [
    'the Marquesas, without any font',
    { LANG: 'tr_TR', TZ: 'Pacific/Marquesas', HOME: '/', FONTCONFIG_FILE: '/dev/null', XDG_DATA_DIRS: '/nonexistent' },
  ],
])('a process in %s draws the same to the byte', async (_, env) => {
  const { png } = await drawWaterfall(order);

  expect(drawnElsewhere(order, env)).toBe(sha(png));
});
