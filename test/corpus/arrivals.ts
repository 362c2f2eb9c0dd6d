import { seeded } from '../../src/local/shop/chance.ts';
import { type Inspected, inspectedTexts } from './program.ts';

/** Pieces of telemetry as JSON, one a line, in the files in which they arrive. */
type Files = readonly (readonly string[])[];

export function shuffled<T>(values: readonly T[], seed: number): readonly T[] {
  const next = seeded(seed);
  return values
    .map((value) => ({ value, at: next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}

/** In turn to so many files. */
export const dealt = (pieces: readonly string[], files: number): Files =>
  Array.from({ length: files }, (_, file) => pieces.filter((_piece, n) => n % files === file));

/** Late, in pieces, out of order and at least once: how the same telemetry may arrive, `inProgress` as it was before it ended. */
export function arrivalsOf(
  pieces: readonly string[],
  inProgress: readonly string[],
): readonly (readonly [how: string, files: Files])[] {
  const usual = [
    ['shuffled over five files', dealt(shuffled(pieces, 1), 5)],
    ['twice, each time in another order', [shuffled(pieces, 2), ...dealt(shuffled(pieces, 3), 2)]],
  ] as const;
  if (inProgress.length === 0) return usual;
  return [
    ...usual,
    ['in progress first', [inProgress, shuffled(pieces, 4)]],
    ['in progress last', [shuffled(pieces, 5), inProgress]],
    ['in progress anywhere', dealt(shuffled([...pieces, ...inProgress], 6), 3)],
  ];
}

export const arrived = (files: Files): Promise<Inspected> => inspectedTexts(files.map((lines) => lines.join('\n')));

/** Where the transactions of two runs are not the same byte for byte: the ids, not the megabytes. */
export function differences(one: Inspected, other: Inspected): readonly string[] {
  const count = Math.max(one.printed.length, other.printed.length);
  return Array.from({ length: count }, (_, n) => [one.printed[n], other.printed[n]])
    .filter(([a, b]) => a !== b)
    .map(([a, b]) => [a, b].map((text) => text?.slice(0, 60) ?? 'nothing').join(' is not '));
}
