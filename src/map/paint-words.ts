import { fitInto, legible, width } from '../waterfall/font-metrics.ts';
import { words } from '../waterfall/page.ts';
import { inkOn } from '../waterfall/theme.ts';
import { MARGIN, type MapPage } from './map-page.ts';
import { failureSaid, foldSaid, mapFacts } from './words.ts';

const TITLE = 17;
const FACT = 11.5;
const FOOT = 10.5;

/** Status and where failures begin, or what the map is of; then how much it is of. Returns the y below. */
export function paintHeader(page: MapPage): number {
  const { sheet, theme, failing, scene } = page;
  const fill = failing ? theme.error : theme.ok;
  const status = failing ? 'ERROR' : 'OK';
  const pill = width(status, 12, 700) + 16;
  const y = 31;
  sheet.plate.push({ x: MARGIN, x2: MARGIN + pill, y: y - 16, y2: y + 4, fill, radius: 4 });
  sheet.head.push(words(status, MARGIN + pill / 2, y - 1.5, { size: 12, weight: 700, color: inkOn(fill), align: 'center' }));
  const x = MARGIN + pill + 9;
  const room = page.width - MARGIN - x;
  sheet.head.push(words(titleOf(page, room), x, y, { size: TITLE, weight: 700, color: failing ? theme.errorInk : theme.ink }));
  const facts = fitInto(mapFacts(scene).join(' · '), { room: page.width - 2 * MARGIN, size: FACT });
  sheet.head.push(words(facts, MARGIN, y + 20, { size: FACT, color: theme.quiet }));
  return y + 20;
}

const titled = (text: string): number => width(text, TITLE, 700);

/** Long names are cut, what they did is not. */
function titleOf({ failing, scene }: MapPage, room: number): string {
  if (!failing) return fitInto(legible(scene.about ?? 'Service map'), { room, size: TITLE, weight: 700, ellipsis: 'middle' });
  const { caller, callee, what } = failureSaid(failing, scene.map.places);
  const names = caller === undefined ? [callee] : [caller, callee];
  const left = room - titled(` ${what}`) - titled(' → ') * (names.length - 1);
  // A short name leaves its room to the other.
  const shortest = Math.min(...names.map(titled));
  const each = names.length === 1 ? left : Math.max(left / 2, left - shortest);
  const shown = names.map((name) =>
    fitInto(name, { room: titled(name) <= left / 2 ? left : each, size: TITLE, weight: 700, ellipsis: 'middle' }),
  );
  return `${shown.join(' → ')} ${what}`;
}

/** The signs that occur, and what is not drawn. Returns the y of its last line. */
export function paintFooter(page: MapPage, top: number): number {
  const { sheet, theme, folded, scene } = page;
  const style = { size: FOOT, color: theme.quiet };
  let x = MARGIN;
  let y = top;
  const said = (text: string, sample: number, draw: (x: number, y: number) => void): void => {
    const wide = sample + (sample > 0 ? 5 : 0) + width(text, FOOT);
    if (x > MARGIN && x + wide > page.width - MARGIN) {
      x = MARGIN;
      y += 16;
    }
    draw(x, y);
    sheet.foot.push(words(text, x + (sample > 0 ? sample + 5 : 0), y, style));
    x += wide + 16;
  };
  for (const { shown, text, sample, draw } of signs(page)) if (shown) said(text, sample, draw);
  const lines = scene.window === undefined ? 'calls' : 'calls/min';
  said(`in a box, a line for each caller${page.down ? ', from the left' : ''}: ${lines} · p95 · errors`, 0, () => undefined);
  const fold = foldSaid(folded.hiddenPlaces, folded.hiddenEdges, scene.map);
  if (fold !== '') said(fold, 0, () => undefined);
  return y;
}

type Sign = {
  readonly shown: boolean;
  readonly text: string;
  readonly sample: number;
  readonly draw: (x: number, y: number) => void;
};

function signs({ sheet, theme, failing }: MapPage): readonly Sign[] {
  const line = (layer: 'async' | 'guess') => (x: number, y: number) => {
    const point = { edge: layer === 'async' ? -1 : -2, color: theme.faint, width: 1.6, y: y - 3.5 };
    sheet[layer].push({ ...point, at: 0, x }, { ...point, at: 1, x: x + 22 });
  };
  return [
    { shown: sheet.async.length > 0, text: 'asynchronous', sample: 22, draw: line('async') },
    { shown: sheet.guess.length > 0, text: 'guessed', sample: 22, draw: line('guess') },
    {
      shown: failing !== undefined,
      text: 'failures begin here',
      sample: 11,
      draw: (x, y) => sheet.badge.push({ x: x + 5.5, y: y - 4, radius: 5.5 }),
    },
  ];
}
