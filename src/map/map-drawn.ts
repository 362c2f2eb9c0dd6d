import { clean, shortened } from '../waterfall/text.ts';
import { fold } from './fold.ts';
import { type Edge, failingEdge, type MapScene, type Place } from './service-map.ts';
import { edgeSentence, failureSaid, foldSaid, mapFacts } from './words.ts';

/** As many as a code block shows without scrolling. */
const MOST_PLACES = 40;
const COLUMNS = 100;
/** One hostile name must not push out what follows it. */
const NAME_CHARACTERS = 48;

/**
 * The map in characters: each place with what it calls, entries first, and each call under its caller.
 *
 * ```
 * API shop-api        entry 42/min · 1.50 s
 *   ├→ λ checkout     42/min · 1.41 s
 *   ╰⇢ SQS orders     41/min · 31 ms
 * ```
 */
export function mapDrawn(scene: MapScene, columns: number = COLUMNS): string {
  const folded = fold(scene, MOST_PLACES);
  const names = new Map(folded.places.map((place) => [place.id, nameOf(place)]));
  const failing = failingEdge(folded.edges);
  const lines = folded.places.flatMap(({ id }) => placeLines(id, folded.edges, { names, failing, window: scene.window }));
  const nameCells = lines.reduce((most, { left }) => Math.max(most, [...left].length), 0);
  const drawing = lines.map(({ left, right }) => `${left.padEnd(nameCells)}  ${right}`.trimEnd());
  const said = foldSaid(folded.hiddenPlaces, folded.hiddenEdges, scene.map);
  const cut = (line: string): string => shortened(line, columns, (some) => [...some].length);
  return [mapHeadline(scene), mapFacts(scene).map(clean).join(' · '), ...drawing, ...(said === '' ? [] : [`(${said})`])]
    .map(cut)
    .join('\n');
}

type Line = { readonly left: string; readonly right: string };
type Words = {
  readonly names: ReadonlyMap<string, string>;
  readonly failing: Edge | undefined;
  readonly window: MapScene['window'];
};

/** A place that calls nothing and is entered by nobody stands only where it is called. */
function placeLines(id: string, edges: readonly Edge[], { names, failing, window }: Words): readonly Line[] {
  const entry = edges.find(({ from, to }) => from === undefined && to === id);
  const calls = edges.filter(({ from }) => from === id);
  if (entry === undefined && calls.length === 0) return [];
  const says = (edge: Edge): string => `${edgeSentence(edge, window)}${edge === failing ? '  ✕ failures begin here' : ''}`;
  const lines = calls.map((edge, index) => {
    const joint = index === calls.length - 1 ? '╰' : '├';
    const guess = edge.inferred ? '?' : '';
    return { left: `  ${joint}${edge.async ? '⇢' : '→'} ${names.get(edge.to) ?? ''}${guess}`, right: says(edge) };
  });
  return [{ left: names.get(id) ?? '', right: entry === undefined ? '' : `entry ${says(entry)}` }, ...lines];
}

const nameOf = ({ chip, name }: Place): string => `${chip} ${shortName(name)}`;
const shortName = (name: string): string => shortened(clean(name), NAME_CHARACTERS, (some) => some.length, 'middle');

/** What fails, or what it is a map of. */
export function mapHeadline({ map, about }: MapScene): string {
  const failing = failingEdge(map.edges);
  if (!failing) return `Service map${about === undefined ? '' : ` of ${shortName(about)}`}: nothing fails`;
  const { caller, callee, what } = failureSaid(failing, map.places);
  return `${caller === undefined ? '' : `${shortName(caller)} → `}${shortName(callee)} ${what}`;
}

/** files.getUploadURLExternal refuses a longer one (`alt_txt_too_large`). https://docs.slack.dev/reference/methods/files.getUploadURLExternal */
const ALT_CHARACTERS = 1_000;

/** The map in words for those who cannot see it: what fails first, then the edges that fail, then those most used. */
export function mapAltText(scene: MapScene): string {
  const folded = fold(scene, MOST_PLACES);
  const names = new Map(folded.places.map((place) => [place.id, shortName(place.name)]));
  const telling = folded.edges
    .filter(({ from }) => from !== undefined)
    .toSorted((a, b) => b.origins - a.origins || b.errors - a.errors || b.calls - a.calls);
  const edges = telling.map((edge) => {
    const way = `${names.get(edge.from ?? '')} ${edge.async ? '⇢' : '→'} ${names.get(edge.to)}`;
    return `${way}: ${edgeSentence(edge, scene.window)}`;
  });
  const sentences = [mapHeadline(scene), mapFacts(scene).map(clean).join(', '), ...edges];
  return shortened(`${sentences.join('. ')}.`, ALT_CHARACTERS, (some) => some.length);
}
