import './no-system-fonts.ts';
import { fileURLToPath } from 'node:url';
import { type Canvas, createCanvas, GlobalFonts } from '@napi-rs/canvas';
import sharp from 'sharp';
import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { Drawing, Spec } from './drawing.ts';
import { FONT_FAMILIES, FONTS, inkOf, type Weight, width } from './font-metrics.ts';

/** Two device pixels a logical one: Slack's own retina pictures. */
const SCALE = 2;
/** Level 4 takes 0.7 of the time of level 6 for 4 % more bytes. */
export const COMPRESSION = 4;

/** A picture is packed by one thread: more of them take turns on its rows and finish no sooner. */
sharp.concurrency(1);

export type Png = { readonly png: Buffer; readonly width: number; readonly height: number };

/**
 * Vega's scene, painted by Skia and packed by sharp: with librsvg the whole picture takes twice as long or more (bench:render),
 * most of it for text.
 * Opaque: Slack puts white behind transparent pictures in some clients and dark in others.
 */
export async function pngOf(drawing: Drawing): Promise<Png> {
  const canvas = canvasOf(drawing);
  // The typings ask for a canvas of a browser; Vega draws on whatever has a context.
  await inView(drawing, (view) => view.toCanvas(SCALE, { externalContext: canvas.getContext('2d') }));
  return await packed(canvas);
}

/** A new view for each picture from the runtime that all pictures of a kind share: what one shows never reaches another. */
export async function inView<T>({ spec, sheet, width: wide, height }: Drawing, use: (view: vega.View) => Promise<T>): Promise<T> {
  const { runtime, layers } = compiled(spec);
  const view = new vega.View(runtime, { renderer: 'none', loader: refusing(), logger: throwing() });
  try {
    view.width(wide).height(height);
    for (const layer of layers)
      view.data(
        layer,
        layer.split(' ').flatMap((part) => sheet[part] ?? []),
      );
    await view.runAsync();
    return await use(view);
  } finally {
    view.finalize();
  }
}

function canvasOf({ width: wide, height }: Pick<Drawing, 'width' | 'height'>): Canvas {
  useOwnFonts();
  const canvas = createCanvas(wide * SCALE, height * SCALE);
  // 'inherit', the default, shapes text by the language of the machine.
  canvas.getContext('2d').lang = 'en';
  return canvas;
}

async function packed(canvas: Canvas): Promise<Png> {
  const { width: wide, height } = canvas;
  const pixels = canvas.data();
  // Left to the garbage collector, canvases make it run ten times as often.
  canvas.width = 1;
  canvas.height = 1;
  const image = sharp(pixels, { raw: { width: wide, height, channels: 4 } }).removeAlpha();
  return { png: await image.png({ compressionLevel: COMPRESSION }).toBuffer(), width: wide, height };
}

/**
 * Under a name of their own, so that no font of the machine is ever asked; Skia then draws the same on every machine. Its fonts are
 * the process's, whichever thread registers them.
 */
function useOwnFonts(): void {
  for (const { family, files } of FONTS) {
    if (GlobalFonts.has(family)) continue;
    for (const file of files) {
      if (GlobalFonts.registerFromPath(fileURLToPath(file), family) === null) throw new Error(`no font in ${file}`);
    }
  }
}

type Compiled = { readonly runtime: vega.Runtime; readonly layers: readonly string[] };

/** By the text of the specification; there are as many as kinds of pictures times themes. */
const known = new Map<string, Compiled>();

/** Compiling and parsing take as long as the rest of the view together. */
function compiled(spec: Spec): Compiled {
  const key = JSON.stringify(spec);
  const before = known.get(key);
  if (before) return before;
  measureWithOurFonts();
  // Spec is plain JSON; that it is a Vega-Lite specification is what the tests that draw it show.
  const vegaSpec = compile(spec as unknown as TopLevelSpec, { logger: throwing() }).spec;
  const now = { runtime: vega.parse(vegaSpec), layers: (vegaSpec.data ?? []).map(({ name }) => name) };
  known.set(key, now);
  return now;
}

