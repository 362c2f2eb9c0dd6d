import { createCanvas } from '@napi-rs/canvas';
import sharp from 'sharp';
import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { fontFault } from '../../src/waterfall/render.ts';

export type Point = {
  readonly design: string;
  readonly functions: number;
  readonly calls: number;
  readonly delayP95S: number;
  readonly usdAMonth: number;
};

/** More than it needs: what stays white is cut off. */
const [WIDE, HIGH] = [3_200, 900];
const COLOURS = ['#b42318', '#175cd3', '#0e7090'];

function bars(designs: readonly string[], { field, title, format }: Readonly<Record<'field' | 'title' | 'format', string>>) {
  const colour = {
    ...{ field: 'design', type: 'nominal', scale: { domain: designs, range: COLOURS }, title: null },
    legend: { orient: 'bottom', labelFontSize: 13, labelLimit: 300, symbolType: 'square' },
  };
  const x = { field: 'functions', type: 'ordinal', title: 'Lambda functions', axis: { labelAngle: 0, format: ',' } };
  const shared = { x, xOffset: { field: 'design', sort: designs }, color: colour };
  const y = { field, type: 'quantitative', title: null, axis: { grid: true, format: ',d' } };
  const labels = { type: 'text', dy: -8, fontSize: 12, fontWeight: 'bold' };
  return {
    ...{ title: { text: title, anchor: 'start', fontSize: 16, offset: 14 }, width: 360, height: 240 },
    layer: [
      { mark: { type: 'bar', cornerRadiusEnd: 2 }, encoding: { ...shared, y } },
      { mark: labels, encoding: { ...shared, y, text: { field, format } } },
    ],
  };
}

/** Pictures beside one another, drawn as our waterfalls are: Vega-Lite, our fonts, Skia. */
export async function plotted(points: readonly Point[], designs: readonly string[]): Promise<Buffer> {
  const fault = fontFault();
  if (fault !== undefined) throw new Error(fault);
  const spec = {
    ...{ background: '#ffffff', padding: 24, data: { values: points } },
    hconcat: [
      bars(designs, { field: 'calls', title: 'Read calls in an hour', format: ',.0f' }),
      bars(designs, {
        field: 'delayP95S',
        title: 'Seconds until a failure is seen, p95',
        format: ',.0f',
      }),
      bars(designs, { field: 'usdAMonth', title: 'US dollars a month for Lambda', format: '.2~f' }),
    ],
    spacing: 60,
    config: {
      font: 'Noto Sans',
      view: { stroke: null },
      axis: { labelFontSize: 12, titleFontSize: 13, titleFontWeight: 'normal' },
    },
  };
  // Plain JSON; whether it is a specification is seen when it is compiled.
  const view = new vega.View(vega.parse(compile(spec as unknown as TopLevelSpec).spec), { renderer: 'none' });
  const canvas = createCanvas(WIDE, HIGH);
  // The typings ask for a canvas of a browser; Vega draws on whatever has a context.
  await view.toCanvas(2, { externalContext: canvas.getContext('2d') });
  view.finalize();
  // In two steps: within one, sharp trims before it flattens.
  const white = await sharp(canvas.toBuffer('image/png')).flatten({ background: '#ffffff' }).png().toBuffer();
  const margin = { top: 40, bottom: 40, left: 40, right: 40, background: '#ffffff' };
  return await sharp(white).trim().extend(margin).png().toBuffer();
}
