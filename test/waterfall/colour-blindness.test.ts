import { describe, expect, test } from 'vitest';
import { COLOURS, contrast, serviceColours, THEMES, type Theme } from '../../src/waterfall/theme.ts';
import { transactionOf } from './transactions.ts';

type Matrix = readonly (readonly [number, number, number])[];
type Rgb = readonly [number, number, number];

/** Whole dichromacy, on linear RGB. Machado, Oliveira and Fernandes 2009, severity 1.0: https://doi.org/10.1109/TVCG.2009.113 */
const EYES: Readonly<Record<string, Matrix>> = {
  trichromacy: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function linear(colour: string): Rgb {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return [red, green, blue];
}

const times = (matrix: Matrix, [x, y, z]: Rgb): Rgb => {
  const [a = 0, b = 0, c = 0] = matrix.map(([p, q, r]) => p * x + q * y + r * z);
  return [a, b, c];
};

/** https://bottosson.github.io/posts/oklab/ */
function oklab(rgb: Rgb): Rgb {
  const cones = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb,
  ).map((part) => Math.cbrt(Math.max(0, part)));
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    [cones[0] ?? 0, cones[1] ?? 0, cones[2] ?? 0],
  );
}

/** A hundred from black to white; two apart can just be told side by side. */
const apart = (eyes: Matrix, a: string, b: string): number => {
  const [first, second] = [a, b].map((colour) => oklab(times(eyes, linear(colour))));
  return 100 * Math.hypot(...[0, 1, 2].map((i) => (first?.[i] ?? 0) - (second?.[i] ?? 0)));
};

const palette = (theme: Theme): readonly string[] => {
  const spans = Array.from({ length: COLOURS }, (_, i) => ({
    name: 'work',
    service: `s${i}`,
    at: [0, 100 - i] as const,
    depth: Math.min(i, 1),
  }));
  const colours = serviceColours(transactionOf(spans), theme);
  return [...colours.services.map(colours.of), theme.error];
};

const leastApart = (eyes: Matrix, colours: readonly string[]): number =>
  Math.min(...colours.flatMap((a, i) => colours.slice(i + 1).map((b) => apart(eyes, a, b))));

/** What stands side by side in one picture. An outcome never does: it has the picture to itself, and says its word. */
describe.each(Object.values(THEMES))('in the $name theme', (theme) => {
  test.each(Object.entries(EYES))('services and errors can be told apart with %s', (_, eyes) => {
    expect(leastApart(eyes, palette(theme))).toBeGreaterThan(5);
  });

  test('every colour of a bar stands out from the paper', () => {
    for (const colour of palette(theme)) expect(contrast(colour, theme.paper), colour).toBeGreaterThan(3);
  });
});

test('a palette that is known to be bad is found to be', () => {
  // Tableau's ten, which Vega uses unless told otherwise.
  const tableau = ['#4E79A7', '#F28E2B', '#E15759', '#76B7B2', '#59A14F', '#EDC948', '#B07AA1', '#FF9DA7', '#9C755F', '#BAB0AC'];

  expect(leastApart(EYES['deuteranopia'] ?? [], tableau)).toBeLessThan(3);
});
