import { describe, expect, test } from 'vitest';
import { COLOURS, contrast, inkOn, mixed, serviceColours, THEMES } from '../../src/waterfall/theme.ts';
import { type Sketch, transactionOf } from './transactions.ts';

const busy = (services: readonly (readonly [name: string, ms: number])[]): readonly Sketch[] =>
  services.map(([service, ms], i) => ({ name: 'work', service, at: [0, ms], depth: i === 0 ? 0 : 1 }));

describe('the colour of a service', () => {
  test('goes by how busy it was, then by name: never by order or by who looks', () => {
    const one = serviceColours(
      transactionOf(
        busy([
          ['a', 10],
          ['c', 30],
          ['b', 30],
        ]),
      ),
      THEMES.light,
    );
    const other = serviceColours(
      transactionOf(
        busy([
          ['b', 30],
          ['a', 10],
          ['c', 30],
        ]),
      ),
      THEMES.light,
    );

    expect(one.services).toEqual(['b', 'c', 'a']);
    expect(['a', 'b', 'c'].map(other.of)).toEqual(['a', 'b', 'c'].map(one.of));
  });

  test('is one grey for every service beyond the eighth', () => {
    const names = Array.from({ length: COLOURS + 2 }, (_, i) => [`s${i}`, 100 - i] as const);
    const colours = serviceColours(transactionOf(busy(names)), THEMES.light);

    expect(new Set(names.map(([name]) => colours.of(name))).size).toBe(COLOURS + 1);
    expect(colours.of('s8')).toBe(colours.of('s9'));
  });
});

describe('contrast', () => {
  test('is 21 between black and white and 1 between equals', () => {
    expect(contrast('#000000', '#FFFFFF')).toBeCloseTo(21, 5);
    expect(contrast('#D92D20', '#D92D20')).toBe(1);
  });

  test.each(Object.values(THEMES))('text can be read in the $name theme', (theme) => {
    expect(contrast(theme.ink, theme.paper)).toBeGreaterThan(12);
    expect(contrast(theme.quiet, theme.paper)).toBeGreaterThan(7);
    expect(contrast(theme.faint, theme.paper)).toBeGreaterThan(4.5);
    expect(contrast(theme.errorInk, theme.errorPaper)).toBeGreaterThan(4.5);
    expect(contrast(theme.slow, theme.slowPaper)).toBeGreaterThan(4.5);
    expect(contrast(theme.errorInk, mixed(theme.error, theme.paper, 0.55))).toBeGreaterThan(3);
  });

  test.each(Object.values(THEMES))('text on every service colour can be read in the $name theme', (theme) => {
    const names = Array.from({ length: COLOURS + 1 }, (_, i) => [`s${i}`, 100 - i] as const);
    const colours = serviceColours(transactionOf(busy(names)), theme);

    for (const [name] of names) expect(contrast(inkOn(colours.of(name)), colours.of(name))).toBeGreaterThan(4);
  });
});
