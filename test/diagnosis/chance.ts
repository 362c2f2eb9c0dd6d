/** Chance that repeats itself: mulberry32 (Tommy Ettinger, public domain). */
export type Chance = {
  readonly between: (least: number, most: number) => number;
  readonly whole: (least: number, most: number) => number;
  readonly of: <T>(choices: readonly T[]) => T;
  readonly happens: (share: number) => boolean;
};

export function chanceOf(seed: number): Chance {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
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
