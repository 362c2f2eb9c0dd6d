import type { Picture } from '../../waterfall/picture.ts';
import { pngOf } from '../../waterfall/render.ts';
import type { ThemeName } from '../../waterfall/theme.ts';
import type { TrendScene } from './trend.ts';
import { trendAltText } from './trend-drawn.ts';
import { trendLayout } from './trend-layout.ts';

/** The trend as an opaque PNG, two device pixels a logical one; the same scene gives the same bytes. */
export async function drawTrend(scene: TrendScene, theme?: ThemeName): Promise<Picture> {
  return { ...(await pngOf(trendLayout(scene, theme))), altText: trendAltText(scene) };
}
