import { nameOf } from './naming.ts';
import { type PathPiece, waitBefore } from './pieces.ts';
import { isDeepest, type Stretch } from './timeline.ts';

/** A stretch of the critical path as the ribbon shows it: who is on the clock. */
export type Stint = Stretch & {
  readonly piece: PathPiece;
  readonly key: string;
  readonly name: string;
  /** Of the time axis; 0 to 1. */
  readonly share: number;
};

/** Narrower than this no colour can be told; within it the longest wins. */
const SLOT_PX = 3;
/** Neighbours of one service where either is narrower become one. */
const NARROW_PX = 7;

/** Who is on the clock when, for a ribbon so many px wide. */
export function stints(path: readonly PathPiece[], length: number, px: number): readonly Stint[] {
  const pathEnd = path.reduce((latest, { end }) => Math.max(latest, end), 0);
  const count = Math.max(1, Math.round(px / SLOT_PX));
  const slot = length / count;
  const result: Stint[] = [];
  for (const [i, piece] of longestBySlot(path, count, slot).entries()) {
    if (piece === undefined) continue;
    const key = keyOf(piece);
    const start = snapped(i * slot, piece.start, slot);
    const end = Math.min((i + 1) * slot, pathEnd);
    const last = result.at(-1);
    const adjoins = last !== undefined && last.end > (i - 0.5) * slot;
    if (adjoins) result[result.length - 1] = { ...last, end: last.key === key ? end : start };
    if (!adjoins || last.key !== key) result.push({ start, end, piece, key, name: pieceName(piece), share: 0 });
  }
  return withShares(withoutSlivers(result, (NARROW_PX / px) * length), totalsOf(path, keyOf), length);
}

/** What stands for everything of its name tells the share of all of it, what is one of several its own. */
function withShares(all: readonly Stint[], totals: ReadonlyMap<string, number>, length: number): readonly Stint[] {
  return all.map((stint) => {
    const alone = all.every((other) => other === stint || other.key !== stint.key);
    const time = alone ? (totals.get(stint.key) ?? 0) : stint.end - stint.start;
    return { ...stint, share: time / length };
  });
}

/** µs of the path by whatever a piece is called. */
export function totalsOf(path: readonly PathPiece[], nameOfPiece: (piece: PathPiece) => string): ReadonlyMap<string, number> {
  const totals = new Map<string, number>();
  for (const piece of path) {
    const name = nameOfPiece(piece);
    totals.set(name, (totals.get(name) ?? 0) + piece.end - piece.start);
  }
  return totals;
}

/** The true edge where it lies in the slot or the next; else the slot's. */
const snapped = (edge: number, real: number, slot: number): number => (Math.abs(real - edge) <= slot ? real : edge);

/** What of the path is one thing to a reader: the same wait, the same cold start, the same operation of a service. */
function keyOf(piece: PathPiece): string {
  const { service } = piece.knot.span;
  return [piece.what, service, pieceName(piece), isDeepest(piece.knot) ? 'failed' : ''].join('\u0001');
}

export function pieceName({ knot, what, why }: PathPiece): string {
  if (what === 'cold') return 'cold start';
  if (what === 'gap') return 'gap';
  if (why === 'retry') return 'back-off';
  if (why === 'state') return 'state wait';
  if (what === 'wait') return waitBefore(knot);
  const { service, operation } = nameOf(knot.span);
  return operation === '' ? service : operation;
}

function longestBySlot(path: readonly PathPiece[], count: number, slot: number): readonly (PathPiece | undefined)[] {
  const slots = Array.from({ length: count }, () => new Map<string, { piece: PathPiece; time: number }>());
  for (const piece of path) {
    const last = Math.min(count - 1, Math.ceil(piece.end / slot) - 1);
    for (let i = Math.max(0, Math.floor(piece.start / slot)); i <= last; i += 1) {
      const time = Math.min(piece.end, (i + 1) * slot) - Math.max(piece.start, i * slot);
      const key = keyOf(piece);
      const known = slots[i]?.get(key);
      if (known) known.time += time;
      else slots[i]?.set(key, { piece, time });
    }
  }
  return slots.map((candidates) => [...candidates.values()].sort((a, b) => b.time - a.time)[0]?.piece);
}

function withoutSlivers(all: readonly Stint[], narrow: number): readonly Stint[] {
  const result: Stint[] = [];
  for (const stint of all) {
    const last = result.at(-1);
    if (last === undefined || !canMerge(last, stint, narrow)) {
      result.push(stint);
      continue;
    }
    const longer = stint.end - stint.start > last.end - last.start ? stint : last;
    result[result.length - 1] = { ...longer, start: last.start, end: stint.end };
  }
  return result;
}

function canMerge(a: Stint, b: Stint, narrow: number): boolean {
  const plain = [a, b].every(({ piece }) => piece.what === 'work' && !isDeepest(piece.knot));
  return plain && a.piece.knot.span.service === b.piece.knot.span.service && Math.min(a.end - a.start, b.end - b.start) < narrow;
}
