import type { Layout } from '../../src/waterfall/layout.ts';
import type { Box, Line, Words } from '../../src/waterfall/sheet.ts';

/** The same shapes as an SVG written by hand: what the picture would cost without Vega and with librsvg. */
export function handWritten({ sheet, width, height }: Layout): string {
  const shapes = Object.values(sheet).flatMap((layer: readonly object[]) => layer.map(shape));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#fff"/>${shapes.join('')}</svg>`;
}

function shape(item: object): string {
  if ('text' in item) return textOf(item as Words); // only words have a text
  if ('fill' in item) return boxOf(item as Box); // only boxes are filled
  if ('x2' in item) return lineOf(item as Line); // what is left with two ends is a line
  const { x, y } = item as { readonly x: number; readonly y: number }; // badges and marks
  return `<circle cx="${x}" cy="${y}" r="5" fill="#D92D20"/>`;
}

const ANCHORS = { left: 'start', center: 'middle', right: 'end' } as const;

const textOf = ({ x, y, text, size, weight, color, align }: Words): string =>
  `<text x="${x}" y="${y}" font-family="Noto Sans" font-size="${size}" font-weight="${weight}" fill="${color}" text-anchor="${ANCHORS[align]}">${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</text>`;

const boxOf = ({ x, y, x2, y2, fill, radius }: Box): string =>
  `<rect x="${x}" y="${y}" width="${x2 - x}" height="${y2 - y}" rx="${radius}" fill="${fill}"/>`;

const lineOf = ({ x, y, x2, y2, color }: Line): string => `<line x1="${x}" y1="${y}" x2="${x2}" y2="${y2}" stroke="${color}"/>`;
