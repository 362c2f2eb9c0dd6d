import type { Spec } from './drawing.ts';
import { FONT_FAMILIES } from './font-metrics.ts';
import { THEMES, type Theme, type ThemeName } from './theme.ts';

/**
 * What a layer draws: parts of the sheet, in order, filled in for every picture anew; a specification holds no word of anybody's data.
 * Every layer costs each picture some twenty operators of Vega's, empty or not: what may share one does.
 */
export const from = (...parts: readonly string[]): Spec => ({ data: { name: parts.join(' ') } });

/** The sheet is in pixels already, so nothing is scaled and no axis is drawn. */
export const pixels = (field: string): Spec => ({ field, type: 'quantitative', scale: null, axis: null });
export const as = (field: string): Spec => ({ field, type: 'nominal', scale: null });
export const each = (expr: string): Spec => ({ expr: `datum.${expr}` });

const SIDES: Spec = { x: pixels('x'), x2: { field: 'x2' }, y: pixels('y'), y2: { field: 'y2' } };

export const boxes = (parts: readonly string[], mark: Spec = {}): Spec => ({
  ...from(...parts),
  mark: { type: 'rect', cornerRadius: each('radius'), ...mark },
  encoding: { ...SIDES, fill: as('fill') },
});

export const lines = (parts: readonly string[], mark: Spec = {}): Spec => ({
  ...from(...parts),
  mark: { type: 'rule', strokeWidth: 1, ...mark },
  encoding: { ...SIDES, color: as('color') },
});

export const texts = (...parts: readonly string[]): Spec => ({
  ...from(...parts),
  mark: {
    type: 'text',
    baseline: 'alphabetic',
    font: FONT_FAMILIES,
    fontSize: each('size'),
    fontWeight: each('weight'),
    align: each('align'),
  },
  encoding: { x: pixels('x'), y: pixels('y'), text: { field: 'text', type: 'nominal' }, color: as('color') },
});

const events = (theme: Theme): Spec => ({
  ...from('event'),
  mark: { type: 'point', filled: true, shape: 'triangle-down', size: 26, opacity: 1, stroke: theme.paper, strokeWidth: 0.6 },
  encoding: { x: pixels('x'), y: pixels('y'), fill: as('color') },
});

const BADGE_PLACE: Spec = { x: pixels('x'), y: pixels('y') };

export const badges = (theme: Theme): readonly Spec[] => [
  {
    ...from('badge'),
    mark: {
      type: 'point',
      filled: true,
      shape: 'circle',
      fill: theme.error,
      stroke: theme.paper,
      strokeWidth: 1.2,
      size: { expr: 'PI * datum.radius * datum.radius' },
      opacity: 1,
    },
    encoding: BADGE_PLACE,
  },
  {
    ...from('badge'),
    mark: {
      type: 'point',
      filled: false,
      shape: 'M-1,-1L1,1M1,-1L-1,1',
      stroke: theme.name === 'dark' ? theme.paper : '#FFFFFF',
      strokeWidth: 1.7,
      // A symbol of size s is √s wide; the arms reach 38 % of the disc's radius.
      size: { expr: '4 * 0.1444 * datum.radius * datum.radius' },
      opacity: 1,
    },
    encoding: BADGE_PLACE,
  },
];

/** One view in pixels; what is missing are its layers, from the paper up. */
export const paperOf = (theme: Theme): Spec => ({
  $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
  background: theme.paper,
  padding: 0,
  autosize: 'none',
  width: 1,
  height: 1,
  config: { aria: false, view: { stroke: null }, font: FONT_FAMILIES },
});

export function specOf(name: ThemeName): Spec {
  const theme = THEMES[name];
  return {
    ...paperOf(theme),
    layer: [
      boxes(['band']),
      lines(['grid', 'guide']),
      lines(['doubt'], { strokeDash: [2, 2] }),
      boxes(['plate', 'chip', 'folded']),
      boxes(['wait'], { stroke: theme.wait, strokeWidth: 0.8, strokeDash: [3, 2.5] }),
      boxes(['ribbon', 'bar']),
      lines(['hatch'], { strokeWidth: 1.6 }),
      boxes(['tag', 'path']),
      lines(['handOver'], { strokeDash: [1.5, 1.5] }),
      events(theme),
      ...badges(theme),
      texts('axis', 'chipText', 'label', 'duration', 'note', 'ribbonText', 'errorText', 'head', 'legend', 'foot'),
    ],
  };
}
