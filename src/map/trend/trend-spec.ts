import type { Spec } from '../../waterfall/drawing.ts';
import { as, boxes, from, lines, paperOf, pixels, texts } from '../../waterfall/spec.ts';
import { THEMES, type ThemeName } from '../../waterfall/theme.ts';

export function trendSpec(name: ThemeName): Spec {
  const theme = THEMES[name];
  const diamond: Spec = {
    ...from('mark'),
    mark: { type: 'point', filled: true, shape: 'diamond', size: 120, opacity: 1, stroke: theme.paper, strokeWidth: 1.2 },
    encoding: { x: pixels('x'), y: pixels('y'), fill: as('color') },
  };
  return {
    ...paperOf(theme),
    layer: [
      lines(['grid']),
      boxes(['band']),
      lines(['high'], { strokeWidth: 1.4, strokeCap: 'round' }),
      lines(['median'], { strokeWidth: 2.6, strokeCap: 'round' }),
      lines(['one'], { strokeWidth: 1.2, strokeDash: [4, 3] }),
      diamond,
      texts('axis', 'label', 'head'),
    ],
  };
}
