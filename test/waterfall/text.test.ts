import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clean, graphemes, shortened, UNNAMED } from '../../src/waterfall/text.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 60 });
const characters = (text: string): number => text.length;

describe('cleaning a name', () => {
  test.each([
    ['escape sequences of terminals', '\u001b[31mred\u001b[0m', 'red'],
    ['what turns the reading direction', 'gnp.exe \u202eevil\u2066', 'gnp.exe evil'],
    ['zero-width characters', 'a\u200bb\ufeffc\u00add', 'abcd'],
    ['control characters and line ends', 'a\u0000\tb\r\nc\u2028d', 'a b c d'],
    ['half a surrogate pair', 'x\ud800y', 'x\ufffdy'],
    ['what is no character', 'x\uffffy', 'x\ufffdy'],
    ['marks piled on a letter', 'Z\u0351\u036b\u0343\u036a', 'Z\u0351\u036b'],
    ['two ways to write one letter', 'e\u0301', 'é'],
    ['an empty name', ' \u200b ', UNNAMED],
  ])('removes or tames %s', (_, dirty, expected) => {
    expect(clean(dirty)).toBe(expected);
  });

  test('makes one line of well-formed text of anything, and is stable', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = clean(text);
        expect(once).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|\p{Noncharacter_Code_Point}/u);
        expect(clean(once)).toBe(once);
        expect(once).not.toBe('');
      }),
    );
  });

  test('does not look at more than it could draw', () => {
    expect(clean('a'.repeat(100_000)).length).toBe(400);
  });
});

describe('shortening', () => {
  test.each([
    ['end', 'SendMessage orders-queue', 12, 'SendMessage…'],
    ['middle', 'SendMessage orders-queue', 12, 'SendMe…queue'],
    ['end', 'fits', 4, 'fits'],
    ['end', 'does not', 0, ''],
  ] as const)('keeps the %s of %j within %i', (where, text, room, expected) => {
    expect(shortened(text, room, characters, where === 'end' ? 'end' : 'middle')).toBe(expected);
  });

  test('never cuts through what a reader takes for one character', () => {
    const family = '👩‍👩‍👧‍👦';

    expect(shortened(`${family}${family}`, family.length + 1, characters)).toBe(`${family}…`);
    expect(shortened(`${family}${family}`, family.length, characters)).toBe('…');
  });

  test('stays within its room, and its letters are letters of the text in order', () => {
    fc.assert(
      fc.property(anyText, fc.nat(30), fc.constantFrom('end', 'middle'), (text, room, where) => {
        const short = shortened(text, room, characters, where);
        expect(characters(short)).toBeLessThanOrEqual(Math.max(room, 0));
        const rest = graphemes(text);
        const kept = graphemes(short).filter((letter) => letter !== '…' || text.includes('…'));
        let at = 0;
        for (const letter of kept) {
          const found = rest.indexOf(letter, at);
          if (letter !== '…') expect(found).toBeGreaterThanOrEqual(at);
          at = Math.max(at, found + 1);
        }
      }),
    );
  });
});
