import { THEMES, type Theme, type ThemeName } from '../waterfall/theme.ts';
import { type Arranged, arrange } from './arrange.ts';
import { type BoxText, boxText, ordered } from './boxes.ts';
import { type Folded, fold } from './fold.ts';
import { blankMap, type MapSheet } from './map-sheet.ts';
import { type Edge, failingEdge, type MapScene } from './service-map.ts';

export const MARGIN = 14;
/** As the waterfall's: at 360 px the names are still 7 px high. A map of many columns is wider, since no box may be narrower. */
const LEAST_PAGE = 600;
/** At 360 px the names of a page so wide are 6 px high, and a page so high fills the phone. */
const WIDEST = 720;
const HIGHEST = 800;
/** Tried in turn. So few can always be told apart. */
const MOST_PLACES = [24, 18, 15];
const LEAST_PLACES = 12;
const LEAST_BOX = 114;
const MOST_BOX = 152;
const LEAST_GAP = 24;
const MOST_GAP = 64;
/** A map of more columns is drawn from the top down: in one line its names would be 5 px high at 360 px. */
const MOST_COLUMNS = 6;
const DOWN_BOX = 168;
const DOWN_GAP = 26;

/** Everything a part of the map needs to draw itself. */
export type MapPage = {
  readonly sheet: MapSheet;
  readonly scene: MapScene;
  readonly theme: Theme;
  readonly folded: Folded;
  /** Where failures begin. */
  readonly failing: Edge | undefined;
  readonly boxes: ReadonlyMap<string, BoxText>;
  readonly arranged: Arranged;
  readonly boxWidth: number;
  readonly width: number;
  /** From the top down, not from left to right. */
  readonly down: boolean;
  /** Of the arranged boxes' left edge. */
  readonly left: number;
};

export function mapPage(scene: MapScene, theme: ThemeName): MapPage {
  const { folded, frame, boxes, arranged } = sketchOf(scene);
  const sorted = new Map([...boxes].map(([id, box]) => [id, ordered(box, (edge) => arrivalPlace(edge, arranged, frame.down))]));
  const width = Math.max(LEAST_PAGE, Math.ceil(arranged.width) + 2 * MARGIN);
  return {
    ...{
      sheet: blankMap(),
      scene,
      theme: THEMES[theme],
      folded,
      failing: failingEdge(folded.edges),
      boxes: sorted,
      arranged,
      boxWidth: frame.boxWidth,
      down: frame.down,
      width,
    },
    left: (width - arranged.width) / 2,
  };
}

type Sketch = Pick<MapPage, 'folded' | 'boxes' | 'arranged'> & { readonly frame: Frame };

/** As many places as a phone can show: of a map that is too wide or too high for it, the neighbourhood of what fails. */
function sketchOf(scene: MapScene): Sketch {
  for (const most of MOST_PLACES) {
    const sketch = sketchWith(scene, most);
    if (sketch.arranged.width <= WIDEST && sketch.arranged.height <= HIGHEST) return sketch;
  }
  return sketchWith(scene, LEAST_PLACES);
}

function sketchWith(scene: MapScene, most: number): Sketch {
  const folded = fold(scene, most);
  const at = ({ boxWidth, gap, down }: Frame): Pick<MapPage, 'boxes' | 'arranged'> => {
    const boxes = new Map(folded.places.map((place) => [place.id, boxText(place, folded, { boxWidth, window: scene.window })]));
    return { boxes, arranged: arrange({ sizes: boxes, edges: folded.edges, gap, down }) };
  };
  const frame = frameFor(at(NARROW).arranged.columns);
  return { folded, frame, ...at(frame) };
}

/** Where an edge is, across, when it comes to its callee; from outside, before all others. */
function arrivalPlace(edge: Edge, { spots, lanes }: Arranged, down: boolean): number {
  const last = lanes.get(edge)?.at(-1) ?? spots.get(edge.from ?? '');
  return (down ? last?.x : last?.y) ?? Number.NEGATIVE_INFINITY;
}

type Frame = Pick<MapPage, 'boxWidth' | 'down'> & { readonly gap: number };

const NARROW: Frame = { boxWidth: LEAST_BOX, gap: LEAST_GAP, down: false };

/** Wider boxes first, then wider gaps, while a page of the least width has room for them. */
function frameFor(columns: number): Frame {
  if (columns > MOST_COLUMNS) return { boxWidth: DOWN_BOX, gap: DOWN_GAP, down: true };
  const room = LEAST_PAGE - 2 * MARGIN;
  const share = Math.floor((room - (columns - 1) * LEAST_GAP) / columns);
  const boxWidth = Math.max(LEAST_BOX, Math.min(MOST_BOX, share));
  const gap = columns < 2 ? LEAST_GAP : Math.floor((room - columns * boxWidth) / (columns - 1));
  return { boxWidth, gap: Math.max(LEAST_GAP, Math.min(MOST_GAP, gap)), down: false };
}
