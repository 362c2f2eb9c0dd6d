import { altText } from './drawn.ts';
import { layoutOf, type Options } from './layout.ts';
import type { Picture } from './picture.ts';
import { pngOf } from './render.ts';
import type { Scene } from './scene.ts';

export type { Scene } from './scene.ts';

/**
 * The waterfall as an opaque PNG, two device pixels a logical one; the same scene gives the same bytes. Throws when the
 * rasteriser fails, which no text and no time can make it do.
 */
export async function drawWaterfall(scene: Scene, options: Options = {}): Promise<Picture> {
  return { ...(await pngOf(layoutOf(scene, options))), altText: altText(scene) };
}
