import { type Chance, oneOf, seeded } from '../../src/local/shop/chance.ts';
import type { Fault } from '../world/slack-proxy.ts';
import type { Death } from './mortal.ts';

/** How much of each is to happen; the seed decides when and where. */
export type Size = {
  readonly failpointKills: number;
  readonly randomKills: number;
  readonly redisKills: number;
  readonly networkFaults: number;
  /** Of a hundred calls that Slack gets, so many go wrong. */
  readonly slackFaultsPercent: number;
};

export type Plan = {
  readonly chance: Chance;
  /** undefined: enough of them. */
  readonly nextDeath: (role: 'bot' | 'worker') => Death | undefined;
  readonly deathsLeft: () => number;
  readonly networkFault: () => NetworkFault;
  readonly slackFault: () => Fault | undefined;
};

type NetworkFault = 'hold' | 'half-open' | 'reset' | 'latency' | 'slices';
const NETWORK_FAULTS = ['hold', 'half-open', 'reset', 'latency', 'slices'] as const;

/** Some of Slack's answers that leave in doubt what has happened, and some that do not. */
const SLACK_FAULTS: readonly [Fault, ...Fault[]] = [
  { when: 'after', how: 'reset' },
  { when: 'before', how: 'reset' },
  { when: 'after', how: { status: 503 } },
  { when: 'before', how: { status: 500 } },
  { when: 'before', how: { status: 429, headers: { 'retry-after': '1' } } },
];

/** A failpoint is armed for one of its first passes: the later ones are like them. */
const PASSES = [1, 2, 3] as const;
const LONGEST_LIFE_MS = 4_000;

/** These are passed in the process that listens; all others in the workers. */
const isOfBot = (failpoint: string): boolean => failpoint.startsWith('intake-') || failpoint.startsWith('press-');

export function planOf(seed: number, size: Size, failpoints: readonly string[]): Plan {
  const chance = seeded(seed);
  const random = Array.from(
    { length: size.randomKills },
    (): Death => ({ kind: 'moment', afterMs: 300 + chance() * LONGEST_LIFE_MS }),
  );
  const armed = Array.from({ length: size.failpointKills }, (_, n): Death => {
    // Each in turn, so that none is left out; at which pass is chance.
    const name = failpoints[n % failpoints.length] ?? '';
    return { kind: 'failpoint', name, nth: oneOf(chance, PASSES) };
  });
  const left = shuffled(chance, [...armed, ...random]);
  return {
    chance,
    nextDeath: (role) => {
      const at = left.findIndex((death) => death.kind === 'moment' || isOfBot(death.name) === (role === 'bot'));
      return at < 0 ? undefined : left.splice(at, 1)[0];
    },
    deathsLeft: () => left.length,
    networkFault: () => oneOf(chance, NETWORK_FAULTS),
    slackFault: () => (chance() * 100 < size.slackFaultsPercent ? oneOf(chance, SLACK_FAULTS) : undefined),
  };
}

function shuffled<T>(chance: Chance, all: readonly T[]): T[] {
  return all
    .map((one) => ({ one, place: chance() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ one }) => one);
}
