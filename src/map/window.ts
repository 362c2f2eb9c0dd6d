import type { Transaction } from '../trace/transaction.ts';
import { observe } from './observe.ts';
import type { MapScene } from './service-map.ts';

/** The map of what happened in a window, or of the transactions in which a service took part; undefined: none did. */
export function serviceMapOf(
  transactions: readonly Transaction[],
  window: NonNullable<MapScene['window']>,
  service: string | undefined,
): MapScene | undefined {
  const wanted = service?.toLowerCase();
  const isWanted = (name: string): boolean => name.toLowerCase() === wanted;
  const kept =
    wanted === undefined ? transactions : transactions.filter(({ spans }) => spans.some((span) => isWanted(span.service)));
  if (kept.length === 0) return undefined;
  const map = observe(kept);
  const focus = map.places.find(({ id, name }) => id.startsWith('service ') && isWanted(name));
  return { map, window, about: focus?.name, focus: focus?.id };
}
