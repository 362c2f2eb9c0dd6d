import type { Transaction } from '../trace/transaction.ts';
import type { Micros } from '../units.ts';
import type { Chip } from '../waterfall/naming.ts';
import { type Call, callsIn, type End, isService } from './calls.ts';
import type { Edge, Place, ServiceMap } from './service-map.ts';

/** The edges that transactions show. Their order does not matter. */
export function observe(transactions: readonly Transaction[]): ServiceMap {
  const services = new Set(transactions.flatMap(({ spans }) => spans.map(({ service }) => service)));
  const idOf = (end: End): string => placeId(end, services);
  const tallies = new Map<string, Tally>();
  const votes = new Map<string, Votes>();
  for (const call of transactions.flatMap(callsIn)) {
    for (const end of [call.to, ...(call.from ? [call.from] : [])]) vote(votes, idOf(end), end);
    const from = call.from && idOf(call.from);
    const to = idOf(call.to);
    const key = `${to}\u0000${from ?? ''}`;
    const tally = tallies.get(key) ?? { from, to, calls: [] };
    tally.calls.push(call);
    tallies.set(key, tally);
  }
  const ordered = [...tallies].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, tally]) => tally);
  return { places: placesOf(votes), edges: ordered.map(edgeOf), transactions: transactions.length };
}

/** What a call names is the service of that name where there is one; a table may be called like a service and is not one. */
function placeId(end: End, services: ReadonlySet<string>): string {
  if (isService(end)) return `service ${end.service}`;
  return MAY_BE_SERVICE.has(end.chip) && services.has(end.name) ? `service ${end.name}` : `${end.chip} ${end.name}`;
}

const MAY_BE_SERVICE: ReadonlySet<Chip> = new Set(['λ', 'API', 'SRV', 'HTTP', 'OUT', 'SFN']);

type Tally = { readonly from: string | undefined; readonly to: string; readonly calls: Call[] };

function edgeOf({ from, to, calls }: Tally): Edge {
  const took = calls.flatMap((call) => call.took ?? []).sort((a, b) => a - b);
  const most = (is: (call: Call) => boolean): boolean => calls.filter(is).length * 2 > calls.length;
  return {
    from,
    to,
    calls: calls.length,
    errors: calls.filter(({ failed }) => failed).length,
    origins: calls.filter(({ origin }) => origin).length,
    p50: quantile(took, 0.5),
    p95: quantile(took, 0.95),
    async: most((call) => call.async),
    inferred: most((call) => call.inferred),
  };
}

/** Nearest rank: always a duration that was seen. */
const quantile = (ordered: readonly Micros[], q: number): Micros | undefined =>
  ordered[Math.min(ordered.length - 1, Math.ceil(q * ordered.length) - 1)];

type Votes = { readonly name: string; readonly chips: Map<Chip, number> };

function vote(votes: Map<string, Votes>, id: string, end: End): void {
  const known = votes.get(id) ?? { name: isService(end) ? end.service : end.name, chips: new Map() };
  known.chips.set(end.chip, (known.chips.get(end.chip) ?? 0) + 1);
  votes.set(id, known);
}

const placesOf = (votes: ReadonlyMap<string, Votes>): readonly Place[] =>
  [...votes].map(([id, { name, chips }]) => ({ id, name, chip: tellingOf(chips) })).sort((a, b) => (a.id < b.id ? -1 : 1));

/** What a span does inside its service (calls, tries, waits) tells less of the service than how it takes its work. */
const VAGUE: ReadonlySet<Chip> = new Set(['fn', 'OUT', 'PUB', 'SUB', 'TRY', 'Q', 'SRV', 'HTTP']);

function tellingOf(chips: ReadonlyMap<Chip, number>): Chip {
  const rank = ([chip, count]: readonly [Chip, number]): number => count - (VAGUE.has(chip) ? 1e9 : 0);
  const [first] = [...chips].sort((a, b) => rank(b) - rank(a) || (a[0] < b[0] ? -1 : 1));
  return first?.[0] ?? 'fn';
}
