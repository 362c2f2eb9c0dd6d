import type { Picture } from '../waterfall/picture.ts';
import { pngOf } from '../waterfall/render.ts';
import type { ThemeName } from '../waterfall/theme.ts';
import { mapAltText } from './map-drawn.ts';
import { mapLayout } from './map-layout.ts';
import type { MapScene } from './service-map.ts';

/** The service map as an opaque PNG, two device pixels a logical one; the same scene gives the same bytes. */
export async function drawMap(scene: MapScene, theme?: ThemeName): Promise<Picture> {
  return { ...(await pngOf(mapLayout(scene, theme))), altText: mapAltText(scene) };
}
