import { micros, spelled } from '../units.ts';
import { legible } from '../waterfall/font-metrics.ts';
import { counted } from '../waterfall/scene.ts';
import { between, type Edge, failingEdge, type MapScene, type Place, share } from './service-map.ts';

/** Under this many calls a share says less than the counts. */
const FEW_CALLS = 20;

/** `42 · 1.41 s · 3 %` or `42 · wait 1.41 s`: how often, how long at worst usually (p95), how much of it fails. What is not known is left out. */
export const edgeLabel = (edge: Edge, window: MapScene['window']): string =>
  joined(
    rateSaid(edge, window),
    edge.p95 === undefined ? '' : `${edge.async ? 'wait ' : ''}${spelled(edge.p95)}`,
    errorsSaid(edge),
  );

/** The same with the unit of the rate, where no legend says it. */
export const edgeSentence = (edge: Edge, window: MapScene['window']): string =>
  window === undefined ? edgeLabel(edge, window) : edgeLabel(edge, window).replace(/^\S+/, '$&/min');

/** Where there is no room for all of it. */
export const shortLabel = (edge: Edge, window: MapScene['window']): string => joined(rateSaid(edge, window), errorsSaid(edge));

const joined = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join(' · ');

/** `3×`, or of a window the calls a minute of all traces in it, as far as those that were read speak for them. */
function rateSaid({ calls }: Pick<Edge, 'calls'>, window: MapScene['window']): string {
  if (window === undefined) return `${calls.toLocaleString('en-US')}×`;
  const perMinute = (calls * window.seen) / Math.max(1, window.read) / window.minutes;
  if (perMinute >= 9_950) return `${Math.round(perMinute / 1_000)}k`;
  if (perMinute >= 995) return `${(perMinute / 1_000).toFixed(1)}k`;
  if (perMinute >= 9.95) return `${Math.round(perMinute)}`;
  return `${Number(Math.max(0.1, perMinute).toFixed(1))}`;
}

function errorsSaid(edge: Edge): string {
  if (edge.errors === 0) return '';
  if (edge.calls === 1) return 'failed';
  return edge.calls < FEW_CALLS ? `${edge.errors} failed` : percent(edge);
}

const percent = (edge: Edge): string => {
  const hundredths = share(edge) * 100;
  return hundredths < 1 ? '<1 %' : `${Math.round(hundredths)} %`;
};

/** The failing edge as a sentence in pieces, so that long names can be cut and what counts cannot. */
export type Failure = { readonly caller: string | undefined; readonly callee: string; readonly what: string };

export function failureSaid(edge: Edge, places: readonly Place[]): Failure {
  const nameOf = (id: string): string => legible(places.find((place) => place.id === id)?.name ?? id);
  const thing = edge.from === undefined ? 'request' : 'call';
  return {
    caller: edge.from === undefined ? undefined : nameOf(edge.from),
    callee: nameOf(edge.to),
    what:
      edge.calls === 1
        ? 'failed'
        : `fails ${edge.calls < FEW_CALLS ? edge.errors.toLocaleString('en-US') : percent(edge)} of ${counted(edge.calls, thing)}`,
  };
}

/** What the map is of, most telling first. */
export function mapFacts({ map, window, about }: MapScene): readonly string[] {
  const size = `${map.places.length.toLocaleString('en-US')} services and resources, ${counted(between(map.edges).length, 'edge')}`;
  const shown = failingEdge(map.edges) === undefined ? [] : [about === undefined ? '' : legible(about)];
  return [...shown, ...windowSaid(window, map.transactions), size].filter((fact) => fact !== '');
}

function windowSaid(window: MapScene['window'], transactions: number): readonly string[] {
  if (window === undefined) return [counted(transactions, 'transaction')];
  const { minutes, read, seen } = window;
  const span = `last ${spelled(micros(minutes * 60_000_000))}`;
  if (read >= seen) return [span, counted(seen, 'trace')];
  return [span, `a sample of ${read.toLocaleString('en-US')} of ${counted(seen, 'trace')}, rates scaled up`];
}

/** The whole is what is drawn and what is not. */
export function foldSaid(hiddenPlaces: number, hiddenEdges: number, map: MapScene['map']): string {
  if (hiddenPlaces === 0) return '';
  const places = `${hiddenPlaces.toLocaleString('en-US')} of ${map.places.length.toLocaleString('en-US')}`;
  return `${places} not drawn, with ${hiddenEdges.toLocaleString('en-US')} of ${counted(between(map.edges).length, 'edge')}`;
}
