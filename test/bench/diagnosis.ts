import { confidenceWords } from '../../src/slack/cause-words.ts';
import { isThere } from '../corpus/folder.ts';
import { type Judged, judgedFailed, judgedSlow, judgedTwo, judgedWithLoss } from '../diagnosis/judged.ts';
import type { Fault } from '../diagnosis/systems.ts';
import { failedRecordings, type Known, knownCases } from './diagnosis-recorded.ts';
import { printSpeed } from './diagnosis-speed.ts';
import { townMinutes, townSlow } from './diagnosis-towns.ts';

/**
 * How often the first cause is right, how sure it says it is, what it says where the telemetry of the cause is taken away, and what a
 * diagnosis costs (`--speed`: only that). Hand-made cases and recordings are read from the folder TRACEFALL_CORPUS names; without it they are none.
 */
const RUNS = 400;
const seeds = Array.from({ length: RUNS }, (_, n) => 1_000 * (n + 1));
const FAULTS: readonly Fault['at'][] = ['self', 'caller', 'callee', 'edge'];
const WORDS = ['Very likely', 'Likely', 'Possible'] as const;

const all: Judged[] = [];

function section(name: string, judged: readonly (Judged | Known)[]): void {
  all.push(...judged);
  console.log(`${name.padEnd(58)} ${share(judged.filter(({ right }) => right).length, judged.length)}`);
  for (const each of judged)
    if ('name' in each && !each.right) console.log(`  missed ${each.name}: ${each.cause?.kind} ${each.cause?.service}`);
}

function share(part: number, whole: number): string {
  return `${part}/${whole}${whole === 0 ? '' : ` ${((100 * part) / whole).toFixed(1)} %`}`;
}

// First: what the others leave in memory would be paid for here.
printSpeed();
if (process.argv.includes('--speed')) process.exit();

console.log('\nnamed at rank 1');
section('hand-made cases', knownCases());
section('failed X-Ray and aws/spans recordings', failedRecordings());
for (const hasHistory of [false, true])
  for (const isRed of [false, true])
    for (const at of FAULTS)
      section(
        `one delay at the ${at}, ${hasHistory ? 'with' : 'without'} history${isRed ? ', red elsewhere' : ''}`,
        seeds.slice(0, hasHistory ? RUNS / 4 : RUNS).map((seed) => judgedSlow(at, seed, { isRed, hasHistory })),
      );
section('the longer of two delays, without history', seeds.map(judgedTwo));
section('one failure with words', seeds.map(judgedFailed));
for (const what of ['failed', 'slow'] as const)
  for (const lost of [0.03, 0.1, 0.3])
    section(
      `${what}, ${100 * lost} % of the spans lost`,
      seeds.map((seed) => judgedWithLoss(what, seed, lost)),
    );

/** Rules were written while looking at the first; nobody looked at the others before they were done. */
const TOWNS = { developed: [1_000, 1_006], 'kept aside': [7_000_000, 7_000_006] } as const;
for (const [what, [from, to]] of Object.entries(TOWNS)) {
  const town = Array.from({ length: to - from }, (_, n) => from + n);
  console.log(`\nin made-up towns, traced in five ways, ${what}`);
  section('one slow transaction, without history', townSlow(town, false));
  section('one slow transaction, with history', townSlow(town, true));
  const minutes = townMinutes(town);
  section('a minute under a fault, at rank 1', minutes);
  console.log(
    `${'  among the first three'.padEnd(58)} ${share(minutes.filter(({ rank }) => rank >= 1 && rank <= 3).length, minutes.length)}`,
  );
}

console.log('\nconfidence: the word, the mean of what it stands for, how often it is right');
for (const word of WORDS) {
  const said = all.filter(({ cause }) => cause && confidenceWords(cause) === word);
  const mean = said.reduce((sum, { cause }) => sum + (cause?.confidence ?? 0), 0) / said.length;
  console.log(`${word.padEnd(12)} ${mean.toFixed(2)}  ${share(said.filter(({ right }) => right).length, said.length)}`);
}

const without = all.filter((each) => each.admits !== undefined);
console.log(
  `\nwithout the telemetry of the cause it names nothing or says so: ${share(without.filter((each) => each.admits).length, without.length)}`,
);

// Read only now: thousands of transactions in memory would slow down what was measured above.
if (isThere('nezha')) {
  const { printWindows } = await import('./diagnosis-window.ts');
  console.log('\nover windows of many transactions');
  printWindows();
}
