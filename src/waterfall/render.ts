import sharp from 'sharp';
import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { Drawing, Spec } from './drawing.ts';
import { FONT_FAMILIES, inkOf, type Weight, width } from './font-metrics.ts';
import { useOwnFonts } from './font-setup.ts';

/** Two device pixels a logical one: Slack's own retina pictures. SVG's inch is 72 px to librsvg. */
const SCALE = 2;
const DENSITY = 72 * SCALE;
/** Level 3 and 4 take 0.6 of the time of level 6 for 5 % more bytes. */
export const COMPRESSION = 4;

export type Png = { readonly png: Buffer; readonly width: number; readonly height: number };

/** Opaque: Slack puts white behind transparent pictures in some clients and dark in others. */
export async function pngOf(drawing: Drawing): Promise<Png> {
  const svg = await svgOf(drawing);
  const image = sharp(Buffer.from(svg), { density: DENSITY }).removeAlpha().png({ compressionLevel: COMPRESSION });
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  return { png: data, width: info.width, height: info.height };
}

/** A new view for each picture from the runtime that all pictures of a kind share: what one shows never reaches another. */
export async function svgOf({ sheet, spec, width: wide, height }: Drawing): Promise<string> {
  useOwnFonts();
  const view = new vega.View(runtimeOf(spec), { renderer: 'none', loader: refusing(), logger: throwing() });
  try {
    view.width(wide).height(height);
    for (const [name, values] of Object.entries(sheet)) view.data(name, [...values]);
    await view.runAsync();
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** By the text of the specification; there are as many as kinds of pictures times themes. */
const runtimes = new Map<string, vega.Runtime>();

/** Compiling and parsing take as long as the rest of the view together. */
function runtimeOf(spec: Spec): vega.Runtime {
  const key = JSON.stringify(spec);
  const known = runtimes.get(key);
  if (known) return known;
  measureWithOurFonts();
  // Spec is plain JSON; that it is a Vega-Lite specification is what the tests that draw it show.
  const compiled = compile(spec as unknown as TopLevelSpec, { logger: throwing() });
  const runtime = vega.parse(compiled.spec);
  runtimes.set(key, runtime);
  return runtime;
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
 * Otherwise what is wrong: a process that rendered text before us, or a worker thread, does not draw with our fonts.
 */
export async function fontFault(): Promise<string | undefined> {
  useOwnFonts();
  for (const [letter, weight] of SPECIMENS) {
    const drawn = await inkDrawn(letter, weight);
    const ink = inkOf(letter, SPECIMEN_SIZE, weight);
    if (ink === undefined) return `no font of ours has ${letter}`;
    const off = Math.max(Math.abs(drawn.wide - (ink.xMax - ink.xMin)), Math.abs(drawn.high - (ink.yMax - ink.yMin)));
    if (off > 2) return `${letter} in weight ${weight} is ${Math.round(off)} px off: fontconfig uses another font`;
  }
  return undefined;
}

async function inkDrawn(letter: string, weight: Weight): Promise<{ readonly wide: number; readonly high: number }> {
  const text = `<text x="50" y="130" font-family="${FONT_FAMILIES}" font-size="${SPECIMEN_SIZE}" font-weight="${weight}">${letter}</text>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="200"><rect width="200" height="200" fill="#fff"/>${text}</svg>`;
  const { info } = await sharp(Buffer.from(svg)).flatten().trim().toBuffer({ resolveWithObject: true });
  return { wide: info.width, high: info.height };
}
