import type { Judged } from '../diagnosis/judged.ts';
import { DELAYS, firstOf, isTrue, slowCase, townCase, windowOf } from '../diagnosis/town-cases.ts';
import { FAULTS, SHAPES } from '../diagnosis/towns.ts';

type Named = Judged & { readonly name: string };

/** One transaction that a fault made slow, in made-up towns, by what of them is traced. */
export function townSlow(seeds: readonly number[], hasHistory: boolean): readonly Named[] {
  const cases = SHAPES.flatMap((shape) => DELAYS.flatMap((kind) => seeds.map((seed) => [shape, kind, seed] as const)));
  return cases.flatMap(([shape, kind, seed]) => {
    const of = slowCase(shape, kind, seed, hasHistory);
    const cause = of && firstOf(of);
    return of ? [{ name: of.name, cause, right: isTrue(cause, of), admits: undefined }] : [];
  });
}

/** A minute of such a town under each fault. `rank`: of the first true cause, 0 where none is. */
export function townMinutes(seeds: readonly number[]): readonly (Named & { readonly rank: number })[] {
  const cases = SHAPES.flatMap((shape) => FAULTS.flatMap((kind) => seeds.map((seed) => [shape, kind, seed] as const)));
  return cases.flatMap(([shape, kind, seed]) => {
    const of = townCase(shape, kind, seed);
    if (!of) return [];
    const causes = windowOf(of);
    const rank = causes.findIndex((cause) => isTrue(cause, of)) + 1;
    return [{ name: of.name, cause: causes[0], right: rank === 1, rank, admits: undefined }];
  });
}
