import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type OwnedProcess, startOwned } from '../../src/local/owned-process.ts';

/** When a life ends: at the nth pass of a failpoint, or so many milliseconds after it was ready; undefined: when it is told to. */
export type Death =
  | { readonly kind: 'failpoint'; readonly name: string; readonly nth: number }
  | { readonly kind: 'moment'; readonly afterMs: number };

export type Mortal = {
  /** Deaths that were planned and have come, and ends that nobody planned, with what was said last. */
  readonly deaths: readonly Death[];
  readonly accidents: readonly string[];
  /** Ends as a deployment asks for them: within its time, with everything handed back, or not. */
  readonly stops: { readonly inTime: number; readonly late: number };
  /** As a deployment does: SIGTERM, and the next one starts. */
  restart(): void;
  /** No further deaths; the process that runs, or the next, lives on. */
  spare(): void;
  stop(): Promise<void>;
};

export type Role = {
  readonly role: 'bot' | 'worker';
  /** The folder of the build with its failpoints armed. */
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
  /** Asked before each start. */
  readonly nextDeath: () => Death | undefined;
};

/** A failpoint that the present work never reaches would keep its process alive for ever: it is given up after this. */
const LONGEST_LIFE_MS = 15_000;

/** Runs one of the production processes and starts it anew whenever it has died, as ECS does. */
export function keepRunning({ role, program, env, nextDeath }: Role): Mortal {
  const deaths: Death[] = [];
  const accidents: string[] = [];
  let running: OwnedProcess | undefined;
  let isOver = false;
  let isSpared = false;
  let isAsked = false;
  const stops = { inTime: 0, late: 0 };

  async function life(): Promise<void> {
    const death = isSpared ? undefined : nextDeath();
    const process_ = await startOwned(commandOf({ role, program, env }, death));
    running = process_;
    isAsked = false;
    if (isOver) return await process_.stop();
    const end = await endOf(process_, death);
    if (isOver) return;
    note(end, death, process_.lastLines());
  }

  function note(end: string, death: Death | undefined, said: readonly string[]): void {
    const what = endingOf(end, { isAsked, isPlanned: death !== undefined });
    if (what === 'death' && death) deaths.push(death);
    if (what === 'in time') stops.inTime += 1;
    if (what === 'late') stops.late += 1;
    if (what === 'accident') accidents.push(`${role}: ${end}\n${said.join('\n')}`);
  }

  const lives = (async () => {
    while (!isOver) await life();
  })();

  return {
    deaths,
    accidents,
    stops,
    restart: () => {
      isAsked = true;
      running?.stop().catch(() => undefined);
    },
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

type Ending = 'death' | 'in time' | 'late' | 'asked too early' | 'accident';

function endingOf(end: string, { isAsked, isPlanned }: { readonly isAsked: boolean; readonly isPlanned: boolean }): Ending {
  if (isPlanned && end === 'signal SIGKILL') return 'death';
  if (!isAsked) return 'accident';
  if (end === 'exit code 0') return 'in time';
  // Before it listened.
  if (end === 'signal SIGTERM') return 'asked too early';
  return end === 'exit code 1' || end === 'signal SIGKILL' ? 'late' : 'accident';
}

/** How it ended; of a planned death at the latest when its time is over, which begins when it has said that it is ready. */
async function endOf({ pid, ended, line }: OwnedProcess, death: Death | undefined): Promise<string> {
  if (!death) return await ended;
  const afterMs = death.kind === 'moment' ? death.afterMs : LONGEST_LIFE_MS;
  const time = new AbortController();
  const killed = Promise.race([line(READY), ended])
    .then(() => delay(afterMs, undefined, { signal: time.signal }))
    .then(() => process.kill(pid, 'SIGKILL'))
    .catch(() => undefined);
  const end = await ended;
  time.abort();
  await killed;
  return end;
}

/** Of the log: `"msg":"started"`. */
const READY = /"msg":"started"/;

const REGISTER = new URL('./failpoint-register.js', import.meta.url).href;

function commandOf({ role, program, env }: Omit<Role, 'nextDeath'>, death: Death | undefined) {
  const armed = death?.kind === 'failpoint' ? { FAILPOINT: `${death.name}:${death.nth}` } : {};
  const args = ['--import', REGISTER, join(program, 'jobs', 'cli.js'), role];
  return { command: process.execPath, args, env: { ...env, ...armed } };
}
