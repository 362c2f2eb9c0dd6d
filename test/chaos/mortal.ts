import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type OwnedProcess, startOwned } from '../../src/local/owned-process.ts';
import type { Plan } from './plan.ts';

/** A life ends at the first of these failpoints that it has passed so often, at the latest so many milliseconds after it was ready. */
export type Death = { readonly armed: ReadonlyMap<string, number>; readonly afterMs: number };

export type Mortal = {
  /** Ends that nobody planned, with what was said last. */
  readonly accidents: readonly string[];
  /** Ends as a deployment asks for them: how long each took, and what those said last that did not get ready. */
  readonly stops: { readonly tookMs: readonly number[]; readonly late: readonly string[] };
  /** As a deployment does: SIGTERM, and the next one starts. */
  restart(): void;
  /** No further deaths; the process that runs, or the next, lives on. */
  spare(): void;
  stop(): Promise<void>;
};

export type Role = {
  readonly role: 'bot' | 'worker';
  /** The folder of the programs with their failpoints armed. */
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
  /** `nextDeath` is asked before each start; undefined: this one ends when it is told to. */
  readonly plan: Pick<Plan, 'nextDeath' | 'died'>;
};

/** ECS and Kubernetes kill after it. */
const STOP_WITHIN_MS = 30_000;

/** Runs one of the production processes and starts it anew whenever it has died, as ECS does. */
export function keepRunning({ role, program, env, plan }: Role): Mortal {
  const accidents: string[] = [];
  const tookMs: number[] = [];
  const late: string[] = [];
  let running: OwnedProcess | undefined;
  let isOver = false;
  let isSpared = false;
  let askedAt: number | undefined;

  async function life(): Promise<void> {
    const death = isSpared ? undefined : plan.nextDeath(role);
    const process_ = await startOwned(commandOf({ role, program, env }, death));
    const failpoint = Promise.race([process_.line(DIED_AT).then(([, name]) => name), process_.ended.then(() => undefined)]);
    running = process_;
    askedAt = undefined;
    if (isOver) return await process_.stop();
    const end = await endOf(process_, death);
    if (!isOver)
      note(endingOf(end, { isAsked: askedAt !== undefined, isPlanned: death !== undefined }), await failpoint, {
        said: [`${role}: ${end}`, ...process_.lastLines()].join('\n'),
      });
  }

  function note(ending: Ending, failpoint: string | undefined, { said }: { readonly said: string }): void {
    if (ending === 'death') plan.died(failpoint);
    if (ending === 'in time') tookMs.push(performance.now() - (askedAt ?? 0));
    if (ending === 'late') late.push(said);
    if (ending === 'accident') accidents.push(said);
  }

  const lives = (async () => {
    while (!isOver) await life();
  })();

  return {
    accidents,
    stops: { tookMs, late },
    restart: () => {
      askedAt = performance.now();
      if (running) ask(running);
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

function ask({ pid, ended }: OwnedProcess): void {
  process.kill(pid, 'SIGTERM');
  const killer = setTimeout(() => process.kill(pid, 'SIGKILL'), STOP_WITHIN_MS);
  void ended.then(() => clearTimeout(killer));
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
  const time = new AbortController();
  const killed = Promise.race([line(READY), ended])
    .then(() => delay(death.afterMs, undefined, { signal: time.signal }))
    .then(() => process.kill(pid, 'SIGKILL'))
    .catch(() => undefined);
  const end = await ended;
  time.abort();
  await killed;
  return end;
}

/** Of the log: `"msg":"started"`. */
const READY = /"msg":"started"/;
const DIED_AT = /^died at (\S+)$/;

const REGISTER = new URL('./failpoint-register.js', import.meta.url).href;

function commandOf({ role, program, env }: Omit<Role, 'plan'>, death: Death | undefined) {
  const armed = [...(death?.armed ?? [])].map(([name, nth]) => `${name}:${nth}`).join(' ');
  const args = ['--import', REGISTER, join(program, 'cli.js'), role];
  return { command: process.execPath, args, env: { ...env, FAILPOINTS: armed } };
}
