/** One way to come by the picture; `rounds`: how often it is tried, the slow ones less. */
export type Contestant = { readonly name: string; readonly rounds: number; readonly run: () => Promise<unknown> };
/** Medians, and the least: what others on the machine do can only add. */
export type Result = { readonly name: string; readonly ms: number; readonly leastMs: number; readonly cpuMs: number };

/** Of its rounds, so many more before them do not count: a worker draws its hundredth picture more often than its first. */
const WARM_UP = 0.5;

/** All take turns in one run, so that a busy machine is busy for all; the compiler has seen each before. */
export async function contest(contestants: readonly Contestant[]): Promise<readonly Result[]> {
  const taken = contestants.map(() => ({ ms: [] as number[], cpuMs: [] as number[] }));
  const most = contestants.reduce((rounds, one) => Math.max(rounds, one.rounds), 0);
  for (let round = -most * WARM_UP; round < most; round += 1) {
    for (const [i, { rounds, run }] of contestants.entries()) {
      if (round >= rounds || round < -rounds * WARM_UP) continue;
      const took = await timed(run);
      if (round < 0) continue;
      taken[i]?.ms.push(took.ms);
      taken[i]?.cpuMs.push(took.cpuMs);
    }
  }
  return contestants.map(({ name }, i) => {
    const { ms = [], cpuMs = [] } = taken[i] ?? {};
    return { name, ms: median(ms), leastMs: Math.min(...ms), cpuMs: median(cpuMs) };
  });
}

/** CPU of this process alone: what a browser burns is not in it. */
async function timed(run: () => Promise<unknown>): Promise<{ readonly ms: number; readonly cpuMs: number }> {
  const cpu = process.cpuUsage();
  const began = performance.now();
  await run();
  const { user, system } = process.cpuUsage(cpu);
  return { ms: performance.now() - began, cpuMs: (user + system) / 1_000 };
}

export const median = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;

/** One line; the first cell to the left, numbers to the right. */
export function say([first = '', ...cells]: readonly string[]): void {
  process.stdout.write(`${first.padEnd(44)}${cells.map((cell) => cell.padStart(14)).join('')}\n`);
}