/**
 * Without a canvas Vega takes every letter for 0.8 em wide, and with one it asks whatever fonts that has. This is its hook for
 * measuring otherwise (vega#3792); the typings leave it out.
 */
function measureWithOurFonts(): void {
  // vega re-exports vega-scenegraph's textMetrics, whose functions are made to be replaced.
  const { textMetrics } = vega as unknown as { textMetrics: { width(item: TextItem, text: unknown): number } };
  textMetrics.width = ({ fontSize = 11, fontWeight }, text) => width(String(text ?? ''), fontSize, weightOf(fontWeight));
}

type TextItem = { readonly fontSize?: number; readonly fontWeight?: number | string };

const weightOf = (weight: number | string | undefined): Weight => {
  const heavy = weight === 'bold' ? 700 : Number(weight);
  if (heavy >= 700) return 700;
  return heavy >= 600 ? 600 : 400;
};

/** A picture loads nothing: not data, not images, not links, whatever a name may look like. */
function refusing(): vega.Loader {
  const refuse = (uri: string): Promise<never> => Promise.reject(new Error(`a picture loads nothing, not ${uri}`));
  return { load: refuse, sanitize: refuse, http: refuse, file: refuse };
}

/** What Vega would print, we want to know. */
function throwing(): vega.LoggerInterface {
  const fail = (...said: readonly unknown[]): never => {
    throw new Error(`vega: ${said.join(' ')}`);
  };
  const logger: vega.LoggerInterface = {
    level: ((level?: number) => (level === undefined ? vega.Warn : logger)) as vega.LoggerInterface['level'],
    error: fail,
    warn: fail,
    info: () => logger,
    debug: () => logger,
  };
  return logger;
}

/** Letters of every face, big enough to be measured: two pixels off is another font. */
const SPECIMENS: readonly (readonly [letter: string, weight: Weight])[] = [
  ['Ω', 400],
  ['W', 600],
  ['Я', 700],
  ['注', 400],
];
const SPECIMEN_SIZE = 100;

/**
 * Draws a letter of every face and compares its ink with what the font file says. undefined: pictures will look as they should.
 * Otherwise what is wrong: a font that cannot be read, or FreeType told by the environment to draw otherwise.
 */
export function fontFault(): string | undefined {
  for (const [letter, weight] of SPECIMENS) {
    const ink = inkOf(letter, SPECIMEN_SIZE, weight);
    if (ink === undefined) return `no font of ours has ${letter}`;
    const drawn = inkDrawn(letter, weight);
    const off = Math.max(Math.abs(drawn.wide - (ink.xMax - ink.xMin)), Math.abs(drawn.high - (ink.yMax - ink.yMin)));
    if (off > 2) return `${letter} in weight ${weight} is ${Math.round(off)} px off: another font was drawn`;
  }
  return undefined;
}

/** In device pixels, of which the specimen has as many as its size says. */
function inkDrawn(letter: string, weight: Weight): { readonly wide: number; readonly high: number } {
  const canvas = canvasOf({ width: SPECIMEN_SIZE, height: SPECIMEN_SIZE });
  const context = canvas.getContext('2d');
  context.font = `${weight} ${SPECIMEN_SIZE}px ${FONT_FAMILIES}`;
  context.fillText(letter, SPECIMEN_SIZE / 2, SPECIMEN_SIZE * 1.3);
  const inked = [...canvas.data()].flatMap((alpha, i) => (i % 4 === 3 && alpha > 127 ? [(i - 3) / 4] : []));
  const extent = (places: readonly number[]): number => Math.max(...places) - Math.min(...places) + 1;
  return {
    wide: extent(inked.map((at) => at % canvas.width)),
    high: extent(inked.map((at) => Math.floor(at / canvas.width))),
  };
}
