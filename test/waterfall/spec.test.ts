import { expect, test } from 'vitest';
import { mapLayout } from '../../src/map/map-layout.ts';
import { trendLayout } from '../../src/map/trend/trend-layout.ts';
import type { Drawing } from '../../src/waterfall/drawing.ts';
import { layoutOf } from '../../src/waterfall/layout.ts';
import { shopScene, trend } from '../map/maps.ts';
import { checkout } from './examples.ts';

const DRAWINGS: Readonly<Record<string, Drawing>> = {
  waterfall: layoutOf(checkout),
  map: mapLayout(shopScene()),
  trend: trendLayout(trend()),
};

/** Of the specification's layers, as JSON would tell. */
const partsDrawn = ({ spec }: Drawing): readonly string[] =>
  [...JSON.stringify(spec).matchAll(/"data":\{"name":"([^"]*)"\}/g)].flatMap(([, name = '']) => name.split(' '));

test.each(Object.entries(DRAWINGS))('every part of a %s is drawn, and nothing else is asked for', (_, drawing) => {
  expect([...new Set(partsDrawn(drawing))].sort()).toEqual(Object.keys(drawing.sheet).sort());
});
