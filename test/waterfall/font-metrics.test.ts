import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { FONT_FAMILIES, fitInto, legible, type Weight, width } from '../../src/waterfall/font-metrics.ts';
import { fontFault, pngOf } from '../../src/waterfall/render.ts';

const WEIGHTS: readonly Weight[] = [400, 600, 700];

/** Of one line of text in a picture of its own. */
async function inkWidth(text: string, size: number, weight: Weight): Promise<number> {
  const mark = { type: 'text', font: FONT_FAMILIES, fontSize: size, fontWeight: weight, align: 'left', x: 20, y: 45 };
  const spec = { background: '#FFFFFF', data: { name: 'words' }, mark, encoding: { text: { field: 'text' } }, autosize: 'none' };
  const { png } = await pngOf({ spec, sheet: { words: [{ text }] }, width: 900, height: 90 });
  const { info } = await sharp(png).trim().toBuffer({ resolveWithObject: true });
  return info.width / 2;
}

describe('the fonts', () => {
  test('are the ones that pictures are drawn with', () => {
    expect(fontFault()).toBeUndefined();
  });

  test('are missed where another font bears their name', () => {
    const script = `
      import { GlobalFonts } from '@napi-rs/canvas';
      GlobalFonts.registerFromPath('src/waterfall/fonts/NotoSansJP-Medium.ttf', 'Tracefall Sans');
      const { fontFault } = await import('./dist/src/waterfall/render.js');
      console.log(fontFault());`;
    const said = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: fileURLToPath(new URL('../../', import.meta.url)),
      encoding: 'utf8',
    });

    expect(said).toContain('another font was drawn');
  });

  test.each([
    ['POST /checkout', 400],
    ['AWAY To. fi ffl', 600],
    ['Überweisung №42 Größe', 700],
    ['在庫確認ファンクション', 400],
  ] as const)('measure %j in weight %i as it is drawn', async (text, weight) => {
    const size = 40;

    const drawn = await inkWidth(text, size, weight);
    const measured = width(text, size, weight);

    // Ink begins and ends a little within the advance, and kerning draws AW and To closer.
    expect(drawn).toBeLessThanOrEqual(measured);
    expect(drawn).toBeGreaterThan(measured * 0.95);
  });

  test('have every character that the picture itself writes', () => {
    const ours = 'λAPISQSNEBDKVFUTOJWR×…·—□+!%()✕→µ0123456789 min h sp50p95 critical path waiting cold start error parent unsure';

    expect(legible(ours.replace('✕', ''))).toBe(ours.replace('✕', ''));
  });

  test('show what they lack as one box for each run', () => {
    expect(legible('a🎉🎉b漢字c')).toBe('a□b漢字c');
    expect(legible('✕')).toBe('□');
    expect(legible('สวัสดี 한국어, हिन्दी')).toBe('□, □');
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
