import { type Chance, oneOf, seeded } from '../../src/local/shop/chance.ts';
import type { Fault } from '../world/slack-proxy.ts';
import type { Death } from './mortal.ts';

/** How much of each is to happen; the seed decides when and where. */
export type Size = {
  readonly failpointKills: number;
  readonly randomKills: number;
  /** Of a hundred calls that Slack gets, so many go wrong. */
  readonly slackFaultsPercent: number;
};

export type DeathCounts = { readonly failpointKills: number; readonly randomKills: number };

export type Plan = {
  /** undefined: enough of them. */
  readonly nextDeath: (role: 'bot' | 'worker') => Death | undefined;
  /** One that was planned has come: at that failpoint, or at its moment. */
  readonly died: (failpoint: string | undefined) => void;
  readonly deaths: () => DeathCounts;
  readonly areOver: () => boolean;
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

export function planOf(seed: number, size: Size, failpoints: readonly string[]): Plan {
  const doubted = new Set(ALWAYS_DOUBTED);
  const chance = seeded(seed);
  let slackFaults = 0;
  return {
    ...deathsOf(seeded(seed + 1), size, failpoints),
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

/** These are passed in the process that listens; all others in the workers. */
const isOfBot = (failpoint: string): boolean => failpoint.startsWith('intake-');

/** A failpoint is armed for one of its first passes: the later ones are like them. The bot passes its own at every request. */
const PASSES = { bot: 30, worker: 3 } as const;
/** There is one bot, and while it is away nothing comes in. */
const LONGEST_RANDOM_MS = { bot: 15_000, worker: 4_000 } as const;
/** A life that passes nothing of what is left for so long ends at that moment. */
const LONGEST_MS = 15_000;

type Deaths = Pick<Plan, 'nextDeath' | 'died' | 'deaths' | 'areOver'>;

/**
 * As many deaths at each failpoint as at every other, or nearly: of processes that are armed alike two may die at once. A process is armed with all that are left: with one of them, it would live until
 * that one is passed, which for some takes a doubt about Slack, and few would die.
 */
function deathsOf(chance: Chance, { failpointKills, randomKills }: Size, failpoints: readonly string[]): Deaths {
  const left = new Map<string, number>();
  for (let n = 0; n < failpointKills; n += 1) {
    const name = failpoints[n % failpoints.length] ?? '';
    left.set(name, (left.get(name) ?? 0) + 1);
  }
  const never = new Set(left.keys());
  let [failpointDeaths, randomDeaths] = [0, 0];
  return {
    nextDeath: (role) => {
      const mine = [...left].filter(([name, count]) => count > 0 && isOfBot(name) === (role === 'bot'));
      const atMoments = Math.max(0, randomKills - randomDeaths);
      const atFailpoints = Math.max(0, failpointKills - failpointDeaths);
      if (atMoments > 0 && (mine.length === 0 || chance() * (atMoments + atFailpoints) < atMoments))
        return { armed: new Map(), afterMs: 300 + chance() * LONGEST_RANDOM_MS[role] };
      const armed = new Map(mine.map(([name]) => [name, 1 + Math.floor(chance() * PASSES[role])]));
      return armed.size > 0 ? { armed, afterMs: LONGEST_MS } : undefined;
    },
    died: (failpoint) => {
      if (failpoint === undefined) randomDeaths += 1;
      else {
        failpointDeaths += 1;
        never.delete(failpoint);
        left.set(failpoint, (left.get(failpoint) ?? 0) - 1);
      }
    },
    deaths: () => ({ failpointKills: failpointDeaths, randomKills: randomDeaths }),
    areOver: () => randomDeaths >= randomKills && failpointDeaths >= failpointKills && never.size === 0,
  };
}
