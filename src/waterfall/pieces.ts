import { isStarting } from '../trace/category.ts';
import type { Section } from '../trace/transaction.ts';
import { chipOf, waitName } from './naming.ts';
import type { Knot, Stretch, Timeline } from './timeline.ts';

/** A piece of the critical path as it is drawn. */
export type PathPiece = Stretch & {
  readonly knot: Knot;
  readonly what: Section['what'] | 'cold';
  /** Of a wait, where the analysis says. */
  readonly why?: Section['why'];
  /** undefined: neither its span nor an ancestor has a row. */
  readonly row: number | undefined;
};

/** In order. A span whose row is folded away is drawn in the row that stands for it. A cold start begins with its container, as in the diagnosis. */
export function piecesOf(timeline: Timeline, rowOfKnot: ReadonlyMap<Knot, number | undefined>): readonly PathPiece[] {
  const pieces = timeline.knots.flatMap((knot) =>
    knot.sections.flatMap((section): readonly PathPiece[] => {
      // Nothing to be seen, and its row may begin elsewhere.
      if (section.end <= section.start) return [];
      const at = { start: section.start - timeline.from, end: section.end - timeline.from };
      const place = { knot, row: rowOfKnot.get(knot) };
      if (section.what !== 'work') return [{ ...at, ...place, what: section.what, why: section.why }];
      if (knot.queueLike) return [{ ...at, ...place, what: 'wait' }];
      return coldApart(at, knot.cold).map((part) => ({ ...part, ...place }));
    }),
  );
  pieces.sort((a, b) => a.start - b.start || a.end - b.end);
  return pieces.map((piece, i) => {
    const isCold = piece.what === 'work' && isStarting({ node: piece.knot, next: pieces[i + 1]?.knot });
    return isCold ? { ...piece, what: 'cold' } : piece;
  });
}

/** Splits a piece of work where it lies in the cold start. */
function coldApart(at: Stretch, cold: Stretch | undefined): readonly (Stretch & { readonly what: 'work' | 'cold' })[] {
  const start = Math.max(at.start, cold?.start ?? 0);
  const end = Math.min(at.end, cold?.end ?? 0);
  if (end <= start) return [{ ...at, what: 'work' }];
  const parts = [
    { start: at.start, end: start, what: 'work' as const },
    { start, end, what: 'cold' as const },
    { start: end, end: at.end, what: 'work' as const },
  ];
  return parts.filter((part) => part.end > part.start);
}

export type Wait = Stretch & { readonly name: string };

/** How the time before a span is called; AWS draws some of it as spans of their own. */
export function waitBefore(knot: Knot): string {
  const { span, parent } = knot;
  if (knot.queueLike) return 'queue wait';
  return waitName([span, ...(parent ? [parent.span] : [])].map(chipOf));
}

/** On the critical path the analysis says what was waited for; elsewhere it is the time since the hand-over. */
export function waitsOf(knot: Knot, timeline: Timeline): readonly Wait[] {
  const name = waitBefore(knot);
  // A state that waits is a bar of its own already.
  const seen = knot.sections.filter(({ what, why }) => what !== 'work' && why !== 'state');
  if (seen.length > 0) {
    return seen.map(({ start, end, what, why }) => ({
      start: start - timeline.from,
      end: end - timeline.from,
      name: what === 'gap' ? 'gap' : why === 'retry' ? 'back-off' : name,
    }));
  }
  const handedOver = knot.parent?.at.end;
  if (handedOver === undefined || handedOver >= knot.at.start) return [];
  return [{ start: handedOver, end: knot.at.start, name }];
}
