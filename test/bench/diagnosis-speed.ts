import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { learned } from '../../src/diagnosis/learn.ts';
import { keyOfEntry, usualWithin } from '../../src/diagnosis/usual.ts';
import type { SpanRecord } from '../../src/telemetry/record.ts';
import { assemble } from '../../src/trace/assemble.ts';
import { chanceOf } from '../diagnosis/chance.ts';
import { aChain } from '../trace/arbitrary.ts';
import { aSpan, type SpanWords } from '../trace/records.ts';

/** What the issue asks for, at the median. */
const BUDGET_MS = new Map([
  [1_000, 5],
  [10_000, 60],
]);
/** So many spans in all, at each size, half of them to warm up. */
const SPANS_IN_ALL = 400_000;

/** What one of the works of a request is made of: calls and their answers, four levels deep. */
const SUBTREE = 25;

/** A request that has its work done by one worker after the other, the last of them slow. */
function request(spans: number, slowMs: number, seed: number): readonly SpanRecord[] {
  const chance = chanceOf(seed);
  const words: SpanWords[] = [{ service: 'api', operation: 'POST /import', from: 0, to: 4 * spans + slowMs }];
  for (let n = 1; n < spans; n++) words.push(partOf(n, slowMs > 0 && n + SUBTREE > spans ? slowMs : 0, chance.between(0.8, 1.2)));
  return words.map((each, n) => aSpan({ trace: `speed ${spans} ${seed}`, id: `${n}`, ...each }));
}

/** The n-th span: its place in its subtree tells what it is. */
function partOf(n: number, slowMs: number, pace: number): SpanWords {
  const [work, place] = [Math.floor((n - 1) / SUBTREE), (n - 1) % SUBTREE];
  const above = place === 0 ? 0 : work * SUBTREE + 1 + Math.floor((place - 1) / 2);
  const from = work * SUBTREE * 4 + place;
  const to = from + (SUBTREE - place) * 3 * pace + slowMs;
  const isCall = place % 2 === 0;
  return {
    parent: `${above}`,
    service: `s${isCall ? place >> 2 : place}`,
    operation: `op ${place}`,
    spanKind: isCall ? 'client' : 'server',
    from,
    to,
  };
}

export function printSpeed(): void {
  console.log('speed: assembled and diagnosed, with a warm baseline');
  for (const [spans, budget] of BUDGET_MS) {
    const records = request(spans, 5_000, 1);
    const usual = learned(Array.from({ length: 25 }, (_, n) => assemble(request(spans, 0, n)).transactions).flat());
    const took: { all: number; assembled: number; processor: number }[] = [];
    const rounds = SPANS_IN_ALL / spans;
    for (let round = 0; round < rounds; round++) {
      const [start, before] = [performance.now(), process.cpuUsage()];
      const [transaction] = assemble(records).transactions;
      const between = performance.now();
      if (transaction) diagnose(transaction, usualWithin(keyOfEntry(transaction), usual));
      const { user, system } = process.cpuUsage(before);
      const times = { all: performance.now() - start, assembled: between - start, processor: (user + system) / 1_000 };
      if (round >= rounds / 2) took.push(times);
    }
    const median = (of: keyof (typeof took)[number]): number =>
      took.map((each) => each[of]).sort((a, b) => a - b)[Math.floor(took.length / 2)] ?? 0;
    const [all, assembled, processor] = [median('all'), median('assembled'), median('processor')];
    // On a machine that others keep busy, the processor's time is what is ours.
    console.log(
      `${`${spans}`.padStart(7)} spans ${all.toFixed(1)} ms p50 (assembled in ${assembled.toFixed(1)}), ${processor.toFixed(1)} ms of the processor's time, budget ${budget} ms: ${(all / budget).toFixed(2)}×`,
    );
  }
  const start = performance.now();
  const [chain] = assemble(aChain(100_000)).transactions;
  const causes = chain ? diagnose(chain, new Map()) : [];
  console.log(`a chain 100,000 deep: ${(performance.now() - start).toFixed(0)} ms, ${causes.length} causes, no overflow`);
}
