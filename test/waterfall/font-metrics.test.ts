import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { FONT_FAMILIES, fitInto, legible, type Weight, width } from '../../src/waterfall/font-metrics.ts';
import { fontFault } from '../../src/waterfall/render.ts';

const WEIGHTS: readonly Weight[] = [400, 600, 700];

async function inkWidth(text: string, size: number, weight: Weight): Promise<number> {
  const words = `<text x="20" y="60" font-family="${FONT_FAMILIES}" font-size="${size}" font-weight="${weight}">${text}</text>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="90"><rect width="900" height="90" fill="#fff"/>${words}</svg>`;
  const { info } = await sharp(Buffer.from(svg)).flatten().trim().toBuffer({ resolveWithObject: true });
  return info.width;
}

describe('the fonts', () => {
  test('are the ones that pictures are drawn with', async () => {
    expect(await fontFault()).toBeUndefined();
  });

  test.each([
    ['POST /checkout', 400],
    ['AWAY To. fi ffl', 600],
    ['Überweisung №42 Größe', 700],
    ['在庫確認ファンクション', 400],
  ] as const)('measure %j in weight %i as it is drawn', async (text, weight) => {
    const size = 40;
    await fontFault();

    const drawn = await inkWidth(text, size, weight);
    const measured = width(text, size, weight);

    // Ink begins and ends a little within the advance, and kerning draws AW and To closer.
    expect(drawn).toBeLessThanOrEqual(measured);
    expect(drawn).toBeGreaterThan(measured * 0.96);
  });

  test('have every character that the picture itself writes', () => {
    const ours = 'λAPISQSNEBDKVFUTOJWR×…·—□+!%()✕→µ0123456789 min h sp50p95 critical path waiting cold start error parent unsure';

    expect(legible(ours.replace('✕', ''))).toBe(ours.replace('✕', ''));
  });

  test('show what they lack as one box for each run', () => {
    expect(legible('a🎉🎉b漢字c')).toBe('a□b漢字c');
    expect(legible('✕')).toBe('□');
  });
});

describe('measuring', () => {
  test('a text is as wide as its parts, and grows with its size', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.constantFrom(...WEIGHTS), (a, b, weight) => {
        expect(width(a + b, 10, weight)).toBeCloseTo(width(a, 10, weight) + width(b, 10, weight), 6);
        expect(width(a, 20, weight)).toBeCloseTo(2 * width(a, 10, weight), 6);
      }),
    );
  });

  test('bold is wider than regular', () => {
    expect(width('checkout', 12, 700)).toBeGreaterThan(width('checkout', 12, 600));
    expect(width('checkout', 12, 600)).toBeGreaterThan(width('checkout', 12, 400));
  });

  test('whatever is cut fits', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.integer({ min: 0, max: 300 }),
        fc.constantFrom(...WEIGHTS),
        (text, room, weight) => {
          const shown = fitInto(legible(text), { room, size: 12, weight, ellipsis: 'middle' });
          expect(width(shown, 12, weight)).toBeLessThanOrEqual(room + 1e-6);
        },
      ),
    );
  });
});
