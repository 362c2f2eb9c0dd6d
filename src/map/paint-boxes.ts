import { width } from '../waterfall/font-metrics.ts';
import { words } from '../waterfall/page.ts';
import type { Words } from '../waterfall/sheet.ts';
import { inkOn, mixed, type Theme } from '../waterfall/theme.ts';
import { type BoxText, CHIP_SIZE, INSET, LABEL_SIZE, NAME_SIZE, nameBase, rowMiddle } from './boxes.ts';
import type { MapPage } from './map-page.ts';

const CHIP_HEIGHT = 13;

export function paintBoxes(page: MapPage, top: number): void {
  for (const [index, box] of [...page.boxes.values()].entries()) paintBox(page, { box, index, top });
}

type Placed = { readonly box: BoxText; readonly index: number; readonly top: number };
type Corner = { readonly x: number; readonly y: number };

function paintBox(page: MapPage, { box, index, top }: Placed): void {
  const spot = page.arranged.spots.get(box.place.id) ?? { x: 0, y: 0 };
  const corner = { x: page.left + spot.x - box.width / 2, y: top + spot.y - box.height / 2 };
  const failing = page.failing?.to === box.place.id;
  const { theme } = page;
  const focused = page.scene.focus === box.place.id;
  page.sheet.box.push({
    ...{ index, x: corner.x, x2: corner.x + box.width, y: corner.y, y2: corner.y + box.height, radius: 5 },
    fill: failing ? theme.errorPaper : mixed(theme.paper, theme.quiet, theme.name === 'dark' ? 0.07 : 0.015),
    stroke: failing ? theme.error : focused ? theme.ink : theme.guide,
    line: failing || focused ? 2 : 1.1,
  });
  paintName(page, box, { corner, failing });
  paintRows(page, box, { corner, failing });
}

type Style = { readonly corner: Corner; readonly failing: boolean };

function paintName({ sheet, theme }: MapPage, { place, chipWidth, name }: BoxText, { corner, failing }: Style): void {
  const x = corner.x + INSET;
  const y = corner.y + nameBase(0);
  const fill = failing ? theme.error : chipColour(place.chip, theme);
  sheet.plate.push({ x, x2: x + chipWidth, y: y - 10.3, y2: y - 10.3 + CHIP_HEIGHT, fill, radius: 2.5 });
  sheet.chipText.push(
    words(place.chip, x + chipWidth / 2, y - 0.9, { size: CHIP_SIZE, weight: 700, color: inkOn(fill), align: 'center' }),
  );
  const style = { size: NAME_SIZE, weight: 600, color: failing ? theme.errorInk : theme.ink } as const;
  name.forEach((line, n) => {
    sheet.name.push(words(line, n === 0 ? x + chipWidth + 5 : x, corner.y + nameBase(n), style));
  });
}

function paintRows({ sheet, theme, failing: worst }: MapPage, box: BoxText, { corner, failing }: Style): void {
  const said = (text: string, row: number, color: string, weight: 400 | 600): Words =>
    words(text, corner.x + INSET, corner.y + rowMiddle(box, row) + 3.8, { size: LABEL_SIZE, weight, color });
  const room = box.width - 2 * INSET;
  for (const [n, row] of box.rows.entries()) {
    const fails = row.failing || row.edges.some((edge) => edge === worst);
    const color = fails ? theme.errorInk : failing ? theme.ink : theme.quiet;
    const bold = fails && width(row.text, LABEL_SIZE, 600) <= room;
    sheet.label.push(said(row.text, n, color, bold ? 600 : 400));
  }
  if (box.more !== '') sheet.label.push(said(box.more, box.rows.length, theme.faint, 400));
}

/** By what a thing is, not by whose it is: there may be more places than colours, and there are few kinds. */
const COLOURS: Readonly<Record<string, string>> = {
  λ: '#2458E8',
  API: '#2F4A5C',
  SFN: '#3A93F2',
  DB: '#0E8A72',
  KV: '#0E8A72',
  S3: '#75301B',
  SQS: '#D07A12',
  SNS: '#D07A12',
  EB: '#D07A12',
  KDS: '#D07A12',
  KDF: '#D07A12',
  MQ: '#D07A12',
  HTTP: '#8F35B5',
};
const OTHER = '#66748A';

const chipColour = (chip: string, theme: Theme): string => {
  const colour = COLOURS[chip] ?? OTHER;
  return theme.name === 'dark' ? mixed(colour, '#FFFFFF', 0.18) : colour;
};
