import { type OwnedProcess, startOwned } from '../../src/local/owned-process.ts';

/** When a life ends: at the nth pass of a failpoint, or so many milliseconds after its start; undefined: when it is told to. */
export type Death =
  | { readonly kind: 'failpoint'; readonly name: string; readonly nth: number }
  | { readonly kind: 'moment'; readonly afterMs: number };

export type Mortal = {
  /** Deaths that were planned and have come, and ends that nobody planned, with what was said last. */
  readonly deaths: readonly Death[];
  readonly accidents: readonly string[];
  /** No further deaths; the process that runs, or the next, lives on. */
  spare(): void;
  stop(): Promise<void>;
};

export type Role = {
  readonly role: 'bot' | 'worker';
  readonly env: Readonly<Record<string, string>>;
  /** Asked before each start. */
  readonly nextDeath: () => Death | undefined;
};

/** A failpoint that the present work never reaches would keep its process alive for ever: it is given up after this. */
const LONGEST_LIFE_MS = 15_000;

/** Runs one of the production processes and starts it anew whenever it has died, as ECS does. */
export function keepRunning({ role, env, nextDeath }: Role): Mortal {
  const deaths: Death[] = [];
  const accidents: string[] = [];
  let running: OwnedProcess | undefined;
  let isOver = false;
  let isSpared = false;

  async function life(): Promise<void> {
    const death = isSpared ? undefined : nextDeath();
    const process_ = await startOwned(program(role, env, death));
    running = process_;
    if (isOver) return await process_.stop();
    const end = await endOf(process_, death);
    if (isOver) return;
    if (death && end === 'signal SIGKILL') deaths.push(death);
    else accidents.push(`${role}: ${end}\n${process_.lastLines().join('\n')}`);
  }

  const lives = (async () => {
    while (!isOver) await life();
  })();

  return {
    deaths,
    accidents,
    spare: () => {
      isSpared = true;
    },
    stop: async () => {
      isOver = true;
      await running?.stop();
      await lives;
    },
  };
}

/** How it ended; of a planned death at the latest when its time is over. */
async function endOf({ pid, ended }: OwnedProcess, death: Death | undefined): Promise<string> {
  if (!death) return await ended;
  const timer = setTimeout(() => process.kill(pid, 'SIGKILL'), death.kind === 'moment' ? death.afterMs : LONGEST_LIFE_MS);
  const end = await ended;
  clearTimeout(timer);
  return end;
}

/** Of the build, beside which this file is compiled. */
const CLI = new URL('../../jobs/cli.js', import.meta.url).pathname;
const REGISTER = new URL('./failpoint-register.js', import.meta.url).href;

function program(role: string, env: Role['env'], death: Death | undefined) {
  const armed = death?.kind === 'failpoint' ? { FAILPOINT: `${death.name}:${death.nth}` } : {};
  return { command: process.execPath, args: ['--import', REGISTER, CLI, role], env: { ...env, ...armed } };
}
