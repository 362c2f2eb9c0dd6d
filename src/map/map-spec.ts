import type { Spec } from '../waterfall/drawing.ts';
import { as, badges, boxes, each, from, paperOf, pixels, texts } from '../waterfall/spec.ts';
import { THEMES, type ThemeName } from '../waterfall/theme.ts';

const strokes = (part: string, dash: readonly number[] = []): Spec => ({
  ...from(part),
  mark: { type: 'line', interpolate: 'linear', strokeCap: 'round', ...(dash.length > 0 && { strokeDash: dash }) },
  encoding: {
    x: pixels('x'),
    y: pixels('y'),
    order: { field: 'at', type: 'quantitative' },
    detail: { field: 'edge', type: 'nominal' },
    stroke: as('color'),
    strokeWidth: { field: 'width', type: 'quantitative', scale: null },
  },
});

const arrows: Spec = {
  ...from('arrow'),
  mark: { type: 'point', filled: true, shape: 'triangle-right', size: 46, opacity: 1, angle: each('angle') },
  encoding: { x: pixels('x'), y: pixels('y'), fill: as('color') },
};

/** Edges lie under the boxes, so that what a wrong lane would cross stays legible. */
export function mapSpec(name: ThemeName): Spec {
  const theme = THEMES[name];
  return {
    ...paperOf(theme),
    layer: [
      strokes('call'),
      strokes('async', [5, 3.5]),
      strokes('guess', [1, 3.5]),
      arrows,
      boxes(['box'], { stroke: each('stroke'), strokeWidth: each('line') }),
      boxes(['plate']),
      ...badges(theme),
      texts('chipText', 'name', 'label', 'head', 'foot'),
    ],
  };
}
