import { FONT_FAMILIES } from '../../src/waterfall/font-metrics.ts';
import { pngOf } from '../../src/waterfall/render.ts';
import type { Result } from './timing.ts';

/** The table as a picture, by the pipeline that it is about: milliseconds on a logarithmic axis. */
export async function plotOf(results: readonly Result[], title: string): Promise<Buffer> {
  const text = { font: FONT_FAMILIES, fontSize: 12 };
  const axis = {
    labelFont: FONT_FAMILIES,
    labelFontSize: 12,
    labelLimit: 400,
    titleFont: FONT_FAMILIES,
    domain: false,
    ticks: false,
  };
  const rows = {
    field: 'name',
    type: 'nominal',
    sort: null,
    axis: { ...axis, title: null },
    scale: { range: [0, results.length * 28] },
  };
  // The picture's size is not the plot's: the rest is for names and numbers.
  const scale = { type: 'log', domain: [1, 5_000], range: [0, 380] };
  const height = results.length * 28;
  const spec = {
    background: '#FFFFFF',
    width: 1,
    height: 1,
    padding: { left: 240, top: 44, right: 0, bottom: 0 },
    autosize: 'none',
    title: { text: title, font: FONT_FAMILIES, fontSize: 14, anchor: 'start', frame: 'bounds' },
    data: { name: 'results' },
    config: { view: { stroke: null } },
    encoding: { y: rows, x: { field: 'ms', type: 'quantitative', scale, axis: null } },
    layer: [
      {
        mark: { type: 'bar', height: 18 },
        encoding: { color: { field: 'color', type: 'nominal', scale: null }, x2: { datum: 1 } },
      },
      { mark: { type: 'text', align: 'left', dx: 5, ...text }, encoding: { text: { field: 'said', type: 'nominal' } } },
    ],
  };
  const floor = results[0]?.ms ?? Number.NaN;
  const values = results.map(({ name, ms }, i) => ({
    ...{ name, ms, color: i === 1 ? '#2458E8' : '#C3CAD5' },
    said: `${ms.toFixed(0)} ms, ${(ms / floor).toFixed(1)}×`,
  }));
  const { png } = await pngOf({ spec, sheet: { results: values }, width: 760, height: height + 60 });
  return png;
}
