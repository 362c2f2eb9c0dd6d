import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A program that we started: it ends when we say so, and when we end. */
export type OwnedProcess = {
  readonly pid: number;
  /** What it printed last, oldest first. */
  lastLines(): readonly string[];
  /** The first line from now on that fits. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves when it has ended, with `exit code 1` or `signal SIGTERM`. */
  readonly ended: Promise<string>;
  /** Asks it to end and waits for that; after `STOP_WITHIN_MS` it is killed. Safe to repeat. */
  stop(): Promise<void>;
};

export type Program = {
  readonly command: string;
  readonly args: readonly string[];
  /** undefined: ours. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Written to its standard input, which is then closed. */
  readonly input?: string;
};

const KEPT_LINES = 12;
const STOP_WITHIN_MS = 10_000;

/** Starts the program in its own process group, so that Ctrl-C reaches us alone and we stop it in our order. Throws if it cannot be run. */
export async function startOwned(program: Program): Promise<OwnedProcess> {
  const guard = await deathGuard();
  const [command, ...args] = [...guard, program.command, ...program.args];
  const child = spawn(command ?? program.command, args, {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(program.env ? { env: { ...program.env } } : {}),
  });
  await once(child, 'spawn');

  const spoken = listen([child.stdout, child.stderr]);
  // A program that ended before it read its input is told by `ended`, not by a broken pipe.
  child.stdin.on('error', () => undefined);
  child.stdin.end(program.input ?? '');

  const killWithUs = (): boolean => child.kill('SIGTERM');
  process.once('exit', killWithUs);
  const ended = new Promise<string>((resolve) => {
    child.once('close', (code, signal) => {
      process.off('exit', killWithUs);
      resolve(signal ? `signal ${signal}` : `exit code ${code}`);
    });
  });

  return {
    pid: child.pid ?? 0,
    ...spoken,
    ended,
    stop: async () => {
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
      await ended;
      clearTimeout(killer);
    },
  };
}

function listen(streams: readonly Readable[]): Pick<OwnedProcess, 'lastLines' | 'line'> {
  const lines: string[] = [];
  const waiting = new Set<(line: string) => void>();
  for (const stream of streams) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      for (const look of waiting) look(line);
    });
  }
  return {
    lastLines: () => lines,
    line: (pattern) =>
      new Promise((resolve) => {
        const look = (line: string): void => {
          const found = pattern.exec(line);
          if (found === null) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
      }),
  };
}

/** Waits for a program's sign of life. Throws, with what it said last, when it ends before or takes too long. */
export async function signOfLife<T>(program: OwnedProcess, sign: Promise<T>, withinMs: number): Promise<T> {
  const late = new AbortController();
  const trouble = Promise.race([
    program.ended,
    delay(withinMs, `no answer within ${withinMs / 1_000} s`, { signal: late.signal }),
  ]).then((what) => {
    throw new Error(`did not start: ${what}. It said last:\n${program.lastLines().join('\n')}`);
  });
  try {
    return await Promise.race([sign, trouble]);
  } finally {
    trouble.catch(() => undefined);
    late.abort();
  }
}

/**
 * `kill -9` gives us no chance to stop our children. On Linux the kernel does it for us, if the program is started through
 * util-linux's `setpriv --pdeathsig`, which replaces itself by the program: the pid stays. Elsewhere nothing.
 */
async function deathGuard(): Promise<readonly string[]> {
  if (process.platform !== 'linux') return [];
  const guard = ['setpriv', '--pdeathsig', 'TERM', '--'];
  const works = await succeeds('setpriv', [...guard.slice(1), 'true']);
  return works ? guard : [];
}

/** Whether the command can be run and ends well. */
export async function succeeds(
  command: string,
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
): Promise<boolean> {
  try {
    await run(command, [...args], env ? { env: { ...env } } : {});
    return true;
  } catch {
    return false;
  }
}

/** Runs a command to its end and returns what it printed; an Error with its last words otherwise. */
export async function output(command: string, args: readonly string[], where: { readonly cwd: string }): Promise<string> {
  try {
    return (await run(command, [...args], { cwd: where.cwd, timeout: COMMAND_WITHIN_MS, maxBuffer: 16 * 1024 * 1024 })).stdout;
  } catch (cause) {
    const words = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim().split('\n').slice(-3).join(' ') : '';
    throw new Error(`${command} ${args.at(0) ?? ''} failed: ${words || String(cause)}`, { cause });
  }
}

/** Fetching Debian's package lists over a slow line. */
const COMMAND_WITHIN_MS = 180_000;
