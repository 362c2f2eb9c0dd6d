import { parseArgs } from 'node:util';
import { fuzzed, isSlow } from '../fuzz/fuzzed.ts';

/** `npm run fuzz -- --count 20000000 --seed 7`: ends with 1 where something threw, acted, or took longer than 50 ms. */
const { values } = parseArgs({ options: { count: { type: 'string', default: '200000' }, seed: { type: 'string' } } });
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
console.log(`seed ${seed}, inputs ${values.count}`);
const began = performance.now();
const cpu = process.cpuUsage();
const result = fuzzed(seed, Number(values.count), (done) => process.stderr.write(`\r${done}`));
const seconds = (performance.now() - began) / 1_000;
for (const { n, what, text } of result.faults.slice(0, 10))
  console.log(`input ${n}: ${what}\n  ${JSON.stringify(text.slice(0, 300))}`);
const { ms, n, what } = result.slowest;
console.log(
  `\n${result.inputs} inputs in ${seconds.toFixed(0)} s (${(process.cpuUsage(cpu).user / 1e6).toFixed(0)} s of a core), ${result.faults.length} faults; slowest ${ms.toFixed(1)} ms (${what}, input ${n})`,
);
process.exitCode = result.faults.length > 0 || isSlow(result) ? 1 : 0;
