import { type Chance, oneOf, seeded } from '../../src/local/shop/chance.ts';
import type { Fault } from '../world/slack-proxy.ts';
import type { Death } from './mortal.ts';
import { shuffled } from './shuffled.ts';

/** How much of each is to happen; the seed decides when and where. */
export type Size = {
  readonly failpointKills: number;
  readonly randomKills: number;
  /** Of a hundred calls that Slack gets, so many go wrong. */
  readonly slackFaultsPercent: number;
};

export type Plan = {
  readonly chance: Chance;
  /** undefined: enough of them. */
  readonly nextDeath: (role: 'bot' | 'worker') => Death | undefined;
  readonly deathsLeft: () => number;
  readonly slackFault: (method: string) => Fault | undefined;
  /** How many answers of Slack went wrong. */
  readonly slackFaults: () => number;
};

/** Some of Slack's answers that leave in doubt what has happened, and some that do not. */
const LOST_ANSWER: Fault = { when: 'after', how: 'reset' };
const SLACK_FAULTS: readonly [Fault, ...Fault[]] = [
  LOST_ANSWER,
  { when: 'before', how: 'reset' },
  { when: 'after', how: { status: 503 } },
  { when: 'before', how: { status: 500 } },
  { when: 'before', how: { status: 429, headers: { 'retry-after': '1' } } },
];

/** The first answer to each of these is lost, so that what is done in doubt is done in every run. */
const ALWAYS_DOUBTED = ['chat.postMessage', 'chat.update', 'files.completeUploadExternal'];

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
  const doubted = new Set(ALWAYS_DOUBTED);
  let slackFaults = 0;
  return {
    chance,
    nextDeath: (role) => {
      const at = left.findIndex((death) => death.kind === 'moment' || isOfBot(death.name) === (role === 'bot'));
      return at < 0 ? undefined : left.splice(at, 1)[0];
    },
    deathsLeft: () => left.length,
    slackFault: (method) => {
      if (size.slackFaultsPercent === 0 || method === 'auth.test') return undefined;
      const isFirst = doubted.delete(method);
      if (!isFirst && chance() * 100 >= size.slackFaultsPercent) return undefined;
      slackFaults += 1;
      return isFirst ? LOST_ANSWER : oneOf(chance, SLACK_FAULTS);
    },
    slackFaults: () => slackFaults,
  };
}
