/** To a person who has asked for more pictures than one can look at. */
export const askedTooOften = (waitMs: number): string =>
  `You have asked for more than one can look at, and others are waiting too. Please ask again in ${Math.max(1, Math.ceil(waitMs / 1_000))} s.`;
