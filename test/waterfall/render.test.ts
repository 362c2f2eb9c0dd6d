import { createHash } from 'node:crypto';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { drawWaterfall, type Scene } from '../../src/waterfall/draw.ts';
import { layoutOf } from '../../src/waterfall/layout.ts';
import { broken, chain, crowd, hostile } from './crowds.ts';
import { checkout, lookup, order } from './examples.ts';
import { scene } from './transactions.ts';

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('the picture', () => {
  test.each(Object.entries({ checkout, lookup, order, hostile, broken, crowd: crowd(1_000), chain: chain(300) }))(
    '%s is an opaque PNG of the size it says, at most 2,000 px high',
    async (_, one) => {
      const picture = await drawWaterfall(one);
      const { format, width, height, hasAlpha } = await sharp(picture.png).metadata();

      expect({ format, width, height, hasAlpha }).toEqual({
        format: 'png',
        width: picture.width,
        height: picture.height,
        hasAlpha: false,
      });
      expect(picture.width).toBe(1_200);
      expect(picture.height).toBeLessThanOrEqual(2_000);
      expect(picture.png.length).toBeLessThan(500_000);
    },
  );

  test('is the same to the byte for the same scene, whatever was drawn in between', async () => {
    const first = await drawWaterfall(checkout);
    await Promise.all([drawWaterfall(hostile), drawWaterfall(checkout, { theme: 'dark' })]);

    expect(digest((await drawWaterfall(structuredClone(checkout))).png)).toBe(digest(first.png));
  });

  test('has its colours: paper in the corner, full red where the error began', async () => {
    const { png } = await drawWaterfall(checkout);
    const pixel = async (left: number, top: number): Promise<readonly number[]> => [
      ...(await sharp(png).extract({ left, top, width: 1, height: 1 }).raw().toBuffer()),
    ];
    const bar = layoutOf(checkout).sheet.bar.find(({ row }) => row === 14);

    expect(await pixel(0, 0)).toEqual([255, 255, 255]);
    expect(await pixel(Math.round(((bar?.x ?? 0) + 6) * 2), Math.round(((bar?.y ?? 0) + 6) * 2))).toEqual([0xd9, 0x2d, 0x20]);
  });

  test('is dark in the dark theme and wider in the full preset', async () => {
    const { png, width } = await drawWaterfall(checkout, { preset: 'full', theme: 'dark' });

    expect(width).toBe(1_520);
    expect([...(await sharp(png).extract({ left: 0, top: 0, width: 1, height: 1 }).raw().toBuffer())]).toEqual([
      0x1a, 0x1d, 0x21,
    ]);
  });
});

describe('a hostile name', () => {
  const named = (name: string): Scene =>
    scene([
      { name, service: name, at: [0, 10], error: [name, name], path: [[0, 10]] },
      { name, service: 'x', at: [2, 8], depth: 1 },
    ]);

  test.each([
    '</text></svg><script>alert(1)</script>',
    '"><image href="https://example.com/a.png"/>',
    'https://example.com/a.png',
    ']]>',
    '&amp;&lt;',
    '\u202egnp.exe',
    '\ud800',
    '\u0000\u001b[31m',
    'مرحبا بالعالم',
    'x'.repeat(10_000),
    ' ',
  ])('%j becomes a picture', async (name) => {
    const { png, altText } = await drawWaterfall(named(name));

    expect((await sharp(png).metadata()).format).toBe('png');
    expect(altText.length).toBeLessThanOrEqual(1_000);
  });

  test('of any kind becomes a picture', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(text, async (name) => {
        const { png, altText } = await drawWaterfall(named(name));
        expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
        expect(altText.length).toBeLessThanOrEqual(1_000);
      }),
      { numRuns: 25 },
    );
  });
});
