import { seeded } from '../../src/local/shop/chance.ts';

/** Chance that repeats itself. */
export type Chance = {
  readonly between: (least: number, most: number) => number;
  readonly whole: (least: number, most: number) => number;
  readonly of: <T>(choices: readonly T[]) => T;
  readonly happens: (share: number) => boolean;
};

export function chanceOf(seed: number): Chance {
  const next = seeded(seed);
  const whole = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  return {
    between: (least, most) => least + next() * (most - least),
    whole,
    of: (choices) => {
      const choice = choices[whole(0, choices.length - 1)];
      if (choice === undefined) throw new Error('expected something to choose from');
      return choice;
    },
    happens: (share) => next() < share,
  };
}
