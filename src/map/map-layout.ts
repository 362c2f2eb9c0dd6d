import type { Drawing } from '../waterfall/drawing.ts';
import type { ThemeName } from '../waterfall/theme.ts';
import { mapPage } from './map-page.ts';
import type { MapSheet } from './map-sheet.ts';
import { mapSpec } from './map-spec.ts';
import { paintBoxes } from './paint-boxes.ts';
import { paintEdges } from './paint-edges.ts';
import { paintFooter, paintHeader } from './paint-words.ts';
import type { MapScene } from './service-map.ts';

export type MapLayout = Omit<Drawing, 'sheet'> & { readonly sheet: MapSheet };

export function mapLayout(scene: MapScene, theme: ThemeName = 'light'): MapLayout {
  const page = mapPage(scene, theme);
  const top = paintHeader(page) + 18;
  paintEdges(page, top);
  paintBoxes(page, top);
  const end = paintFooter(page, top + page.arranged.height + 26);
  return { spec: mapSpec(theme), sheet: page.sheet, width: page.width, height: Math.ceil(end + 13) };
}
