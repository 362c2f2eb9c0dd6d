import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type OwnedProcess, startOwned } from '../../src/local/owned-process.ts';
import { eventually } from '../eventually.ts';
import type { Plan } from './plan.ts';

/** A life ends at the first of these failpoints that it has passed so often, at the latest so many milliseconds after it was ready. */
export type Death = { readonly armed: ReadonlyMap<string, number>; readonly afterMs: number };

export type Mortal = {
  readonly role: 'bot' | 'worker';
  /** Ends that nobody planned, with what was said last. */
  readonly accidents: readonly string[];
  /** Ends as a deployment asks for them: how long each took, and what those said last that did not get ready. */
  readonly stops: { readonly tookMs: readonly number[]; readonly late: readonly string[] };
  /** As a deployment does: SIGTERM, and the next one starts. */
  restart(): void;
  /** Of all its lives, or nearly. */
  jobsDone(): number;
  /** No further deaths: resolves when a process is ready that lives on. */
  spare(): Promise<void>;
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
  let now: Life | undefined;
  let isOver = false;
  let isSpared = false;
  let jobsDone = 0;

  async function life(): Promise<void> {
    const death = isSpared ? undefined : plan.nextDeath(role);
    const program_ = await startOwned(commandOf({ role, program, env }, death));
    now = { program: program_, death, isReady: false, askedAt: undefined };
    if (isOver) return await program_.stop();
    const failpoint = Promise.race([program_.line(DIED_AT).then(([, name]) => name), program_.ended.then(() => undefined)]);
    void heed(now);
    const end = await endOf(program_, death);
    if (!isOver) note(end, now, await failpoint);
  }

  /** What it says of itself. */
  async function heed(one: Life): Promise<void> {
    await one.program.line(READY);
    one.isReady = true;
    for (;;) {
      await one.program.line(JOB_DONE);
      jobsDone += 1;
    }
  }

  function note(end: string, { program: { lastLines }, death, askedAt }: Life, failpoint: string | undefined): void {
    const ending = endingOf(end, { isAsked: askedAt !== undefined, isPlanned: death !== undefined });
    const said = [`${role}: ${end}`, ...lastLines()].join('\n');
    if (ending === 'death') plan.died(failpoint);
    if (ending === 'in time') tookMs.push(performance.now() - (askedAt ?? 0));
    if (ending === 'late') late.push(said);
    if (ending === 'accident') accidents.push(said);
  }

  const lives = (async () => {
    while (!isOver) await life();
  })();

  return {
    ...{ role, accidents, stops: { tookMs, late } },
    jobsDone: () => jobsDone,
    restart: () => {
      if (!now) return;
      now.askedAt = performance.now();
      ask(now.program);
    },
    spare: async () => {
      isSpared = true;
      // At a moment of chance, as far as it knows.
      if (now?.death) kill(now.program.pid);
      const lives = () => now !== undefined && now.death === undefined && now.isReady;
      await eventually(lives, { what: `a ${role} that lives`, withinMs: 60_000 });
    },
    stop: async () => {
      isOver = true;
      await now?.program.stop();
      await lives;
    },
  };
}

type Life = { readonly program: OwnedProcess; readonly death: Death | undefined; isReady: boolean; askedAt: number | undefined };

function ask({ pid, ended }: OwnedProcess): void {
  process.kill(pid, 'SIGTERM');
  const killer = setTimeout(() => kill(pid), STOP_WITHIN_MS);
  void ended.then(() => clearTimeout(killer));
}

/** It may have died a moment ago. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
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
    .then(() => kill(pid))
    .catch(() => undefined);
  const end = await ended;
  time.abort();
  await killed;
  return end;
}

/** Of the log. */
const READY = /"msg":"started"/;
const JOB_DONE = /"msg":"job done"/;
const DIED_AT = /^died at (\S+)$/;

const REGISTER = new URL('./failpoint-register.js', import.meta.url).href;

function commandOf({ role, program, env }: Omit<Role, 'plan'>, death: Death | undefined) {
  const armed = [...(death?.armed ?? [])].map(([name, nth]) => `${name}:${nth}`).join(' ');
  const args = ['--import', REGISTER, join(program, 'cli.js'), role];
  return { command: process.execPath, args, env: { ...env, FAILPOINTS: armed } };
}
