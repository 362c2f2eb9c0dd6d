/** Says how far long work is. `done` of `all`; without them only what is being done. */
export type Progress = {
  readonly at: (what: string, done?: number, all?: number) => void;
  /** Takes the line away again, before something is printed. */
  readonly over: () => void;
};

type Terminal = Pick<NodeJS.WriteStream, 'isTTY' | 'write'>;

/** What is over sooner flickers for nothing. */
const PATIENCE_MS = 400;
/** More often nobody can read it, and a terminal is slow. */
const EVERY_MS = 80;
const CELLS = 24;
const LINE_START = '\r\u001b[K';

/** One line that is written over and over: on a terminal only, or it would be in somebody's file. `now` in ms. */
export function progressOn(terminal: Terminal, now: () => number): Progress {
  if (!terminal.isTTY) return { at: () => undefined, over: () => undefined };
  const began = now();
  let last: number | undefined;
  return {
    at: (what, done, all) => {
      const time = now();
      if (time - began < PATIENCE_MS || (last !== undefined && done !== undefined && time - last < EVERY_MS)) return;
      last = time;
      terminal.write(`${LINE_START}${what}${done === undefined || all === undefined ? ' …' : `  ${barOf(done, all)}`}`);
    },
    over: () => {
      if (last !== undefined) terminal.write(LINE_START);
      last = undefined;
    },
  };
}

function barOf(done: number, all: number): string {
  const filled = Math.round((CELLS * done) / Math.max(1, all));
  return `${'━'.repeat(filled)}${'╌'.repeat(CELLS - filled)}  ${done.toLocaleString('en-US')} of ${all.toLocaleString('en-US')}`;
}
